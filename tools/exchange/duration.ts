/** Durations as people write them: `500ms`, `1.5s`, `2m`, `1h`; without a unit seconds. */
import type { Micros } from "../../firmware/time.ts";

const unitMicros: Readonly<Record<string, Micros>> = {
  ms: 1000,
  s: 1_000_000,
  "": 1_000_000,
  m: 60_000_000,
  h: 3_600_000_000,
};

/** Undefined when it is none. */
export function parseDuration(text: string): Micros | undefined {
  const parts = /^(\d+(?:\.\d+)?)(ms|s|m|h|)$/.exec(text.trim());
  return parts === null ? undefined : Math.round(Number(parts[1]) * (unitMicros[parts[2]] ?? 0));
}

/** `1s-2s`, or one duration for both ends. */
export function parseDurationRange(text: string): { readonly min: Micros; readonly max: Micros } | undefined {
  const [first, second = first, ...rest] = text.split("-").map(parseDuration);
  if (first === undefined || second === undefined || second < first || rest.length > 0) return undefined;
  return { min: first, max: second };
}
