/** Records of the backplane in a line each: what happened, and what it carries of ISUP and of gateway control. */
import { type Commit, decodeCommit } from "../../firmware/backplane/commit.ts";
import { beatKind, heartbeat, roleNames } from "../../firmware/backplane/heartbeat.ts";
import { inputRecord } from "../../firmware/backplane/input-record.ts";
import { repairRecord } from "../../firmware/backplane/repair-records.ts";
import { lowBits } from "../../firmware/backplane/sequence-number.ts";
import { gatewayEvent, input, type Input } from "../../firmware/interchange/input.ts";
import { type Instruction, type Output, outputs } from "../../firmware/interchange/output.ts";
import { messageTypeOf } from "../../firmware/isup/codec.ts";
import type { Tree } from "../../firmware/isup/message-tree.ts";
import { decode } from "../../firmware/layout/layout.ts";
import { OctetReader } from "../../firmware/layout/octet-reader.ts";
import type { DecodeError } from "../../firmware/result.ts";
import { nameIn } from "../decode/plain-tree.ts";
import { type RecordClassName, recordTree } from "../decode/record-tree.ts";

export interface RecordText {
  readonly text: string;
  /** Whether an ISUP message comes, or goes, with it. */
  readonly isup: boolean;
  /** Whether it is about what is done in a media gateway. */
  readonly mgcp: boolean;
}

export interface RecordTextOptions {
  /** How people name a circuit, from its number. */
  circuitName(circuit: number): string;
}

/** What a part of a record says. */
interface Said {
  readonly texts: readonly string[];
  readonly isup: boolean;
  readonly mgcp: boolean;
}

/** Bits of an input's number that input record and commit have in common. */
const numberBits = 12;

/** The commands of MGCP by the verbs of instructions (firmware/interchange/output.ts). */
const commands: Readonly<Record<string, string>> = {
  create: "CRCX",
  modify: "MDCX",
  delete: "DLCX",
  clear: "DLCX of all on",
};
const commandsByTag: Readonly<Record<number, string>> = { 1: "CRCX", 2: "MDCX", 3: "DLCX", 4: "DLCX of all" };
/** Instructions that a LIM performs. */
const forLims: ReadonlySet<string> = new Set(["unequipped", "auditDestination"]);
const bothWays = 2;

/** Remembers the inputs it has read: a commit names them by their numbers. */
export class RecordTexts {
  readonly #circuitName: (circuit: number) => string;
  /** By slot and low bits of the number. */
  readonly #inputs = new Map<string, Said>();

  constructor({ circuitName }: RecordTextOptions) {
    this.#circuitName = circuitName;
  }

  /** Of a record that the card in this slot sent. Never throws on whatever octets. */
  read(name: RecordClassName, slot: number, octets: Uint8Array): RecordText {
    const { texts, isup, mgcp } = this.#said(name, slot, octets);
    return { text: texts.join("; "), isup, mgcp };
  }

  #said(name: RecordClassName, slot: number, octets: Uint8Array): Said {
    if (name === "heartbeat") return beatSaid(octets);
    if (name === "input") return this.#inputSaid(slot, octets);
    if (name === "commit") return this.#commitSaid(octets);
    return name === "repair" ? this.#repairSaid(octets) : treeSaid(name, octets);
  }

  // ------------------------------------------------------------------------------------------------------------- inputs

  #inputSaid(slot: number, octets: Uint8Array): Said {
    const decoded = decode(inputRecord, octets);
    if (!decoded.ok) return unreadable("input", decoded.error);
    const { number, payload } = decoded.value;
    const said = this.#payloadSaid(payload);
    this.#inputs.set(inputKey(slot, number), said);
    return { ...said, texts: [`#${number} ${said.texts.join("; ")}`] };
  }

  #payloadSaid(payload: Uint8Array): Said {
    const decoded = decode(input, payload);
    return decoded.ok ? this.#inputText(decoded.value) : unreadable("input", decoded.error);
  }

  #inputText(value: Input): Said {
    switch (value.kind) {
      case "isup":
        return ofIsup(`${typeText(value.message)} on ${this.#circuitName(value.circuit)}`);
      case "unequipped":
        return ofIsup(`${typeText(value.message)} on unequipped CIC ${value.cic} of exchange ${value.exchange}`);
      case "destination":
        return plain(`exchange ${value.exchange} is ${value.available ? "available" : "unavailable"}`);
      case "created": {
        const { call, identifier, secondIdentifier, port, address } = value;
        const where = port === 0 ? "" : `, ${addressText(address ?? 0)}:${port}`;
        return ofGateway(`CRCX done for call ${call}: ${wordText(identifier)} ${wordText(secondIdentifier)}${where}`);
      }
      case "done":
        return ofGateway(`${commandsByTag[value.verb] ?? `verb ${value.verb}`} done for call ${value.call}`);
      case "refused": {
        const answer = value.code === 0 ? "not answered" : `refused with ${value.code}`;
        const command = commandsByTag[value.verb] ?? `verb ${value.verb}`;
        return ofGateway(`${command} ${answer} for call ${value.call}, cause ${value.cause}`);
      }
      case "gateway":
        return ofGateway(`gateway ${value.gateway} ${nameIn(gatewayEvent, value.event) ?? `event ${value.event}`}`);
      case "endpoint":
        return ofGateway(`RSIP of ${this.#circuitName(value.circuit)}, event ${value.event}`);
    }
  }

  // ------------------------------------------------------------------------------------------------------------ commits

  #commitSaid(octets: Uint8Array, carried?: Said): Said {
    const decoded = decodeCommit(octets, { sequence: 0, timeMillis: 0, inputNumber: () => 0 });
    return decoded.ok ? this.#commitText(decoded.value, carried) : unreadable("commit", decoded.error);
  }

  /** @param carried the consumed input, where it comes with the commit */
  #commitText(commit: Commit, carried?: Said): Said {
    const { consumed, term, sequence, body } = commit;
    const head = `#${sequence} term ${term}`;
    switch (consumed.kind) {
      case "begin":
        return plain(`${head} BEGIN after term ${consumed.afterTerm}${consumed.cold ? ", cold" : ""}`);
      case "admit":
        return plain(`${head} ADMIT slot ${consumed.slot}, incarnation ${consumed.incarnation}`);
      case "dismiss":
        return plain(`${head} DISMISS slot ${consumed.slot}`);
      case "internal":
        return together(plain(`${head} of itself`), this.#bodySaid(body, undefined));
      case "input": {
        const { slot, number } = consumed;
        const said = carried ?? this.#inputs.get(inputKey(slot, number));
        const what = said === undefined ? "" : `, ${said.texts.join("; ")}`;
        const taken = { ...(said ?? nothing), texts: [`${head} consumes ${slot}/#${number}${what}`] };
        return together(taken, this.#bodySaid(body, said));
      }
    }
  }

  #bodySaid(body: Uint8Array, consumed: Said | undefined): Said {
    if (body.length === 0) return nothing;
    const reader = new OctetReader(body);
    const all = outputs.read(reader, "outputs");
    if (reader.error) return unreadable("outputs", reader.error);
    return together(...all.map((output) => this.#outputSaid(output, consumed)));
  }

  #outputSaid(output: Output, consumed: Said | undefined): Said {
    const to = `to ${output.slot}`;
    switch (output.kind) {
      case "copy":
        return ofIsup(`${to}: ${typeIn(consumed)} on ${this.#circuitName(output.circuit)}`);
      case "splice": {
        const { circuit, middle } = output;
        return ofIsup(`${to}: ${typeIn(consumed)} on ${this.#circuitName(circuit)} with ${middle.length} new octets`);
      }
      case "message":
        return ofIsup(`${to}: ${typeText(output.message)} on ${this.#circuitName(output.circuit)}`);
      case "instruct": {
        const text = `${to}: ${this.#instructionText(output.instruction)}`;
        if (output.instruction.kind === "unequipped") return ofIsup(text);
        return forLims.has(output.instruction.kind) ? plain(text) : ofGateway(text);
      }
    }
  }

  #instructionText(instruction: Instruction): string {
    switch (instruction.kind) {
      case "create":
      case "modify":
      case "delete": {
        const { kind, call, circuit, otherCircuit } = instruction;
        const mode = "mode" in instruction && instruction.mode !== bothWays ? " one way" : "";
        const ends = `${this.#circuitName(circuit)} ${this.#circuitName(otherCircuit)}`;
        return `${commands[kind]} for call ${call}: ${ends}${mode}`;
      }
      case "clear":
        return `${commands.clear} ${instruction.count} circuits from ${this.#circuitName(instruction.circuit)}`;
      case "unequipped":
        return `${typeText(instruction.message)} on CIC ${instruction.cic} of exchange ${instruction.exchange}`;
      case "auditDestination":
        return `asks for exchange ${instruction.exchange}`;
      case "again":
        return `again what #${instruction.sequence} said: ${this.#instructionText(instruction.instruction)}`;
      case "control":
        return `controls gateway ${instruction.gateway}`;
    }
  }

  // ------------------------------------------------------------------------------------------------------------- repair

  #repairSaid(octets: Uint8Array): Said {
    const decoded = decode(repairRecord, octets);
    if (!decoded.ok) return unreadable("repair", decoded.error);
    const record = decoded.value;
    if (record.kind === "input") {
      const said = this.#payloadSaid(record.payload);
      this.#inputs.set(inputKey(record.slot, record.number), said);
      return { ...said, texts: [`${record.slot}/#${record.number} again: ${said.texts.join("; ")}`] };
    }
    if (record.kind !== "commit" && record.kind !== "salvage") return treeSaid("repair", octets);
    const carried = record.input.length > 0 ? this.#payloadSaid(record.input) : undefined;
    const said = this.#commitSaid(record.commit, carried);
    const why = record.kind === "commit" ? "again" : `salvaged for slot ${record.claimant}`;
    return { ...said, texts: [`#${record.sequence} ${why}: ${said.texts.join("; ")}`] };
  }
}

function inputKey(slot: number, number: number): string {
  return `${slot} ${lowBits(number, numberBits)}`;
}

// ------------------------------------------------------------------------------------------------------------- heartbeats

function beatSaid(octets: Uint8Array): Said {
  const decoded = decode(heartbeat, octets);
  if (!decoded.ok) return unreadable("heartbeat", decoded.error);
  const { role, term, group, kind, value, leaving, hung, deaf, realTime } = decoded.value;
  const states = [leaving && "leaving", hung && "hung", deaf && `finds ${deaf} deaf`, !realTime && "not in real time"];
  const about = nameIn(beatKind, kind) ?? `kind ${kind}`;
  const marks = states.filter((state) => typeof state === "string");
  return plain([`${roleNames[role]} of group ${group}, term ${term}, ${about} ${value}`, ...marks].join(", "));
}

// -------------------------------------------------------------------------------------------------------- what was said

const nothing: Said = { texts: [], isup: false, mgcp: false };

function plain(text: string): Said {
  return { texts: [text], isup: false, mgcp: false };
}

function ofIsup(text: string): Said {
  return { texts: [text], isup: true, mgcp: false };
}

function ofGateway(text: string): Said {
  return { texts: [text], isup: false, mgcp: true };
}

function together(...parts: readonly Said[]): Said {
  return {
    texts: parts.flatMap(({ texts }) => texts),
    isup: parts.some(({ isup }) => isup),
    mgcp: parts.some(({ mgcp }) => mgcp),
  };
}

function unreadable(subject: string, { kind, offset, parameter }: DecodeError): Said {
  return plain(`${subject} is not readable: ${kind} at offset ${offset}${parameter ? `, in ${parameter}` : ""}`);
}

/** Names and values of a record without a line of its own. */
function treeSaid(name: RecordClassName, octets: Uint8Array): Said {
  let error: DecodeError | undefined;
  const tree = recordTree(name, octets, (_, found) => {
    error ??= found;
  });
  if (tree === undefined) return unreadable(name, error ?? { kind: "bad-value", offset: 0 });
  const { record: _, kind, ...values } = tree;
  const parts = Object.entries(values).map(([key, value]) => `${key} ${valueText(value)}`);
  return plain([kind === undefined ? [] : valueText(kind), ...parts].flat().join(", "));
}

function valueText(value: Tree): string {
  if (typeof value !== "object") return String(value);
  return Array.isArray(value) ? `[${value.map(valueText).join(" ")}]` : JSON.stringify(value);
}

function typeText(message: Uint8Array): string {
  return messageTypeOf(message) ?? `message of type ${message[0] ?? "none"}`;
}

/** The name of the message that was consumed. */
function typeIn(consumed: Said | undefined): string {
  return consumed?.isup ? (/^\S+/.exec(consumed.texts[0])?.[0] ?? "the message") : "the message";
}

function addressText(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join(".");
}

/** What a gateway calls its own is hexadecimal. */
function wordText(value: number): string {
  return value.toString(16).toUpperCase().padStart(8, "0");
}
