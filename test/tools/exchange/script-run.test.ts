import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { Exchange } from "../../../tools/exchange/exchange.ts";
import { type ScriptResult, ScriptRun } from "../../../tools/exchange/script-run.ts";
import { scriptSchema } from "../../../tools/exchange/script-schema.ts";
import { milli, second } from "./wire.ts";

/** Plays a script against an exchange that answers as usual. */
function play(yaml: string): ScriptResult | undefined {
  const run = new ScriptRun(scriptSchema.parse(parse(yaml)));
  const mix = { ring: { min: second, max: second }, hold: { min: second, max: second }, shares: {} };
  const names = { name: "east", calledPrefix: "1", callingPrefix: "7" };
  const exchange = new Exchange(
    { ...names, pointCode: 2057, nodePointCode: 1001, cics: [{ first: 1, last: 31 }], mix },
    () => 0.5,
  );
  let result: ScriptResult | undefined;
  const toExchange: Uint8Array[] = [];
  const toScript: Uint8Array[] = [];
  let now = second;
  const take = (actions: ReturnType<ScriptRun["step"]>): void => {
    for (const action of actions) {
      if (action.kind === "send") toExchange.push(action.octets);
      else result = action.result;
    }
  };
  take(run.step({ kind: "start" }, now));
  for (; result === undefined && now < 60 * second; now += milli) {
    const events = toExchange.splice(0).map((octets) => ({ kind: "message", octets }) as const);
    for (const event of [...events, { kind: "deadline" } as const]) {
      for (const action of exchange.step(event, now)) if (action.kind === "send") toScript.push(action.octets);
    }
    for (const octets of toScript.splice(0)) take(run.step({ kind: "message", octets }, now));
    if ((run.nextDeadline() ?? now + 1) <= now) take(run.step({ kind: "deadline" }, now));
  }
  return result;
}

const wholeCall = `
name: a call from beginning to end
steps:
  - { send: IAM, cic: 3, called: "100010000100", calling: "700000001" }
  - { expect: ACM, within: 500ms }
  - { silence: 900ms }
  - { expect: ANM, within: 200ms }
  - { wait: 500ms }
  - { send: REL, cause: 16 }
  - { expect: RLC, within: 500ms }
  - { send: CQM, cic: 1, range: 3 }
  - { expect: CQR, within: 100ms }
`;

describe("a script", () => {
  it("passes when all comes as expected, and has the transcript", () => {
    const result = play(wholeCall);
    expect(result).toMatchObject({ passed: true, name: "a call from beginning to end" });
    const lines = result?.transcript.map((line) => line.replace(/^ *\d+ ms /, "")) ?? [];
    expect(lines[0]).toBe("-> IAM CIC 3 called 100010000100 calling 700000001");
    expect(lines.map((line) => line.split(" ").slice(0, 2).join(" "))).toEqual([
      ...["-> IAM", "<- ACM", "<- ANM", "-> REL", "<- RLC", "-> CQM", "<- CQR"],
    ]);
  });

  it.each([
    ["another message comes", wholeCall.replace("ANM", "CON"), "step 4: CON expected, ANM CIC 3 came"],
    ["nothing comes", wholeCall.replace("ANM, within: 200ms", "ANM, within: 10ms"), "step 4: ANM did not come"],
    [
      "something comes in the silence",
      wholeCall.replace("900ms", "1100ms"),
      "step 3: silence expected, ANM CIC 3 came",
    ],
    [
      "a parameter differs",
      wholeCall.replace("RLC, within", "RLC, cic: 4, within"),
      "step 7: RLC expected, RLC CIC 3 came: cic should be 4",
    ],
    [
      "a message cannot be encoded",
      wholeCall.replace("send: REL, cause: 16", "send: REL, parameters: { hopCounter: {} }"),
      "step 6: REL cannot be encoded: hopCounter does not belong to REL",
    ],
  ])("fails when %s, and says where", (_, yaml, failure) => {
    expect(play(yaml)).toMatchObject({ passed: false, failure });
  });

  it("sends octets as they are", () => {
    const result = play(`
name: an unknown circuit, then a message that the other side does not know
steps:
  - { octets: "13", cic: 40 }
  - { expect: UCIC, within: 1s }
  - { octets: "0c 02 00 02 80 90", cic: 5 }
  - { expect: RLC, cic: 5, within: 1s }
`);
    expect(result).toMatchObject({ passed: true });
  });

  it("does something at a set time, and knows messages of unknown types by their octets", () => {
    const run = new ScriptRun(
      scriptSchema.parse({
        name: "x",
        steps: [{ at: "30ms" }, { send: "RSC" }, { expectOctets: "f0 00" }, { expect: "RLC" }],
      }),
      7,
    );
    run.step({ kind: "start" }, second);
    expect(run.step({ kind: "deadline" }, second + 29 * milli)).toEqual([]);
    const message = (...octets: readonly number[]) =>
      ({ kind: "message", octets: Uint8Array.of(7, 0, ...octets) }) as const;
    expect(run.step({ kind: "deadline" }, second + 30 * milli)).toMatchObject([{ kind: "send", cic: 7 }]);
    expect(run.step(message(0xf0, 0), second + 31 * milli)).toEqual([]);
    expect(run.step(message(0x10), second + 31 * milli)).toMatchObject([{ result: { passed: true } }]);
  });

  it("fails when other octets come", () => {
    const run = new ScriptRun(scriptSchema.parse({ name: "x", steps: [{ expectOctets: "f000" }] }), 7);
    run.step({ kind: "start" }, second);
    const came = run.step({ kind: "message", octets: Uint8Array.of(7, 0, 0xf0, 1) }, second);
    expect(came).toMatchObject([{ result: { failure: "step 1: octets f000 expected, octets 0700f001 came" } }]);
  });

  it.each(["basic-call", "circuit-supervision"])("that comes with the tool is passed by an exchange: %s", (name) => {
    const file = new URL(`../../../tools/exchange/scripts/${name}.yaml`, import.meta.url);
    expect(play(readFileSync(file, "utf8"))).toMatchObject({ passed: true });
  });

  it("may ignore messages", () => {
    const ignoring = wholeCall
      .replace("steps:", "ignore: [ANM]\nsteps:")
      .replace("  - { expect: ANM, within: 200ms }\n", "");
    expect(play(ignoring.replace("900ms", "1100ms"))).toMatchObject({ passed: true });
  });

  it("is refused when it is none", () => {
    expect(scriptSchema.safeParse({ name: "x", steps: [{ send: "XYZ" }] }).success).toBe(false);
    expect(scriptSchema.safeParse({ name: "x", steps: [{ wait: "soon" }] }).success).toBe(false);
  });
});
