/**
 * The heartbeat: one frame, also on classic CAN, so that six cards' beats leave a plane to the calls. A fixed part says what
 * must never be late (role, term, health); the rest of what a card tells about itself takes turns in the last four octets.
 */
import { bits, layout, u8, u16, u24, type ValueOf } from "../layout/layout.ts";

/** What a card is to a group at this moment. */
export const role = {
  /** A witness that no primary has admitted since it started. */
  newcomer: 0,
  /** A LIM or transporter that the group has admitted. */
  witness: 1,
  /** A call server without state: it just started. */
  blank: 2,
  /** A call server that is being given the state, or whose state is not the group's. */
  incomplete: 3,
  backup: 4,
  primary: 5,
  claimant: 6,
  /** Was primary and made way, or leaves: complete, and the last to claim. */
  resigned: 7,
} as const;

export type Role = (typeof role)[keyof typeof role];

export const roleNames = Object.keys(role) as (keyof typeof role)[];

/** What the value of a heartbeat is about: the kinds take turns. */
export const beatKind = {
  /** Incarnation in the group (16 bits), kind of card (4), progress of its application (4). */
  identity: 0,
  /** Commit sequence: the primary's last, others' last in unbroken order (24 bits). */
  commit: 1,
  /** Number of the last input sent (24 bits). */
  input: 2,
  /** Digest of the configuration (24 bits). */
  configuration: 3,
  /**
   * From here on, of two witnesses: low bits of the number of the last input that this call server heard (12 bits each). 8 is about
   * the first two of the group's plan, 9 about the next two, and so on.
   */
  received: 8,
} as const;

/** Witnesses that one beat of kind `received` is about. */
export const witnessesABeat = 2;

export const heartbeat = layout(
  "heartbeat",
  /** `hung`: the card cannot do its work. `deaf`: a bit for each call server of the group, set by a witness that finds it deaf. */
  bits({ role: 3, leaving: 1, realTime: 1, hung: 1, deaf: 2 }),
  /** `incarnation` is the low octet of the card's incarnation: enough to notice a restart at its first beat. */
  { term: u16, incarnation: u8 },
  /** The group that role, term, deaf and value are about: a LIM's or transporter's beats take the groups of the rack in turn. */
  bits({ group: 4, kind: 4 }),
  { value: u24 },
);

export type Heartbeat = ValueOf<typeof heartbeat>;

/** One to be filled, again and again. */
export function blankBeat(): Heartbeat {
  return {
    role: role.newcomer,
    leaving: 0,
    realTime: 0,
    hung: 0,
    deaf: 0,
    term: 0,
    incarnation: 0,
    group: 0,
    kind: beatKind.identity,
    value: 0,
  };
}

/** Kinds of cards as a heartbeat tells them. */
export const cardKinds = ["lim", "call-server", "transporter"] as const;
