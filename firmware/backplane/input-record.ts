/** The input record: what a LIM or transporter needs the call servers of a group to hear. */
import { bits, layout, rest, type ValueOf } from "../layout/layout.ts";

/** `number` is the low 12 bits of the input's number among those of this sender since it started. */
export const inputRecord = layout("input record", bits({ group: 4, number: 12 }), { payload: rest });

export type InputRecord = ValueOf<typeof inputRecord>;

/**
 * Inputs of one sender that may be on the bus unconsumed, to all groups together: each has its share. Enough for a switchover at rated load; few enough that a burst waits in
 * the sender and not in everybody's queues. Far fewer than half of what twelve bits tell apart.
 */
export const inputsOutstandingMax = 128;
