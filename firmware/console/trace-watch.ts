/** What a session traces: sources that are looked into every now and then while they are on, and not at all while they are off. */
import { utcTime } from "../call-server/utc-time.ts";
import { type Micros, microsPerMilli } from "../time.ts";
import { type CardView, type TracedLine, type TraceSource, traceSources } from "./card-view.ts";
import { printable } from "./utf8.ts";

const pollMicros: Micros = 100 * microsPerMilli;
/** Of each source, taken and shown at once: less than a serial line of 115200 bits a second carries meanwhile. */
const lookedAtMax = 256;
const shownMax = 8;
const lineCharactersMax = 240;

interface Watched {
  from: number;
  readonly filters: readonly string[];
}

export class TraceWatch {
  readonly #view: CardView;
  readonly #watched = new Map<TraceSource, Watched>();
  #nextPoll: Micros = 0;

  constructor(view: CardView) {
    this.#view = view;
  }

  /** Every filter has to be one of a line's words. */
  set(source: TraceSource, on: boolean, filters: readonly string[], now: Micros): void {
    if (on !== this.#watched.has(source)) this.#view.traceWanted(source, on);
    if (on) {
      const { next } = this.#view.traced(source, undefined, 0);
      this.#watched.set(source, { from: next, filters: filters.map((filter) => filter.toLowerCase()) });
      this.#nextPoll = now + pollMicros;
    } else this.#watched.delete(source);
  }

  offAll(): void {
    for (const source of this.#watched.keys()) this.#view.traceWanted(source, false);
    this.#watched.clear();
  }

  nextDeadline(): Micros | undefined {
    return this.#watched.size === 0 ? undefined : this.#nextPoll;
  }

  poll(now: Micros): readonly string[] {
    if (this.#watched.size === 0 || now < this.#nextPoll) return [];
    this.#nextPoll = now + pollMicros;
    return traceSources.flatMap((source) => {
      const watched = this.#watched.get(source);
      return watched === undefined ? [] : this.#linesOf(source, watched);
    });
  }

  #linesOf(source: TraceSource, watched: Watched): readonly string[] {
    const { lines, next, lost } = this.#view.traced(source, watched.from, lookedAtMax);
    watched.from = next;
    const wanted = lines.filter(({ words }) => {
      const said = words.map((word) => word.toLowerCase());
      return watched.filters.every((filter) => said.includes(filter));
    });
    const left = lost + Math.max(0, wanted.length - shownMax);
    const shown = wanted.slice(0, shownMax).map((line) => lineText(source, line));
    return left === 0 ? shown : [...shown, `${source}: ${left} more that the line has no room for`];
  }
}

function lineText(source: TraceSource, { atMillis, text }: TracedLine): string {
  const whole = `${utcTime(atMillis).slice(11, 23)} ${source} ${printable(text)}`;
  return whole.length <= lineCharactersMax ? whole : `${whole.slice(0, lineCharactersMax - 3)}...`;
}
