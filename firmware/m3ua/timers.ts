/** The timers of M3UA. Clauses are of RFC 4666. */
export interface Timer {
  readonly clause: string;
  readonly defaultMillis: number;
  readonly meaning: string;
}

export const timers = {
  Tack: {
    clause: "4.3.4.1",
    defaultMillis: 2000,
    meaning: "ASPUP, ASPDN, ASPAC or ASPIA sent, waiting for its acknowledgement",
  },
  Tr: { clause: "4.3.2", defaultMillis: 2000, meaning: "AS-PENDING: the last active ASP is gone, waiting for another" },
  Tbeat: {
    clause: "4.3.4.6",
    defaultMillis: 30_000,
    meaning: "BEAT sent, the next one follows; nothing heard for twice as long: the peer is gone",
  },
} as const satisfies { readonly [name: string]: Timer };
