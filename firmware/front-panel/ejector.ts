/**
 * The ejector's two-step habit: opened, the card makes way, and is not to be pulled before the blue LED says so; closed again it comes
 * back. One that has left begins anew, as if it had been put in: what it held is not the group's any more.
 */
import type { CommunicationStatus } from "../card/card-status.ts";

export const ejectorStates = [
  "in service",
  "draining",
  "safe",
  /** Closed again. Whether the card has left already is not known before it says so. */
  "recalled",
  /** It has not, and was told to stay. */
  "returning",
  "restarting",
] as const;

export type EjectorState = (typeof ejectorStates)[number];

/** Of the switch, and what the card says of itself. */
export const ejectorEvents = ["opened", "closed", "serves", "waits", "makes way", "left"] as const;

export type EjectorEvent = (typeof ejectorEvents)[number];

/** What is asked of the card. Each may be asked twice. */
export type EjectorRequest = "leave" | "stay" | "restart";

type Row = readonly [state: EjectorState, event: EjectorEvent, next: EjectorState, requests: readonly EjectorRequest[]];

const rows: readonly Row[] = [
  ["in service", "opened", "draining", ["leave"]],
  // Somebody else has told it to, on the console.
  ["in service", "left", "safe", []],
  ["draining", "left", "safe", []],
  ["draining", "closed", "recalled", []],
  // Whoever had taken over is lost: the card serves again, and must not be pulled.
  ["safe", "waits", "draining", []],
  ["safe", "makes way", "draining", []],
  ["safe", "serves", "in service", []],
  // The console's doing, with the ejector closed all the time.
  ["safe", "opened", "draining", ["leave"]],
  ["safe", "closed", "recalled", []],
  ["recalled", "opened", "draining", ["leave"]],
  ["recalled", "waits", "returning", ["stay"]],
  ["recalled", "left", "restarting", ["restart"]],
  ["returning", "opened", "draining", ["leave"]],
  ["returning", "waits", "returning", ["stay"]],
  ["returning", "left", "restarting", ["restart"]],
  ["returning", "serves", "in service", []],
];

export interface EjectorStep {
  readonly state: EjectorState;
  readonly requests: readonly EjectorRequest[];
}

/** A pair without a row changes nothing: a status may be older than what was asked last. */
export function ejectorStep(state: EjectorState, event: EjectorEvent): EjectorStep {
  const row = rows.find(([of, on]) => of === state && on === event);
  return row === undefined ? { state, requests: [] } : { state: row[2], requests: row[3] };
}

/** By what `leaving` says. */
const said: Readonly<Record<string, EjectorEvent>> = {
  "waits for a backup": "waits",
  "makes way": "makes way",
  "safe to pull": "left",
};

/** What the status of the communication processor says of the card's leaving. */
export function ejectorEvent({ leaving }: CommunicationStatus): EjectorEvent {
  return leaving === undefined ? "serves" : (said[leaving] ?? "makes way");
}
