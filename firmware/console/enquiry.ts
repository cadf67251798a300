/** What cards ask each other: a command for another card's console, answered by text in pieces. */
import { type Role, roles } from "./grammar.ts";
import { octetsOfText, textOfOctets } from "./utf8.ts";

/** A command as it goes to another card; the rack's own bus is trusted, and who is at the console has logged in there. */
export interface ConsoleRequest {
  readonly role: Role;
  readonly command: string;
}

/** What it takes to ask other cards. What comes is told to the session by an `answer` event with the same number. */
export interface Enquirer {
  /** @param enquiry a number of the asker's own */
  enquire(enquiry: number, slot: number, request: Uint8Array): void;
  /** Nobody waits for the answer any more. */
  abandon(enquiry: number): void;
}

/** A piece, the end, or the reason why there is none. */
export type Answer =
  | { readonly kind: "piece"; readonly octets: Uint8Array }
  | { readonly kind: "end" }
  | { readonly kind: "failed"; readonly reason: string };

/** The role's first letter, then the command. */
export function encodeRequest({ role, command }: ConsoleRequest): Uint8Array {
  return octetsOfText(`${role[0]} ${command}`);
}

export function decodeRequest(octets: Uint8Array): ConsoleRequest | undefined {
  const text = textOfOctets(octets);
  const role = roles.find((each) => text.startsWith(`${each[0]} `));
  return role && { role, command: text.slice(2) };
}
