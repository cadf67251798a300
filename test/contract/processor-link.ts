import { afterEach, describe, expect, test } from "vitest";
import {
  messageOctetsMax,
  notesMax,
  type ProcessorLink,
  type ProcessorLinkListener,
} from "../../hal/processor-link.ts";

/** Both ends of a link under test, and what makes time pass. */
export interface LinkUnderTest {
  readonly application: ProcessorLink;
  readonly communication: ProcessorLink;
  passUntil(condition: () => boolean): Promise<void>;
  /** Lets pass what is under way. */
  settle(): Promise<void>;
  close(): void;
}

/** Notes what an end is told. */
export function noted(): ProcessorLinkListener & {
  readonly messages: Uint8Array[];
  writables: number;
  nudges: number;
} {
  return {
    messages: [],
    writables: 0,
    nudges: 0,
    message(message) {
      this.messages.push(message);
    },
    writable() {
      this.writables++;
    },
    nudged() {
      this.nudges++;
    },
  };
}

/** A message that tells its number and differs from its neighbours in length and in every octet. */
export function numbered(number: number, octets: number): Uint8Array {
  const message = Uint8Array.from({ length: octets }, (_, index) => number * 31 + index * 7);
  if (octets >= 4) new DataView(message.buffer).setUint32(0, number);
  return message;
}

/** What every ProcessorLink must do. `create` makes one with rings of `ringOctets`, a power of two. */
export function processorLinkContract(implementation: string, create: (ringOctets: number) => LinkUnderTest): void {
  describe(`ProcessorLink: ${implementation}`, () => {
    const opened: LinkUnderTest[] = [];
    const open = (ringOctets = 65_536) => {
      const link = create(ringOctets);
      opened.push(link);
      return link;
    };
    afterEach(() => {
      for (const link of opened.splice(0)) link.close();
    });

    test("messages of all lengths arrive whole, in order and once, in both directions", async () => {
      const { application, communication, passUntil } = open();
      const atApplication = noted();
      const atCommunication = noted();
      application.listen(atApplication);
      communication.listen(atCommunication);
      const lengths = [0, 1, 2, 3, 4, 5, 63, 64, 65, 4095, messageOctetsMax];
      const sent = lengths.map((octets, number) => numbered(number, octets));
      for (const message of sent) {
        expect(application.send(message)).toBe(true);
        expect(communication.send(message)).toBe(true);
      }
      await passUntil(
        () => atApplication.messages.length >= sent.length && atCommunication.messages.length >= sent.length,
      );
      expect(atApplication.messages).toEqual(sent);
      expect(atCommunication.messages).toEqual(sent);
    });

    test("what was sent before anybody listened is kept, and not delivered within listen", async () => {
      const { application, communication, passUntil } = open();
      application.send(numbered(1, 10));
      application.send(numbered(2, 20));
      const listener = noted();
      communication.listen(listener);
      expect(listener.messages).toEqual([]);
      await passUntil(() => listener.messages.length >= 2);
      expect(listener.messages).toEqual([numbered(1, 10), numbered(2, 20)]);
    });

    test("nothing is delivered within send", async () => {
      const { application, communication, passUntil } = open();
      const listener = noted();
      communication.listen(listener);
      application.send(numbered(1, 8));
      expect(listener.messages).toEqual([]);
      await passUntil(() => listener.messages.length > 0);
    });

    test("the sender may reuse its octets, the receiver may keep and change what it got", async () => {
      const { application, communication, passUntil } = open();
      const listener = noted();
      communication.listen(listener);
      const scratch = new Uint8Array(300);
      for (let number = 0; number < 3; number++) {
        scratch.fill(number);
        application.send(scratch.subarray(0, 100 + number));
      }
      await passUntil(() => listener.messages.length >= 3);
      listener.messages[0]?.fill(0xff);
      expect(listener.messages.slice(1)).toEqual([new Uint8Array(101).fill(1), new Uint8Array(102).fill(2)]);
      for (const message of listener.messages) {
        expect(Object.getPrototypeOf(message)).toBe(Uint8Array.prototype);
        expect(message.buffer).toBeInstanceOf(ArrayBuffer);
      }
    });

    test("a full ring takes nothing of a message; writable tells when there is room, and nothing is lost", async () => {
      const { application, communication, passUntil, settle } = open(16_384);
      const sender = noted();
      application.listen(sender);
      let accepted = 0;
      while (application.send(numbered(accepted, 100)) && accepted < 1000) accepted++;
      expect(accepted).toBeGreaterThan(100);
      expect(accepted).toBeLessThanOrEqual(163);
      expect(application.send(numbered(accepted, 100))).toBe(false);
      await settle();
      expect(sender.writables).toBe(0);

      const listener = noted();
      communication.listen(listener);
      await passUntil(() => sender.writables > 0);
      expect(application.send(numbered(accepted, 100))).toBe(true);
      await passUntil(() => listener.messages.length > accepted);
      expect(listener.messages).toEqual(Array.from({ length: accepted + 1 }, (_, number) => numbered(number, 100)));
    });

    test("writable is not called when nothing was refused", async () => {
      const { application, communication, settle } = open();
      const sender = noted();
      application.listen(sender);
      communication.listen(noted());
      for (let number = 0; number < 50; number++) application.send(numbered(number, 50));
      await settle();
      expect(sender.writables).toBe(0);
    });

    test("a sender that follows writable gets any number through a small ring", async () => {
      const { application, communication, passUntil } = open(16_384);
      const total = 3000;
      let next = 0;
      const lengthOf = (number: number) => 4 + ((number * 37) % 700);
      const push = () => {
        while (next < total && application.send(numbered(next, lengthOf(next)))) next++;
      };
      application.listen({ ...noted(), writable: push });
      let wrong = 0;
      let received = 0;
      communication.listen({
        ...noted(),
        message: (message) => {
          const expected = numbered(received, lengthOf(received));
          if (message.length !== expected.length || message.some((octet, index) => octet !== expected[index])) wrong++;
          received++;
        },
      });
      push();
      expect(next).toBeLessThan(total);
      await passUntil(() => received >= total);
      expect(wrong).toBe(0);
    });

    test("an overlong message is never taken", async () => {
      const { application, communication, settle } = open();
      const listener = noted();
      communication.listen(listener);
      expect(application.send(new Uint8Array(messageOctetsMax + 1))).toBe(false);
      await settle();
      expect(listener.messages).toEqual([]);
    });

    test("a listener may answer from within message", async () => {
      const { application, communication, passUntil } = open();
      const answers = noted();
      communication.listen(answers);
      application.listen({ ...noted(), message: (message) => void application.send(message) });
      communication.send(numbered(7, 40));
      await passUntil(() => answers.messages.length > 0);
      expect(answers.messages).toEqual([numbered(7, 40)]);
    });

    test("a nudge wakes the other end without a message", async () => {
      const { application, communication, passUntil } = open();
      const listener = noted();
      application.listen(listener);
      communication.listen(noted());
      communication.nudge();
      expect(listener.nudges).toBe(0);
      await passUntil(() => listener.nudges > 0);
      communication.nudge();
      await passUntil(() => listener.nudges > 1);
      expect(listener.messages).toEqual([]);
    });

    test("progress is seen by the other end, whether it wakes or not", () => {
      const { application, communication } = open();
      expect(communication.progressOfOther()).toBe(0);
      for (let step = 0; step < 1000; step++) application.countProgress();
      expect(communication.progressOfOther()).toBe(1000);
      expect(application.progressOfOther()).toBe(0);
      communication.countProgress();
      expect(application.progressOfOther()).toBe(1);
    });

    test("what an end notes is seen by the other end, whether it wakes or not", () => {
      const { application, communication } = open();
      const places = Array.from({ length: notesMax }, (_, place) => place);
      const seen = (end: ProcessorLink) => places.map((place) => end.noteOfOther(place));
      const nothing = places.map(() => 0);
      expect(seen(communication)).toEqual(nothing);
      for (const value of [1, 2 ** 31 - 1, 0x1234_5678]) {
        for (const place of places) application.note(place, value - place);
        expect(seen(communication)).toEqual(places.map((place) => value - place));
      }
      expect(seen(application)).toEqual(nothing);
      for (const place of places) application.note(place, 0);
      expect(seen(communication)).toEqual(nothing);
    });
  });
}
