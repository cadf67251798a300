/** Seeds from the first to the last. */
export interface SeedRange {
  readonly first: number;
  readonly last: number;
}

const seedMax = 2 ** 32 - 1;

/** `1..5000`, or one seed alone; undefined when it is neither. */
export function parseSeedRange(text: string): SeedRange | undefined {
  const parts = /^(\d+)(?:\.\.(\d+))?$/.exec(text);
  if (!parts) return undefined;
  const first = Number(parts[1]);
  const last = Number(parts[2] ?? parts[1]);
  return first <= last && last <= seedMax ? { first, last } : undefined;
}

export function* seedsOf({ first, last }: SeedRange): Generator<number> {
  for (let seed = first; seed <= last; seed++) yield seed;
}
