/** What the two processors of a card tell about themselves, as far as others read it. What is not told yet is undefined. */
import { z } from "zod";

const heard = z.looseObject({
  slot: z.number(),
  alive: z.boolean(),
  /** In a group that the card has a part in as well. */
  role: z.string().optional(),
  realTime: z.boolean(),
  limitMicros: z.number(),
  /** The longest time between two beats of it within the present minute. */
  gapMeasuredMicros: z.number().optional(),
  /** It says so itself, the witnesses find it so, or its configuration is another. */
  hung: z.boolean().optional(),
  deaf: z.boolean().optional(),
  objection: z.string().optional(),
  /** The planes on which it is not listened to, such as "AB". */
  babblesOn: z.string().optional(),
});

const ofGroup = z.looseObject({ group: z.number(), role: z.string(), term: z.number(), commit: z.number().optional() });

/** Counted since the card's port on the plane was opened. */
const plane = z.looseObject({
  sent: z.number().optional(),
  received: z.number().optional(),
  /** Frames that the card knows it has missed. */
  dropped: z.number().optional(),
  nominalBits: z.number().optional(),
  dataBits: z.number().optional(),
});

/** firmware/backplane/takeover-course.ts */
export const takeoverTold = z.looseObject({
  term: z.number(),
  from: z.number().optional(),
  detectedMicros: z.number(),
  claimedMicros: z.number(),
  answers: z.array(z.looseObject({ slot: z.number(), micros: z.number() })),
  beganMicros: z.number(),
  atMillis: z.number(),
});

const communication = z.looseObject({
  /** In the first group that the card has a part in. */
  role: z.string().optional(),
  term: z.number().optional(),
  commit: z.number().optional(),
  groups: z.array(ofGroup).optional(),
  /** What is wrong with the card, and how far it is on its way out. */
  hung: z.boolean().optional(),
  deaf: z.boolean().optional(),
  mute: z.boolean().optional(),
  leaving: z.string().optional(),
  outOfService: z.string().optional(),
  realTime: z.boolean().optional(),
  /** The last by which this card became primary of the first of its groups. */
  takeover: takeoverTold.optional(),
  cards: z.array(heard).optional(),
  /** Of planes A and B. */
  planes: z.array(plane).optional(),
  planeStates: z.array(z.enum(["active", "passive", "bus-off", "disconnected"])).optional(),
});

const application = z.looseObject({
  callsInSetUp: z.number().optional(),
  callsInConversation: z.number().optional(),
  circuitsInReset: z.number().optional(),
  circuitsLocallyBlocked: z.number().optional(),
  circuitsRemotelyBlocked: z.number().optional(),
  /** 0: none; of the group. */
  congestionLevel: z.number().optional(),
  /** Since the card started. */
  attempts: z.number().optional(),
  answered: z.number().optional(),
  callsRefusedByCongestion: z.number().optional(),
  /** By cause value of Q.850. */
  releasedByCause: z.record(z.string(), z.number()).optional(),
  inputsPoisoned: z.number().optional(),
  circuitAlarms: z.number().optional(),
  clockCorrections: z.number().optional(),
  /** By trunk group. */
  idleCircuits: z.record(z.string(), z.number()).optional(),
  /** ISUP messages of a LIM, by type. */
  received: z.record(z.string(), z.number()).optional(),
  sent: z.record(z.string(), z.number()).optional(),
  /** Whether blocking is on the card's disk, or why not. */
  blockingStates: z.string().optional(),
  exchanges: z.record(z.string(), z.looseObject({ available: z.boolean() })).optional(),
  gateways: z.record(z.string(), z.looseObject({ state: z.string() })).optional(),
});

export type CommunicationStatus = z.output<typeof communication>;
export type ApplicationStatus = z.output<typeof application>;

export function communicationStatus(told: unknown): CommunicationStatus {
  return communication.safeParse(told).data ?? {};
}

export function applicationStatus(told: unknown): ApplicationStatus {
  return application.safeParse(told).data ?? {};
}
