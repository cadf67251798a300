/**
 * What the command `monitor` of a card's console says: a line of JSON a second, as long as the line is not interrupted (^C). For
 * `npm run monitor`, which draws it; whoever reads it may rely on what is here.
 */
import { z } from "zod";
import { severities } from "../alarms/severity.ts";
import { takeoverTold } from "../card/card-status.ts";
import { lampPatterns } from "../front-panel/lamp-pattern.ts";

const lamp = z.enum(lampPatterns);

/** The LEDs of a card (hal/front-panel.ts); absent are those of which the card that tells does not know how they are. */
const lamps = z.object({
  active: lamp.optional(),
  standby: lamp.optional(),
  alarm: lamp.optional(),
  busA: lamp.optional(),
  busB: lamp.optional(),
  link: lamp.optional(),
  safeToPull: lamp.optional(),
});

const card = z.object({
  slot: z.number().int(),
  kind: z.enum(["lim", "call-server", "transporter"]),
  /** Of a call server, where there are several. */
  group: z.number().optional(),
  /** Whether its beats are heard. */
  present: z.boolean(),
  role: z.string().optional(),
  term: z.number().optional(),
  commit: z.number().optional(),
  /** What is wrong with it, or that it leaves: more to the point than its role. */
  condition: z.string().optional(),
  lamps,
});

const plane = z.object({
  plane: z.enum(["A", "B"]),
  /** Share of the time in which the wire is busy, in per cent; absent where nobody can say. */
  loadPercent: z.number().optional(),
  state: z.enum(["active", "passive", "bus-off", "disconnected", "inhibited"]),
});

const alarm = z.object({
  severity: z.enum(severities),
  object: z.string().optional(),
  text: z.string(),
  /** UTC; without `clearedAtMillis` it stands. */
  raisedAtMillis: z.number(),
  clearedAtMillis: z.number().optional(),
});

export const monitorReport = z.object({
  /** The version of this form. */
  monitor: z.literal(1),
  rack: z.object({
    name: z.string(),
    pointCode: z.string().optional(),
    /** The card that tells, and since when it runs. */
    slot: z.number(),
    upMicros: z.number(),
    /** UTC, by its clock. */
    atMillis: z.number(),
  }),
  cards: z.array(card),
  planes: z.array(plane),
  /** Of all groups together; absent where the card does not know. */
  calls: z.object({
    inSetUp: z.number().optional(),
    inConversation: z.number().optional(),
    attempts: z.number().optional(),
    answered: z.number().optional(),
    congestionLevel: z.number().optional(),
  }),
  /** Those that stand, the worst first, then some that are over. */
  alarms: z.array(alarm),
  /** The last takeover, as the card in slot `to` has timed it. */
  switchover: takeoverTold.extend({ to: z.number() }).optional(),
});

export type MonitorReport = z.output<typeof monitorReport>;
export type MonitorCard = MonitorReport["cards"][number];
