import { expect, test } from "vitest";
import { decodeSignal, encodeSignal, type Signal } from "../../../tools/exchange/signal.ts";
import { deviations } from "./deviations.ts";
import { FollowedCalls } from "./followed-calls.ts";
import type { Part } from "./scenario.ts";
import { answers, isReleased, toEast } from "./usual-steps.ts";

const allOfThem = deviations.map(({ name }) => name);
const called: Part = { at: "east", cics: [1], steps: [...answers, ...isReleased(16)] };
const answeredAfterMicros = 10_000;

/** What the exchange says to a list of messages, the answer to the call included. */
function played(allowed: typeof allOfThem, messages: readonly Signal[]) {
  const exchange = new FollowedCalls(allowed);
  const [call] = exchange.add([called]);
  exchange.step({ kind: "start" }, 0);
  let now = 0;
  const said = messages.flatMap((signal) => {
    const octets = encodeSignal(signal);
    if (!exchange.takes(octets)) return [`${signal.type} is not for it`];
    const answer = exchange.step({ kind: "message", octets }, now);
    now += answeredAfterMicros;
    return [...answer, ...exchange.step({ kind: "deadline" }, now)].map((each) => {
      const decoded = decodeSignal(each.octets);
      return `${decoded.ok ? decoded.value.type : "?"} ${each.cic}`;
    });
  });
  return { said, call, deviations: exchange.deviations };
}

const iam = (cic: number): Signal => ({ type: "IAM", cic, ...toEast });
const rel = (cic: number): Signal => ({ type: "REL", cic, cause: 16 });
const rsc = (cic: number): Signal => ({ type: "RSC", cic });

test("a REL that comes again is answered again", () => {
  const { said, call, deviations: found } = played(allOfThem, [iam(1), rel(1), rel(1)]);
  expect(said).toEqual(["ACM 1", "ANM 1", "RLC 1", "RLC 1"]);
  expect(call.result).toMatchObject({ passed: true });
  expect(found).toEqual(["second copy"]);
});

test("RSC ends what the IAM began; the call is played from its beginning where it comes then", () => {
  const { said, call, deviations: found } = played(allOfThem, [iam(1), rsc(1), iam(3), rel(3)]);
  expect(said).toEqual(["ACM 1", "ANM 1", "RLC 1", "ACM 3", "ANM 3", "RLC 3"]);
  expect(call.result).toMatchObject({ passed: true });
  expect(call.circuit).toBe(3);
  expect(call.record.filter((line) => /^(sent|received) (IAM|ACM)/.test(line))).toHaveLength(2);
  expect(found).toEqual(["another circuit"]);
});

test("a call that comes on another circuit without a reset is not for it: it would be a second one", () => {
  expect(played(allOfThem, [iam(3)]).said).toEqual(["IAM is not for it"]);
});

test("REL without IAM: the call was given up before it was heard of", () => {
  const exchange = new FollowedCalls(allOfThem);
  const [call] = exchange.add([{ ...called, steps: [answers[0], ...isReleased(16)] }]);
  exchange.step({ kind: "start" }, 0);
  const said = exchange.step({ kind: "message", octets: encodeSignal(rel(1)) }, 0);
  expect(said).toMatchObject([{ cic: 1 }]);
  expect(call.result).toMatchObject({ passed: true });
  expect(exchange.deviations).toEqual(["call not heard of"]);
});

test.each([
  ["RSC in the call", [iam(1), rsc(1)]],
  ["REL without IAM", [rel(1)]],
] as const)("where nothing may deviate %s fails", (_, messages) => {
  const { call, deviations: found } = played([], messages);
  expect(call.result).toMatchObject({ passed: false });
  expect(found).toEqual([]);
});

test("every deviation says what it is, and by which clause", () => {
  console.table(deviations.map(({ name, of, what, because }) => [name, of, what, because]));
  for (const { because } of deviations) expect(because).toMatch(/(Q\.7\d\d|RFC \d{4}|message-repetition\.ts)/);
});
