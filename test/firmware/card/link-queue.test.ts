import { describe, expect, test } from "vitest";
import type { ApplicationAction, ApplicationEvent } from "../../../firmware/card/application.ts";
import { decodeLinkMessage, encodeLinkMessage } from "../../../firmware/card/link-message.ts";
import { LinkQueue } from "../../../firmware/card/link-queue.ts";
import { VirtualClock } from "../../../hal/simulated/clock.ts";
import { simulatedProcessorLink } from "../../../hal/simulated/processor-link.ts";

const octets = Uint8Array.from({ length: 300 }, (_, n) => n & 0xff);

const messages: readonly (ApplicationEvent | ApplicationAction)[] = [
  { kind: "deadline" },
  { kind: "input", slot: 5, number: 2 ** 40, payload: octets, waiting: 3 },
  {
    kind: "commit",
    commit: {
      group: 1,
      term: 70_000,
      sequence: 2 ** 45,
      consumed: { kind: "input", slot: 63, number: 2 ** 33 },
      timeMillis: 1_800_000_000_000,
      body: octets,
      input: new Uint8Array(0),
    },
  },
  { kind: "primary", term: 3, sequence: 4, coldStart: true, timeMillis: 1_700_000_000_000 },
  {
    kind: "commit",
    sequence: 9,
    consumed: { kind: "begin", cold: false, afterTerm: 2 },
    refersToInput: false,
    timeMillis: 0,
    body: octets,
  },
  { kind: "transmitted", sequence: 2 ** 45 },
  { kind: "input", group: 3, payload: octets },
  ...(
    [
      { kind: "internal" },
      { kind: "begin", cold: true, afterTerm: 0 },
      { kind: "admit", slot: 3, incarnation: 65_535 },
      { kind: "dismiss", slot: 63 },
    ] as const
  ).map(
    (consumed) =>
      ({
        kind: "commit",
        sequence: 1,
        consumed,
        refersToInput: true,
        timeMillis: 1_800_000_000_000,
        body: octets,
      }) as const,
  ),
  { kind: "log", severity: "alarm", text: "Grüße 💡" },
];

/** Octet strings may come back as a kind of Uint8Array of the host's. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Uint8Array.from(value);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

describe("messages between the processors of a card", () => {
  test.each(messages.map((message) => [message.kind, message] as const))("%s comes back", (_kind, message) => {
    expect(plain(decodeLinkMessage(encodeLinkMessage(message)))).toEqual(message);
  });

  test("nonsense is a mistake of ours", () => {
    for (const nonsense of [[], [0xff], [0x01], [0xf6], [0xa0], [0x62, 0x61]]) {
      expect(() => decodeLinkMessage(Uint8Array.from(nonsense))).toThrow("the other processor talks nonsense");
    }
  });
});

test("what the ring has no room for keeps its order and its octets until it has", () => {
  const clock = new VirtualClock();
  const link = simulatedProcessorLink(clock, { ringOctets: 2048 });
  const queue = new LinkQueue(link.application);
  link.application.listen({ message: () => {}, writable: () => queue.flush(), nudged: () => {} });
  const received: unknown[] = [];
  link.communication.listen({
    message: (message) => received.push(plain(decodeLinkMessage(message))),
    writable: () => {},
    nudged: () => {},
  });
  const expected: unknown[] = [];
  for (let round = 0; round < 10; round++) {
    for (let n = 0; n < 40; n++) {
      const message = {
        kind: "input",
        group: 1,
        payload: octets.slice(0, (n * 7) % 300).fill(round * 40 + n),
      } as const;
      expected.push(message);
      queue.send(message);
    }
    // Now and then the ring is served while some still wait.
    clock.run(clock.nowMicros() + 15);
  }
  clock.run(clock.nowMicros() + 100_000);
  expect(received).toEqual(expected);
});

test("a message that no ring would ever take is a mistake of ours, not a silence for ever", () => {
  const link = simulatedProcessorLink(new VirtualClock());
  const queue = new LinkQueue(link.application);
  expect(() => queue.send({ kind: "input", group: 1, payload: new Uint8Array(9000) })).toThrow("input of 90");
});
