/** What a primary spends on writing its commits down, alone: the same changes and outputs are encoded once more. */
import { CircuitPlan } from "../../firmware/call-server/circuit-plan.ts";
import { type CommitSetting, decodeChanges, encodeChanges } from "../../firmware/call-server/tables/change-codec.ts";
import { NodeTables } from "../../firmware/call-server/tables/node-tables.ts";
import { apply } from "../../firmware/call-server/tables/transaction.ts";
import type { DeliveredCommit } from "../../firmware/card/application.ts";
import type { RackConfiguration } from "../../firmware/configuration/rack-schema.ts";
import { input as inputLayout } from "../../firmware/interchange/input.ts";
import { outputs as outputsLayout } from "../../firmware/interchange/output.ts";
import { decode, encode } from "../../firmware/layout/layout.ts";
import { OctetReader } from "../../firmware/layout/octet-reader.ts";
import { assert } from "../../firmware/result.ts";
import type { Micros } from "../../firmware/time.ts";
import type { Recording } from "./recorded-events.ts";

/** So many more times is everything encoded, to tell it from reading and applying. */
const repetitions = 5;
const nothing = new Uint8Array(0);

/** @param recording a backup's. @returns processor time of the calls' commits, encoded once */
export function encodingMicros(configuration: RackConfiguration, recording: Recording): Micros {
  const once = micros(configuration, recording, 1);
  return Math.max(0, micros(configuration, recording, 1 + repetitions) - once) / repetitions;
}

function micros(configuration: RackConfiguration, { events, callsFrom }: Recording, times: number): Micros {
  const [{ group }] = configuration.trunkGroups;
  const plan = new CircuitPlan(configuration, group);
  const tables = new NodeTables();
  let before = process.cpuUsage();
  events.forEach(({ event }, index) => {
    if (index === callsFrom) before = process.cpuUsage();
    if (event.kind === "commit" && event.commit.body.length > 0) encodeAgain(event.commit, tables, plan, times);
  });
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** Encodes a commit and applies it. The octets are the ones that the primary made. */
function encodeAgain(commit: DeliveredCommit, tables: NodeTables, plan: CircuitPlan, times: number): void {
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
  const read = decodeChanges(tables, body.subarray(reader.offset), setting);
  assert(read.ok, `commit ${sequence} can be read`);
  const { changes, digest } = read.value;
  let again = nothing;
  for (let done = 0; done < times; done++) {
    const head = encode(outputsLayout, outputs);
    const tail = encodeChanges(tables, changes, setting, digest);
    again = new Uint8Array(head.length + tail.length);
    again.set(head);
    again.set(tail, head.length);
  }
  assert(again.length === body.length && again.every((octet, at) => octet === body[at]), "it is encoded as it was");
  apply(changes);
}
