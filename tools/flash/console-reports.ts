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

const attemptsMax = 10;

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
  const form = z.object({ slot: at === undefined ? slot : z.literal(at), rows: z.array(shows[name]) });
  const command = `${at === undefined ? "" : `slot ${at} `}show ${name} json`;
  return await conversation.json(command, (told) => {
    const refusal = z.object({ error: z.string() }).safeParse(told);
    if (refusal.success) throw new CommandRefused(refusal.data.error);
    return form.safeParse(told).data as ConsoleReport<Name> | undefined;
  });
}

/** The same, but told twice alike: a digit that the line has changed is a digit. For what does not change from one time to the next. */
export async function sureReportOf<Name extends Shown>(
  conversation: ConsoleConversation,
  name: Name,
  at?: number,
): Promise<ConsoleReport<Name>> {
  let before = "";
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const report = await reportOf(conversation, name, at);
    const text = JSON.stringify(report);
    if (text === before) return report;
    before = text;
  }
  throw new CommandRefused(`show ${name} is told in another way each time`);
}
