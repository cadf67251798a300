/** What a supervisor may ask of a hub, and what it hears. Everything is JSON. */

import { canClasses } from "../can-frame.ts";
import type { CanState } from "../can-port.ts";

export type HubCommand =
  /** Nothing goes through; what is queued stays queued. */
  | { readonly command: "cut" }
  | { readonly command: "mend" }
  /** Unplugs a port, now. Its name is refused until `plug`. */
  | { readonly command: "sever"; readonly port: string }
  | { readonly command: "plug"; readonly port: string }
  | { readonly command: "deaf"; readonly port: string; readonly on: boolean }
  | { readonly command: "mute"; readonly port: string; readonly on: boolean }
  | { readonly command: "bus-off"; readonly port: string }
  | ({ readonly command: "arm-pull" } & ArmedPull)
  | ({ readonly command: "arm-frame-fault" } & ArmedFrameFault)
  /** Forgets what is armed. */
  | { readonly command: "disarm" }
  | { readonly command: "statistics" };

/** Severs a port at the `count`-th frame of a class that it sends, counted from 1 and from the arming. */
export interface ArmedPull {
  readonly port: string;
  readonly frameClass: number;
  readonly count: number;
  readonly moment: "before" | "inside" | "after";
}

/** Does something to the `count`-th frame on the bus, counted from 1 and from the arming; of one class where one is given. */
export interface ArmedFrameFault {
  readonly count: number;
  readonly frameClass?: number;
  /** "error": nobody gets it, and it is repeated. "lost" and "rejected": at the ports named; see `FrameFate`. */
  readonly fault: "error" | "lost" | "rejected";
  readonly ports: readonly string[];
}

export type HubRequest = HubCommand & { readonly request: number };

export type HubReply =
  | { readonly request: number; readonly ok: true; readonly value?: HubStatistics }
  /** The reason is a sentence. */
  | { readonly request: number; readonly ok: false; readonly reason: string };

/** Time is microseconds of the machine's monotonic clock, the same for all processes. */
export interface HubEvent {
  readonly event: "attached" | "detached" | "severed";
  readonly port: string;
  readonly atMicros: number;
}

export interface HubStatistics {
  readonly plane: string;
  /** When these figures were taken: with two of them, the load over the time between. */
  readonly atMicros: number;
  readonly bitRate: number;
  readonly dataBitRate: number;
  readonly cut: boolean;
  /** By class, as `CanBusStatistics`. */
  readonly frames: readonly number[];
  readonly nominalBits: readonly number[];
  readonly dataBits: readonly number[];
  readonly errors: number;
  readonly ports: readonly HubPortStatistics[];
}

export interface HubPortStatistics {
  readonly port: string;
  readonly state: CanState;
  readonly sent: number;
  readonly received: number;
  /** Frames it lost because it did not read, or by an armed fault. */
  readonly dropped: number;
}

const isCount = (value: unknown) => Number.isInteger(value) && Number(value) > 0;
const isText = (value: unknown) => typeof value === "string";
const isSwitch = (value: unknown) => typeof value === "boolean";
const isClass = (value: unknown) => Number.isInteger(value) && Number(value) >= 0 && Number(value) < canClasses;
const isClassOrNone = (value: unknown) => value === undefined || isClass(value);
const isTexts = (value: unknown) => Array.isArray(value) && value.every(isText);
const isOneOf = (allowed: readonly unknown[]) => (value: unknown) => allowed.includes(value);

/** What each command must say. */
const commandFields: Readonly<Record<HubCommand["command"], Readonly<Record<string, (value: unknown) => boolean>>>> = {
  cut: {},
  mend: {},
  sever: { port: isText },
  plug: { port: isText },
  deaf: { port: isText, on: isSwitch },
  mute: { port: isText, on: isSwitch },
  "bus-off": { port: isText },
  "arm-pull": { port: isText, frameClass: isClass, count: isCount, moment: isOneOf(["before", "inside", "after"]) },
  "arm-frame-fault": {
    count: isCount,
    frameClass: isClassOrNone,
    fault: isOneOf(["error", "lost", "rejected"]),
    ports: isTexts,
  },
  disarm: {},
  statistics: {},
};

/** Reads a request; `undefined` when it is none. */
export function parseHubRequest(text: string): HubRequest | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const said = new Map<string, unknown>(Object.entries(value));
  const fields = new Map(Object.entries(commandFields)).get(String(said.get("command")));
  if (fields === undefined || !Number.isInteger(said.get("request"))) return undefined;
  const isWhole = Object.entries(fields).every(([name, isRight]) => isRight(said.get(name)));
  return isWhole ? (value as HubRequest) : undefined;
}
