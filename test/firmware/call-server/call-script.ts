/** A transit call as a list of steps, so that something can be done to the rack between any two of them. */
import { acm, anm, type CallServerPair, cpg, createReference, iam, rel, rlc, type Said } from "./call-server-pair.ts";

export const gatewayReply = {
  identifier: 0xdeadbeef,
  secondIdentifier: 0x12345678,
  address: 0x7f000001,
  port: 4002,
  payloadType: 8,
};

export interface ScriptedCall {
  incoming: number;
  outgoing: number;
  reference: number;
}

type Step = readonly [name: string, run: (pair: CallServerPair, call: ScriptedCall) => void];

export function setUp(pair: CallServerPair, incoming: number, digits = "4711"): ScriptedCall {
  const said = pair.isup(incoming, iam(digits));
  return { incoming, outgoing: outgoingOf(said), reference: createReference(said) };
}

export function outgoingOf(said: readonly Said[]): number {
  for (const each of said) if (each.kind === "isup" && each.type === "IAM") return each.circuit;
  throw new Error("no IAM");
}

export const steps: readonly Step[] = [
  ["IAM", (pair, call) => void Object.assign(call, setUp(pair, call.incoming))],
  ["created", (pair, { reference }) => void pair.give({ kind: "created", call: reference, ...gatewayReply })],
  ["ACM", (pair, { outgoing }) => void pair.isup(outgoing, acm)],
  ["CPG", (pair, { outgoing }) => void pair.isup(outgoing, cpg)],
  ["ANM", (pair, { outgoing }) => void pair.isup(outgoing, anm)],
  ["modified", (pair, { reference }) => void pair.give({ kind: "done", call: reference, verb: 2 })],
  ["REL", (pair, { incoming }) => void pair.isup(incoming, rel(16))],
  ["RLC", (pair, { outgoing }) => void pair.isup(outgoing, rlc)],
  ["deleted", (pair, { reference }) => void pair.give({ kind: "done", call: reference, verb: 3 })],
];

/** Runs the steps from `from` to before `to`. */
export function run(pair: CallServerPair, call: ScriptedCall, from = 0, to = steps.length): void {
  for (const [, step] of steps.slice(from, to)) step(pair, call);
}

export function newCall(incoming: number): ScriptedCall {
  return { incoming, outgoing: -1, reference: 0 };
}
