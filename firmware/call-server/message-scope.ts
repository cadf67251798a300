/** What becomes of a message that no row of the circuit's state provides for (Q.764 2.9.5.1). */
import type { MessageType } from "../isup/dialect.ts";

/** Messages between two exchanges about their circuits: never passed on. */
const circuitMessages: ReadonlySet<MessageType> = new Set<MessageType>([
  ...(["BLO", "BLA", "UBL", "UBA", "RSC", "RLC", "UCIC", "CCR", "LPA"] as const),
  ...(["GRS", "GRA", "CGB", "CGBA", "CGU", "CGUA", "CQM", "CQR"] as const),
  ...(["OLM", "UPT", "UPA"] as const),
]);

/** Messages that carry a call from one phase to the next: out of turn they are unreasonable. */
const phaseMessages: ReadonlySet<MessageType> = new Set<MessageType>(["IAM", "ACM", "CON", "ANM"]);

export type MessageScope = "circuit" | "phase" | "call";

export function scopeOf(type: MessageType): MessageScope {
  if (circuitMessages.has(type)) return "circuit";
  return phaseMessages.has(type) ? "phase" : "call";
}
