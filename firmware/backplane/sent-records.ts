/** Records of one class that are on their way to one plane, for senders that want to know up to which number theirs are out. */
import type { CanFrame } from "../../hal/can-frame.ts";

interface SentRecord {
  sender: object | undefined;
  /** Its last frame. */
  frame: CanFrame | undefined;
  number: number;
  isOut: boolean;
}

export class SentRecords {
  /** In the order in which they were sent, those in use first. */
  readonly #records: SentRecord[] = [];
  #length = 0;

  add(sender: object, frame: CanFrame, number: number): void {
    if (this.#length === this.#records.length) {
      this.#records.push({ sender: undefined, frame: undefined, number: 0, isOut: false });
    }
    const record = this.#records[this.#length++];
    record.sender = sender;
    record.frame = frame;
    record.number = number;
    record.isOut = false;
  }

  /** A frame is on the bus. Frames may overtake each other in a controller. */
  confirm(frame: CanFrame): void {
    for (let place = 0; place < this.#length; place++) {
      const record = this.#records[place];
      if (record.frame === frame) record.isOut = true;
    }
  }

  /** The number up to which all records of a sender have gone out since this was last asked; 0: none has. */
  take(sender: object): number {
    let number = 0;
    let place = 0;
    while (place < this.#length) {
      const record = this.#records[place];
      if (record.sender !== sender) place++;
      else if (!record.isOut) break;
      else {
        number = record.number;
        this.#remove(place);
      }
    }
    return number;
  }

  #remove(place: number): void {
    const record = this.#records[place];
    this.#length--;
    for (let next = place; next < this.#length; next++) this.#records[next] = this.#records[next + 1];
    this.#records[this.#length] = record;
    record.sender = record.frame = undefined;
  }

  clear(): void {
    for (let place = 0; place < this.#length; place++) {
      this.#records[place].sender = this.#records[place].frame = undefined;
    }
    this.#length = 0;
  }
}
