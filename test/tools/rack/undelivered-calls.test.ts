import { expect, test } from "vitest";
import { readConfiguration } from "../../../tools/configuration/read-configuration.ts";
import type { HeardMessage } from "../../../tools/rack/input-tap.ts";
import { UndeliveredCalls } from "../../../tools/rack/undelivered-calls.ts";

const { configuration } = readConfiguration("boards/simulated/redundant.yaml");
const iam = 1;
const rel = 12;
const sent = (atMicros: number, cic: number, type: number, calling?: string) => ({ atMicros, cic, type, calling });

test("a call counts whose message was sent after the last one that the LIM said", () => {
  const calls = new UndeliveredCalls(configuration);
  const asked: HeardMessage[] = [];
  const last = [sent(1, 3, iam, "a"), sent(2, 5, iam, "b"), sent(3, 7, rel), sent(4, 9, iam, "c")];
  calls.cut("west", last, (message) => {
    asked.push(message);
    return message.atMicros === 2;
  });
  expect(["a", "b", "c"].filter((calling) => calls.has(calling))).toEqual(["c"]);
  expect(calls.messages).toBe(2);
  // Circuits are counted from 0 over all trunk groups; the western ones come first.
  expect(asked).toEqual([
    { atMicros: 4, circuit: 8, type: iam },
    { atMicros: 3, circuit: 6, type: rel },
    { atMicros: 2, circuit: 4, type: iam },
  ]);
});

test("nothing counts that the LIM has said", () => {
  const calls = new UndeliveredCalls(configuration);
  calls.cut("east", [sent(1, 3, iam, "a")], () => true);
  expect([calls.has("a"), calls.messages]).toEqual([false, 0]);
});

test("the LIM is known by the port where it listens", () => {
  const calls = new UndeliveredCalls(configuration);
  const ports = [2905, 2906, 2907, 2908];
  expect(ports.map((port) => calls.limAt("west", port))).toEqual([1, undefined, 2, undefined]);
  expect(ports.map((port) => calls.limAt("east", port))).toEqual([undefined, 1, undefined, 2]);
});
