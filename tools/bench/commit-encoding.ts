/**
 * What a primary spends on writing its commits down, alone: the same is encoded several times more. Of a commit's body the outputs
 * must be told to LIM and transporter in any case; the changes, and the digests of the tables, are there for the backup.
 */
import { CircuitPlan } from "../../firmware/call-server/circuit-plan.ts";
import { type CommitSetting, decodeChanges, encodeChanges } from "../../firmware/call-server/tables/change-codec.ts";
import { NodeTables } from "../../firmware/call-server/tables/node-tables.ts";
import { apply } from "../../firmware/call-server/tables/transaction.ts";
import type { DeliveredCommit } from "../../firmware/card/application.ts";
import type { RackConfiguration } from "../../firmware/configuration/rack-schema.ts";
import { input as inputLayout } from "../../firmware/interchange/input.ts";
import { outputs as outputsLayout } from "../../firmware/interchange/output.ts";
import { decode, encodeWithoutView } from "../../firmware/layout/layout.ts";
import { OctetReader } from "../../firmware/layout/octet-reader.ts";
import { assert } from "../../firmware/result.ts";
import type { Micros } from "../../firmware/time.ts";
import type { Recording } from "./recorded-events.ts";

/** So many more times is everything encoded, to tell it from reading and applying. */
const repetitions = 5;
/** A primary makes one so often by sequence and once a second besides: at a hundred calls a second as often again. */
const digestInterval = 512;
const nothing = new Uint8Array(0);

/** Processor time of the calls' commits, each encoded once. */
export interface CommitEncoding {
  /** Outputs and changes. */
  readonly bodies: Micros;
  readonly changes: Micros;
  readonly digests: Micros;
}

/** What is encoded how often. */
interface Times {
  readonly bodies: number;
  readonly changes: number;
}

/** @param recording a backup's */
export function commitEncoding(configuration: RackConfiguration, recording: Recording): CommitEncoding {
  const once = live(configuration, recording, { bodies: 1, changes: 0 });
  const more = (times: Times) => Math.max(0, live(configuration, recording, times).micros - once.micros) / repetitions;
  return {
    bodies: more({ bodies: 1 + repetitions, changes: 0 }),
    changes: more({ bodies: 1, changes: repetitions }),
    digests: once.digests,
  };
}

function live(
  configuration: RackConfiguration,
  { events, callsFrom }: Recording,
  times: Times,
): { readonly micros: Micros; readonly digests: Micros } {
  const [{ group }] = configuration.trunkGroups;
  const plan = new CircuitPlan(configuration, group);
  const tables = new NodeTables();
  let before = process.cpuUsage();
  let digests = 0;
  events.forEach(({ event }, index) => {
    if (index === callsFrom) before = process.cpuUsage();
    if (event.kind !== "commit" || event.commit.body.length === 0) return;
    encodeAgain(event.commit, tables, plan, times);
    if (event.commit.sequence % digestInterval !== 0) return;
    const beforeDigest = process.cpuUsage();
    tables.digest();
    if (index >= callsFrom) digests += microsSince(beforeDigest);
  });
  return { micros: microsSince(before), digests };
}

function microsSince(before: NodeJS.CpuUsage): Micros {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** Encodes a commit and applies it. The octets are the ones that the primary made. */
function encodeAgain(commit: DeliveredCommit, tables: NodeTables, plan: CircuitPlan, times: Times): void {
  const { sequence, timeMillis, body } = commit;
  const consumed = decode(inputLayout, commit.input);
  const setting: CommitSetting = {
    sequence,
    timeMillis,
    input: consumed.ok ? consumed.value : undefined,
    gatewayOf: (circuit) => (plan.has(circuit) ? plan.gatewayOf(circuit) : 0),
  };
  const reader = new OctetReader(body);
  const outputs = outputsLayout.read(reader, "outputs");
  const read = decodeChanges(tables, body, setting, reader.offset);
  assert(read.ok, `commit ${sequence} can be read`);
  const { changes, digest } = read.value;
  let again: Uint8Array = nothing;
  for (let done = 0; done < times.changes; done++) encodeChanges(tables, changes, setting, digest);
  for (let done = 0; done < times.bodies; done++) {
    again = encodeChanges(tables, changes, setting, digest, encodeWithoutView(outputsLayout, outputs));
  }
  assert(again.length === body.length && again.every((octet, at) => octet === body[at]), "it is encoded as it was");
  apply(changes);
}
