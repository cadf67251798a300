/** Finds a call that is worth looking at, and what all cards remember of it. */
import { z } from "zod";
import { Circuits } from "../../firmware/configuration/circuits.ts";
import type { RackConfiguration } from "../../firmware/configuration/rack-schema.ts";
import type { Micros } from "../../firmware/time.ts";
import { callDetailLines } from "./call-detail-check.ts";
import { monotonicMicros } from "../measurement/monotonic-micros.ts";

/** A call that is over, as the call detail record has it. Times are of the machine's monotonic clock. */
export interface FinishedCall {
  readonly calling: string;
  readonly called: string;
  /** Names, and numbers as `Circuits` has them. */
  readonly route: string;
  readonly circuits: readonly number[];
  readonly from: Micros;
  readonly to: Micros;
}

const record = z.looseObject({
  calling: z.string().nullable(),
  called: z.string().nullable(),
  incomingCircuit: z.string().nullable(),
  outgoingCircuit: z.string().nullable(),
  seizure: z.iso.datetime(),
  release: z.iso.datetime(),
});

/** The time of day in records is rounded to milliseconds, and RLC and DLCX come after the release. */
const before: Micros = 5000;
const after: Micros = 500_000;

/** The last one in a card's records that was answered; undefined when there is none. */
export function lastCall(storage: string, configuration: RackConfiguration): FinishedCall | undefined {
  const line = callDetailLines(storage).findLast((candidate) => candidate.includes('"answered":true'));
  if (line === undefined) return undefined;
  const { calling, called, incomingCircuit, outgoingCircuit, seizure, release } = record.parse(JSON.parse(line));
  const names = [incomingCircuit, outgoingCircuit].filter((name) => name !== null);
  return {
    calling: calling ?? "unknown",
    called: called ?? "unknown",
    route: names.join(" to "),
    circuits: names.flatMap((name) => circuitNumber(name, configuration)),
    from: monotonicAt(seizure) - before,
    to: monotonicAt(release) + after,
  };
}

function circuitNumber(name: string, configuration: RackConfiguration): number[] {
  const [group, cic] = name.split("/");
  const place = configuration.trunkGroups.findIndex((candidate) => candidate.name === group);
  if (place < 0) return [];
  const { first } = new Circuits(configuration).rangeOf(place);
  return [first + Number(cic) - configuration.trunkGroups[place].firstCic];
}

function monotonicAt(time: string): Micros {
  return monotonicMicros() - (Date.now() - Date.parse(time)) * 1000;
}
