/** What `show ... json` says, as far as an upgrade wants to know it. */
import { z } from "zod";
import { CommandRefused, type ConsoleConversation } from "./console-conversation.ts";

const slot = z.number().int();
const text = z.string().optional();

const shows = {
  cards: z.object({ slot, kind: z.string(), state: text, role: text }),
  version: z.object({ what: z.string(), value: z.unknown() }),
  upgrade: z.object({
    ...{ slot, runs: text, state: text, failure: text, order: text },
    /** On trial: yes, in whatever way. */
    trial: z.union([z.boolean(), z.string()]).optional(),
    percent: z.number().optional(),
  }),
} as const;

type Shown = keyof typeof shows;
export type CardRow = z.infer<(typeof shows)["cards"]>;
export type UpgradeRow = z.infer<(typeof shows)["upgrade"]>;

export interface ConsoleReport<Name extends Shown> {
  /** The card that tells it. */
  readonly slot: number;
  readonly rows: readonly z.infer<(typeof shows)[Name]>[];
}

/**
 * @param at undefined: the card at the line
 * @throws CommandRefused with what the card says instead
 */
export async function reportOf<Name extends Shown>(
  conversation: ConsoleConversation,
  name: Name,
  at?: number,
): Promise<ConsoleReport<Name>> {
  const told = await conversation.json(`${at === undefined ? "" : `slot ${at} `}show ${name} json`);
  const report = z.object({ slot, rows: z.array(shows[name]) }).safeParse(told);
  if (report.success) return report.data as ConsoleReport<Name>;
  const refusal = z.object({ error: z.string() }).safeParse(told);
  throw new CommandRefused(refusal.data?.error ?? `show ${name} is told in another form than is known here`);
}
