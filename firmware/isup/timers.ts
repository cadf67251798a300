/**
 * The timers of Q.764 annex A, table A.1.
 *
 * Where the table gives one value, minimum and maximum are that value. It leaves T6, T9 and T38 to Q.118, and gives T24 no
 * minimum and T31 no maximum: the bounds of these are this project's.
 */

export interface TimerRow {
  readonly clause: string;
  readonly defaultMillis: number;
  readonly minMillis: number;
  readonly maxMillis: number;
  readonly meaning: string;
}

const second = 1000;
const minute = 60 * second;

export const timers = {
  T1: row("2.2, 2.3", 15 * second, 15 * second, 60 * second, "REL sent, waiting for RLC: REL is repeated"),
  T2: row(
    "Q.733.4",
    3 * minute,
    3 * minute,
    3 * minute,
    "SUS (user) received by the controlling exchange, waiting for RES",
  ),
  T3: row("2.9.9", 2 * minute, 2 * minute, 2 * minute, "OLM received: the call is released"),
  T4: row(
    "2.13",
    5 * minute,
    5 * minute,
    15 * minute,
    "Remote user part inaccessible, UPT sent, waiting for any message",
  ),
  T5: row("2.9.6", 5 * minute, 5 * minute, 15 * minute, "First REL sent, waiting for RLC: the circuit is reset"),
  T6: row(
    "2.4",
    1 * minute,
    1 * minute,
    2 * minute,
    "SUS (network) received by the controlling exchange, waiting for RES",
  ),
  T7: row("2.1.1, 2.1.4", 20 * second, 20 * second, 30 * second, "Last address message sent, waiting for ACM or CON"),
  T8: row("2.1.8", 10 * second, 10 * second, 15 * second, "IAM announced a continuity check, waiting for COT"),
  T9: row("2.1.4", 3 * minute, 90 * second, 4 * minute, "ACM received by the controlling exchange, waiting for ANM"),
  T10: row(
    "2.1.4",
    4 * second,
    4 * second,
    6 * second,
    "Last digit received in interworking: address complete is assumed",
  ),
  T11: row(
    "2.1.4",
    15 * second,
    15 * second,
    20 * second,
    "Last address message received in interworking: ACM is sent",
  ),
  T12: row("2.8.2", 15 * second, 15 * second, 60 * second, "BLO sent, waiting for BLA: BLO is repeated"),
  T13: row("2.8.2", 5 * minute, 5 * minute, 15 * minute, "First BLO sent, waiting for BLA: maintenance is alerted"),
  T14: row("2.8.2", 15 * second, 15 * second, 60 * second, "UBL sent, waiting for UBA: UBL is repeated"),
  T15: row("2.8.2", 5 * minute, 5 * minute, 15 * minute, "First UBL sent, waiting for UBA: maintenance is alerted"),
  T16: row("2.9.3.1", 15 * second, 15 * second, 60 * second, "RSC sent, waiting for RLC: RSC is repeated"),
  T17: row("2.9.3.1", 5 * minute, 5 * minute, 15 * minute, "First RSC sent, waiting for RLC: maintenance is alerted"),
  T18: row("2.8.2", 15 * second, 15 * second, 60 * second, "CGB sent, waiting for CGBA: CGB is repeated"),
  T19: row("2.8.2", 5 * minute, 5 * minute, 15 * minute, "First CGB sent, waiting for CGBA: maintenance is alerted"),
  T20: row("2.8.2", 15 * second, 15 * second, 60 * second, "CGU sent, waiting for CGUA: CGU is repeated"),
  T21: row("2.8.2", 5 * minute, 5 * minute, 15 * minute, "First CGU sent, waiting for CGUA: maintenance is alerted"),
  T22: row("2.9.3.2", 15 * second, 15 * second, 60 * second, "GRS sent, waiting for GRA: GRS is repeated"),
  T23: row("2.9.3.2", 5 * minute, 5 * minute, 15 * minute, "First GRS sent, waiting for GRA: maintenance is alerted"),
  T24: row("2.1.8", 2 * second, 0, 2 * second, "Check tone sent, waiting for it to come back"),
  T25: row("2.1.8", 5 * second, 1 * second, 10 * second, "Continuity check failed: it is repeated"),
  T26: row("2.1.8", 2 * minute, 1 * minute, 3 * minute, "Second or later continuity check failed: it is repeated"),
  T27: row(
    "2.1.8",
    4 * minute,
    4 * minute,
    4 * minute,
    "COT (failure) received, waiting for CCR: the circuit is reset",
  ),
  T28: row("2.8.3", 10 * second, 10 * second, 10 * second, "CQM sent, waiting for CQR: maintenance is alerted"),
  T29: row("2.11", 300, 300, 600, "Congestion indication taken note of: further ones are ignored"),
  T30: row(
    "2.11",
    5 * second,
    5 * second,
    10 * second,
    "Congestion indication taken note of: traffic is restored by one step",
  ),
  T31: row("annex A", 6 * minute, 6 * minute, 15 * minute, "Call reference released: it is frozen"),
  T32: row(
    "annex A",
    3 * second,
    3 * second,
    5 * second,
    "End-to-end message sent before the address is complete, waiting for a response",
  ),
  T33: row("annex A", 12 * second, 12 * second, 15 * second, "INR sent, waiting for INF: the call is released"),
  T34: row("annex A", 2 * second, 2 * second, 4 * second, "Segmented message received, waiting for SGM"),
  T35: row(
    "annex A",
    15 * second,
    15 * second,
    20 * second,
    "Last digit received but not the minimum, waiting for SAM",
  ),
  T36: row("2.1.8", 10 * second, 10 * second, 15 * second, "CCR received, waiting for COT or REL"),
  T37: row("annex A", 2 * second, 2 * second, 4 * second, "Echo control device requested, waiting for the response"),
  T38: row(
    "2.4",
    1 * minute,
    1 * minute,
    2 * minute,
    "SUS (network) sent by the incoming international exchange, waiting for RES",
  ),
  T39: row("Q.731.7", 4 * second, 4 * second, 15 * second, "IDR sent, waiting for IRS"),
} as const;

export type TimerName = keyof typeof timers;

function row(clause: string, defaultMillis: number, minMillis: number, maxMillis: number, meaning: string): TimerRow {
  return { clause: clause.startsWith("Q.") ? clause : `Q.764 ${clause}`, defaultMillis, minMillis, maxMillis, meaning };
}
