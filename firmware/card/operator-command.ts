/** What an operator asks of a group's primary: one command, one commit. */
export interface OperatorCommand {
  /** Take circuits out of service for maintenance, or put them back (Q.764 2.8.2). */
  readonly verb: "block" | "unblock" | "reset";
  /** The exchange at the other end, by its name in rack.yaml, and the CICs from the first to the last. */
  readonly exchange: string;
  readonly firstCic: number;
  readonly lastCic: number;
}

/** As in `block west/5` or `unblock west/5-8`. */
export function commandText({ verb, exchange, firstCic, lastCic }: OperatorCommand): string {
  return `${verb} ${exchange}/${firstCic}${lastCic === firstCic ? "" : `-${lastCic}`}`;
}
