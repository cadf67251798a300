/** Timers and counts of MGCP transactions over UDP (RFC 3435 3.5 and 4.4). Times in milliseconds. */

export interface TimerRow {
  readonly clause: string;
  readonly defaultValue: number;
  readonly meaning: string;
}

/** `typical` values are left to the implementation by the RFC, within what the clause says. */
export const transactionTimers = {
  initialRetryMillis: {
    clause: "3.5.3, typical",
    defaultValue: 200,
    meaning: "first retransmission, no delay measured yet",
  },
  minRetryMillis: { clause: "3.5.3, typical", defaultValue: 50, meaning: "shortest retransmission timer" },
  maxRetryMillis: { clause: "3.5.3, typical", defaultValue: 4000, meaning: "longest retransmission timer" },
  transmissionsMax: {
    clause: "4.3 (Max2), typical",
    defaultValue: 8,
    meaning: "transmissions of a command, the first included",
  },
  lifetimeMillis: {
    clause: "3.5.1, T-MAX",
    defaultValue: 20_000,
    meaning: "no retransmission later than this after the first",
  },
  historyMillis: {
    clause: "3.5.1, T-HIST",
    defaultValue: 30_000,
    meaning: "how long a response is kept for repetitions",
  },
  longTransactionMillis: {
    clause: "3.5.6, LONGTRAN-TIMER",
    defaultValue: 5000,
    meaning: "wait after a provisional response",
  },
  provisionalAfterMillis: {
    clause: "3.5.6, typical",
    defaultValue: 150,
    meaning: "execution longer than this is said with 100",
  },
  responseTransmissionsMax: {
    clause: "3.5.6, typical",
    defaultValue: 6,
    meaning: "transmissions of a response that asks for an acknowledgement",
  },
} as const satisfies Record<string, TimerRow>;

export type TransactionTimers = { readonly [N in keyof typeof transactionTimers]: number };

/** The defaults, with `changes` in their place. */
export function timersWith(changes: Partial<TransactionTimers> = {}): TransactionTimers {
  const value = (name: keyof TransactionTimers) => changes[name] ?? transactionTimers[name].defaultValue;
  return {
    initialRetryMillis: value("initialRetryMillis"),
    minRetryMillis: value("minRetryMillis"),
    maxRetryMillis: value("maxRetryMillis"),
    transmissionsMax: value("transmissionsMax"),
    lifetimeMillis: value("lifetimeMillis"),
    historyMillis: value("historyMillis"),
    longTransactionMillis: value("longTransactionMillis"),
    provisionalAfterMillis: value("provisionalAfterMillis"),
    responseTransmissionsMax: value("responseTransmissionsMax"),
  };
}
