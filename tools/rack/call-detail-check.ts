/** Whether every call server wrote every call down, once: its records against the exchanges' own lists. */
import { z } from "zod";
import { callDetailFile } from "../../firmware/call-server/call-detail-log.ts";
import { linuxStorage } from "../../hal/linux/storage.ts";

export interface CallDetailCheck {
  /** Calls that the exchanges made. */
  readonly expected: number;
  /** Over all cards together. */
  readonly missing: number;
  readonly duplicated: number;
  /** Records of calls that no exchange made. */
  readonly unexpected: number;
  readonly cards: readonly CardCallDetails[];
}

export interface CardCallDetails {
  readonly slot: number;
  readonly records: number;
  readonly missing: number;
  readonly duplicated: number;
  readonly unexpected: number;
  /** Some of the calling numbers concerned. */
  readonly examples: readonly string[];
}

/** Of several groups of call servers, each of which has records of its own calls alone. */
export function joinCallDetails(checks: readonly CallDetailCheck[]): CallDetailCheck {
  const sum = (name: "expected" | "missing" | "duplicated" | "unexpected") =>
    checks.reduce((total, check) => total + check[name], 0);
  return {
    expected: sum("expected"),
    missing: sum("missing"),
    duplicated: sum("duplicated"),
    unexpected: sum("unexpected"),
    cards: checks.flatMap(({ cards }) => cards),
  };
}

const record = z.looseObject({ calling: z.string().nullable() });
const examplesMax = 5;

export function checkCallDetails(
  calling: readonly string[],
  cards: readonly { readonly slot: number; readonly callings: readonly (string | undefined)[] }[],
): CallDetailCheck {
  const made = new Set(calling);
  const checked = cards.map(({ slot, callings }) => {
    const counts = new Map<string, number>();
    for (const number of callings) counts.set(number ?? "", (counts.get(number ?? "") ?? 0) + 1);
    const missing = [...made].filter((number) => !counts.has(number));
    const duplicated = [...counts].filter(([number, count]) => made.has(number) && count > 1);
    const unexpected = [...counts].filter(([number]) => !made.has(number));
    return {
      slot,
      records: callings.length,
      missing: missing.length,
      duplicated: duplicated.reduce((sum, [, count]) => sum + count - 1, 0),
      unexpected: unexpected.reduce((sum, [, count]) => sum + count, 0),
      examples: [...missing, ...[...duplicated, ...unexpected].map(([number]) => number)].slice(0, examplesMax),
    };
  });
  const sum = (name: "missing" | "duplicated" | "unexpected") => checked.reduce((total, card) => total + card[name], 0);
  return {
    expected: made.size,
    missing: sum("missing"),
    duplicated: sum("duplicated"),
    unexpected: sum("unexpected"),
    cards: checked,
  };
}

/** Calling numbers in the records of a card, in the order of the file; undefined for what is no record. */
export function callingNumbers(storage: string): (string | undefined)[] {
  return callDetailLines(storage).map((line) => {
    const parsed = record.safeParse(fromJson(line));
    return parsed.success ? (parsed.data.calling ?? undefined) : undefined;
  });
}

/** The lines of a card's file. A last one that is still being written is left out. */
export function callDetailLines(storage: string): string[] {
  const octets = linuxStorage(storage).read(callDetailFile, 0, Number.MAX_SAFE_INTEGER);
  if (!octets.ok) return [];
  const text = Buffer.from(octets.value).toString("latin1");
  return text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .slice(0, -1);
}

function fromJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
