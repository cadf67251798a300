import type { Input } from "../../interchange/input.ts";
import type { StateRow } from "./node-tables.ts";

/** What both cards know when they code a commit's changes: it need not be said on the bus. */
export interface ChangeContext {
  readonly sequence: number;
  readonly timeMillis: number;
  /** What the commit consumed, if that was an input. */
  readonly input: Input | undefined;
  /** The call that the commit is about, 0 for none. */
  readonly call: number;
  /** That call's row as this commit leaves it; as it was, where the commit takes it away. */
  readonly state: Readonly<StateRow> | undefined;
  /** The gateway of a circuit. */
  gatewayOf(circuit: number): number;
}

/** The consumed ISUP message, from its message type octet on. */
export function consumedMessage({ input }: ChangeContext): Uint8Array | undefined {
  return input?.kind === "isup" ? input.message : undefined;
}
