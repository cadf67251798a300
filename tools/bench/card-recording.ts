/**
 * What happened to the processors of a card, on its way to the process that lives through it again. A card runs nothing but its own
 * function, and each of its two processors is a thread that compiles for itself. In a process that had simulated a whole rack before,
 * or lived through what happened to other cards, the machine would have compiled for all of their objects: up to a half dearer.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { deserialize, serialize } from "node:v8";
import type { ApplicationEvent } from "../../firmware/card/application.ts";
import { decodeLinkMessage, encodeLinkMessage } from "../../firmware/card/link-message.ts";
import { assert } from "../../firmware/result.ts";
import type { CommunicationRecording } from "./recorded-communication.ts";
import type { RackRecording, Recording } from "./recorded-events.ts";

export interface CardRecording {
  /** Of the whole rack. */
  readonly calls: number;
  readonly application: Recording;
  readonly communication: CommunicationRecording;
}

/** What an application is given by sockets and its clock. All else comes over the link from the other processor. */
const fromElsewhere: ReadonlySet<ApplicationEvent["kind"]> = new Set([
  "deadline",
  "operator",
  "stored",
  "stream-opened",
  "stream-octets",
  "stream-closed",
  "datagram",
]);

export function writeCardRecording(file: string, rack: RackRecording, slot: number): void {
  const application = rack.bySlot.get(slot);
  const communication = rack.communication.get(slot);
  assert(application !== undefined && communication !== undefined, `slot ${slot} was recorded`);
  const recording: CardRecording = { calls: rack.calls, application, communication };
  writeFileSync(file, serialize(recording));
}

/** Events are as the link of a card makes them. */
export function readCardRecording(file: string): CardRecording {
  const { calls, application, communication } = withShortOctets(deserialize(readFileSync(file))) as CardRecording;
  const events = application.events.map(({ event, atMicros, wallMillis }) => ({
    event: fromElsewhere.has(event.kind) ? event : overTheLink(event),
    atMicros,
    wallMillis,
  }));
  return { calls, application: { events, callsFrom: application.callsFrom }, communication };
}

function overTheLink(event: ApplicationEvent): ApplicationEvent {
  const delivered = decodeLinkMessage(encodeLinkMessage(event)) as ApplicationEvent;
  return delivered.kind === "commit" ? { kind: "commit", commit: delivered.commit } : delivered;
}

/** Octets that came out of a file are views of it; a card's are few and lie in its heap. Changes `value` itself. */
function withShortOctets(value: unknown): unknown {
  if (value instanceof Uint8Array) return Uint8Array.from(value);
  if (typeof value !== "object" || value === null || value instanceof Set || value instanceof Map) return value;
  for (const [name, each] of Object.entries(value)) {
    if (typeof each === "object" && each !== null) (value as Record<string, unknown>)[name] = withShortOctets(each);
  }
  return value;
}
