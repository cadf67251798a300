import { expect, it } from "vitest";
import { response } from "../../../firmware/mgcp/message.ts";
import { InstructionRun } from "../../../firmware/transporter/instruction-run.ts";
import type { PlannedCommand } from "../../../firmware/transporter/profiles/gateway-profile.ts";

const planned = (verb: PlannedCommand["verb"], local: string): PlannedCommand => ({
  verb,
  endpoint: { local, domain: "gw" },
  parameters: {},
});

/** Runs with these answers (0: none) and writes down what was sent and what came of it. */
function run(answers: readonly number[]): string {
  const instruction = new InstructionRun({
    circuits: [0],
    commands: [planned("CRCX", "a"), planned("CRCX", "b")],
    fallback: { codes: [540], commands: [planned("DLCX", "x"), planned("CRCX", "a"), planned("CRCX", "b")] },
    undo: [planned("DLCX", "u"), planned("DLCX", "v")],
    transactionId: (command) => 100 + command,
  });
  const seen: string[] = [];
  for (const [step, code] of answers.entries()) {
    expect(instruction.transactionId).toBe(100 + step);
    seen.push(instruction.command.endpoint.local);
    const progress = code === 0 ? instruction.unanswered() : instruction.answered(response(code, 100 + step));
    if (progress === "send") continue;
    return `${seen.join(" ")}: ${progress} ${instruction.refusal} [${instruction.answers.map((answer) => answer.code)}]`;
  }
  return `${seen.join(" ")}: going on`;
}

// Answers, and what happens: the commands sent, the outcome, the refusal, the answers that count.
it.each([
  [[200, 200], "a b: done 0 [200,200]"],
  [[250, 200], "a b: done 0 [250,200]"],
  [[0], "a: silent 0 []"],
  [[200, 0], "a b: silent 0 [200]"],
  [[500], "a: refused 500 [500]"],
  [[999], "a: refused 999 [999]"],
  [[200, 403, 250, 250], "a b u v: refused 403 [250,250]"],
  [[200, 403, 515, 516], "a b u v: refused 403 [515,516]"],
  [[200, 403, 400], "a b u: refused 403 [400]"],
  [[200, 403, 0], "a b u: silent 403 []"],
  [[540, 250, 200, 200], "a x a b: done 540 [200,200]"],
  [[540, 515, 200, 200], "a x a b: done 540 [200,200]"],
  [[540, 400], "a x: refused 400 [400]"],
  [[540, 250, 540, 250, 250], "a x a u v: refused 540 [250,250]"],
  [[540, 250, 200, 500, 250, 250], "a x a b u v: refused 500 [250,250]"],
  [[200, 540, 250, 200, 200], "a b x a b: done 540 [200,200]"],
  [[540, 0], "a x: silent 540 []"],
])("answers %j: %s", (answers, expected) => {
  expect(run(answers)).toBe(expected);
});

it("a deletion of what is gone is done", () => {
  for (const code of [500, 515, 516]) {
    const commands = [planned("DLCX", "a")];
    const gone = new InstructionRun({ circuits: [0], commands, transactionId: () => 1 });
    expect(gone.answered(response(code, 1))).toBe("done");
  }
});
