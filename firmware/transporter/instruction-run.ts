/**
 * One instruction on its way through a gateway: which command is next, and what the answers add up to.
 */
import type { Response } from "../mgcp/message.ts";
import { responseClass, responseCodes } from "../mgcp/response-codes.ts";
import { assert } from "../result.ts";
import type { EndpointJob } from "./endpoint-queues.ts";
import type { Fallback, PlannedCommand, PlannedStep } from "./profiles/gateway-profile.ts";

export interface RunPlan {
  /** Whose endpoints are touched. */
  readonly circuits: readonly number[];
  readonly commands: readonly PlannedCommand[];
  readonly fallback?: Fallback | undefined;
  /** Takes back what the commands did, when one of them was refused after others had been done. */
  readonly undo?: readonly PlannedCommand[];
  /** Of the `command`th command that the run sends, counted from 0. */
  transactionId(command: number): number;
}

/** What follows from an answer: send the next command, or the end. `silent`: the gateway did not answer. */
export type Progress = "send" | "done" | "refused" | "silent";

type Phase = "doing" | "falling-back" | "undoing" | "over";
type RunEvent = "answered" | "completed" | "refused" | "refused-usual" | "refused-halfway" | "unanswered";

/** `refused-usual`: with a code for which there is a fallback. `refused-halfway`: after commands that were done. */
// biome-ignore format: one row a line
const rows: readonly (readonly [phase: Phase, event: RunEvent, next: Phase, progress: Progress])[] = [
  ["doing",        "answered",        "doing",        "send"],
  ["doing",        "completed",       "over",         "done"],
  ["doing",        "refused-usual",   "falling-back", "send"],
  ["doing",        "refused-halfway", "undoing",      "send"],
  ["doing",        "refused",         "over",         "refused"],
  ["doing",        "unanswered",      "over",         "silent"],

  ["falling-back", "answered",        "falling-back", "send"],
  ["falling-back", "completed",       "over",         "done"],
  ["falling-back", "refused-halfway", "undoing",      "send"],
  ["falling-back", "refused",         "over",         "refused"],
  ["falling-back", "unanswered",      "over",         "silent"],

  ["undoing",      "answered",        "undoing",      "send"],
  ["undoing",      "completed",       "over",         "refused"],
  ["undoing",      "refused",         "over",         "refused"],
  ["undoing",      "unanswered",      "over",         "silent"],
];
const rowByState = new Map(rows.map((row) => [`${row[0]} ${row[1]}`, row]));

/** Answers to a DLCX by which the connection is as gone as it can be. */
const goneCodes: readonly number[] = [
  responseCodes.endpointUnknown.code,
  responseCodes.badConnectionId.code,
  responseCodes.badCallId.code,
];

export class InstructionRun implements EndpointJob {
  readonly circuits: readonly number[];
  readonly #plan: RunPlan;
  #phase: Phase = "doing";
  #commands: readonly PlannedStep[];
  #at = 0;
  #sent = 0;
  readonly #answers: Response[] = [];
  #refusal = 0;

  constructor(plan: RunPlan) {
    assert(plan.commands.length > 0, "an instruction takes a command");
    this.circuits = plan.circuits;
    this.#plan = plan;
    this.#commands = plan.commands;
  }

  /** The command to send now. */
  get command(): PlannedCommand {
    const step = this.#commands[this.#at];
    if (typeof step !== "function") return step;
    const before = this.#answers.at(-1);
    assert(before !== undefined, "a command that depends on an answer is not the first");
    return step(before);
  }

  get transactionId(): number {
    return this.#plan.transactionId(this.#sent);
  }

  /** The answers to the commands of the plan, in their order, once all were done. */
  get answers(): readonly Response[] {
    return this.#answers.slice(-this.#plan.commands.length);
  }

  /** The response code that the instruction was refused with; 0: none. */
  get refusal(): number {
    return this.#refusal;
  }

  answered(answer: Response): Progress {
    this.#answers.push(answer);
    return this.#apply(this.#eventOf(answer), answer.code);
  }

  unanswered(): Progress {
    return this.#apply("unanswered", 0);
  }

  #eventOf({ code }: Response): RunEvent {
    const { fallback, undo } = this.#plan;
    const isFirstTry = this.#phase === "doing";
    if (isFirstTry && fallback?.codes.includes(code)) return "refused-usual";
    const isGone = this.command.verb === "DLCX" && goneCodes.includes(code);
    if (responseClass(code) === "success" || isGone) {
      return this.#at === this.#commands.length - 1 ? "completed" : "answered";
    }
    return this.#at > 0 && undo !== undefined && this.#phase !== "undoing" ? "refused-halfway" : "refused";
  }

  #apply(event: RunEvent, code: number): Progress {
    const row = rowByState.get(`${this.#phase} ${event}`);
    assert(row !== undefined, `an instruction that is ${this.#phase} is ${event}`);
    const [before, , next, progress] = row;
    if (event.startsWith("refused") && before !== "undoing") this.#refusal = code;
    this.#phase = next;
    if (progress !== "send") return progress;
    this.#sent++;
    this.#at++;
    if (next !== before) {
      this.#commands = (next === "undoing" ? this.#plan.undo : this.#plan.fallback?.commands) ?? [];
      this.#at = 0;
      this.#answers.length = 0;
    }
    return progress;
  }
}
