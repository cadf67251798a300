/** What may befall a simulated rack at random. */
import {
  estrange,
  freeze,
  freezeWhileGiving,
  hang,
  inBurst,
  lastTwoBits,
  leave,
  pull,
  pullWhileTaking,
  restart,
  restartThenPull,
  slow,
  unheard,
} from "./card-faults.ts";
import { suspectTwice } from "./false-suspicions.ts";
import {
  babble,
  busOff,
  corruption,
  cut,
  errors,
  inNoise,
  omissions,
  overtaking,
  repetitions,
} from "./plane-faults.ts";
import type { Strike } from "./stage.ts";

interface Fault {
  readonly strike: Strike;
  /** Why it is not among those that are drawn by default: the firmware does not promise to survive it, or not yet. */
  readonly unless?: string;
}

export const faults = {
  "pull primary": { strike: pull((stage) => stage.primary) },
  "pull backup": { strike: pull((stage) => stage.backup) },
  "pull LIM": { strike: pull((stage) => stage.lim) },
  "pull transporter": { strike: pull((stage) => stage.transporter) },
  "last two bits": { strike: lastTwoBits },
  freeze: { strike: freeze },
  slow: { strike: slow },
  leave: { strike: leave },
  cut: { strike: cut },
  "bus-off": { strike: busOff },
  babble: { strike: babble },
  omissions: { strike: omissions },
  errors: { strike: errors },
  repetitions: { strike: repetitions },
  overtaking: { strike: overtaking },
  corruption: { strike: corruption(false) },
  "restart LIM": { strike: restart((stage) => stage.lim) },
  "restart transporter": { strike: restart((stage) => stage.transporter) },
  "restart witness, pull primary": { strike: restartThenPull },
  "pull while taking": { strike: pullWhileTaking },
  "freeze while giving": { strike: freezeWhileGiving },
  "pull primary in noise": { strike: inNoise(pull((stage) => stage.primary)) },
  "freeze in noise": { strike: inNoise(freeze) },
  "pull primary in a burst": { strike: inBurst(pull((stage) => stage.primary)) },
  "leave in a burst": { strike: inBurst(leave) },
  "leave in noise": { strike: inNoise(leave) },
  estrange: { strike: estrange },
  "two false suspicions": { strike: suspectTwice },
  hang: { strike: hang },
  "hang in noise": { strike: inNoise(hang) },
  deaf: { strike: unheard("deaf") },
  "deaf in noise": { strike: inNoise(unheard("deaf")) },
  mute: { strike: unheard("mute") },
  "corruption of whole records": {
    strike: corruption(true),
    unless: "a record in one frame carries no check beside those of bus and controller, which such a fault gets past",
  },
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof faults;
export const faultNames = Object.keys(faults) as FaultName[];
/** Those that the firmware promises to survive. */
export const defaultFaultNames = faultNames.filter((name) => !("unless" in faults[name]));
