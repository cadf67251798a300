/** How another program steers a running exchange: requests with a number, replies with the same, notices in between. */
import { z } from "zod";
import { microsPerMilli } from "../../firmware/time.ts";
import { type CallPlan, scenarios } from "./call-plan.ts";
import type { ExchangeNotice, ExchangeProgram } from "./exchange-program.ts";

const id = z.int();
const millis = z.number().min(0);
const callsPerSecond = z.number().min(0).max(10_000);

export const request = z.discriminatedUnion("command", [
  /** Make calls; 0 stops. */
  z.strictObject({ id, command: z.literal("rate"), callsPerSecond, forMillis: millis.optional() }),
  z.strictObject({
    id,
    command: z.literal("call"),
    scenario: z.enum(scenarios).optional(),
    voice: z.boolean().optional(),
    ringMillis: millis.optional(),
    holdMillis: millis.optional(),
  }),
  /** Replies when the node can be reached. */
  z.strictObject({ id, command: z.literal("available") }),
  /** Replies when all calls are over (true) or the time is (false). */
  z.strictObject({ id, command: z.literal("quiet"), withinMillis: millis }),
  z.strictObject({ id, command: z.literal("statistics") }),
  /** Own calls that ended since the last time. */
  z.strictObject({ id, command: z.literal("calls") }),
  /** Replies with the result when every circuit has had its turn. */
  z.strictObject({ id, command: z.literal("check"), callsPerSecond: callsPerSecond.min(0.1).optional() }),
  /** Replies when the first message after this moment of the host's monotonic clock (now, when left out) has come. */
  z.strictObject({ id, command: z.literal("mark"), afterMicros: z.number().optional() }),
  z.strictObject({ id, command: z.literal("reset") }),
  z.strictObject({ id, command: z.literal("quit") }),
]);
export type Request = z.output<typeof request>;

export type Reply =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number | undefined; readonly ok: false; readonly error: string };

/** What comes from an exchange over IPC, or as JSON lines. */
export type FromExchange = Reply | ExchangeNotice;

/** Does what was asked. `quit` is the caller's affair. */
export async function answerRequest(program: ExchangeProgram, input: unknown): Promise<Reply> {
  const parsed = request.safeParse(input);
  if (!parsed.success) {
    const idOf = z.looseObject({ id }).safeParse(input);
    return { id: idOf.success ? idOf.data.id : undefined, ok: false, error: z.prettifyError(parsed.error) };
  }
  return { id: parsed.data.id, ok: true, value: await perform(program, parsed.data) };
}

async function perform(program: ExchangeProgram, asked: Request): Promise<unknown> {
  switch (asked.command) {
    case "rate":
      program.generate(asked.callsPerSecond, asked.forMillis);
      return null;
    case "call":
      program.call(planOf(asked));
      return null;
    case "available":
      await program.available();
      return null;
    case "quiet":
      return await program.quiet(asked.withinMillis);
    case "statistics":
      return program.statistics();
    case "calls":
      return program.takeCalls();
    case "check":
      return await program.check(asked.callsPerSecond);
    case "mark":
      return await program.mark(asked.afterMicros);
    case "reset":
      program.reset();
      return null;
    case "quit":
      return null;
  }
}

function planOf({ scenario, voice, ringMillis, holdMillis }: Extract<Request, { command: "call" }>): Partial<CallPlan> {
  return {
    ...(scenario === undefined ? {} : { scenario }),
    ...(voice === undefined ? {} : { voice }),
    ...(ringMillis === undefined ? {} : { ring: ringMillis * microsPerMilli }),
    ...(holdMillis === undefined ? {} : { hold: holdMillis * microsPerMilli }),
  };
}
