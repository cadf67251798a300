/** The monitor's line to a card's console: opened again when it drops. */
import { type LineAddress, type OpenLine, type OpenLineListener, openLine } from "../console/open-line.ts";

export interface LineListener extends OpenLineListener {
  opened(): void;
}

/** A line that has dropped is opened again so long after, and whenever that has failed. */
const reopenMillis = 1000;

export class MonitorLine {
  readonly #address: LineAddress;
  readonly #listener: LineListener;
  #line: OpenLine | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(address: LineAddress, listener: LineListener) {
    this.#address = address;
    this.#listener = listener;
    void this.#open();
  }

  /** Without effect while the line is down. */
  write(text: string): void {
    this.#line?.write(text);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#line?.close();
    this.#line = undefined;
  }

  async #open(): Promise<void> {
    const listener: OpenLineListener = {
      octets: (octets) => this.#listener.octets(octets),
      dropped: (reason) => this.#dropped(reason),
    };
    try {
      const line = await openLine(this.#address, listener);
      if (this.#isClosed) line.close();
      else {
        this.#line = line;
        this.#listener.opened();
      }
    } catch (error) {
      this.#dropped((error as Error).message);
    }
  }

  #dropped(reason: string): void {
    this.#line = undefined;
    if (this.#isClosed) return;
    this.#listener.dropped(reason);
    this.#timer = setTimeout(() => void this.#open(), reopenMillis);
  }
}
