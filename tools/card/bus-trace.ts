/** What the planes have brought, a line a record, for the consoles of a card. */
import { type TraceLine, Trace } from "../../firmware/card/trace.ts";
import { Circuits } from "../../firmware/configuration/circuits.ts";
import type { RackConfiguration } from "../../firmware/configuration/rack-schema.ts";
import { Tracer } from "../trace/tracer.ts";
import type { TappedPart } from "./bus-tap.ts";

const linesKept = 1000;
/** What a line begins with beside its text: the time, which the console tells itself. */
const time = /^\s*\S+ /;

export class BusTrace {
  readonly #configuration: RackConfiguration;
  readonly #switchTap: (on: boolean) => void;
  readonly #lines = new Trace<TraceLine>(linesKept);
  #tracer: Tracer | undefined;
  #wanted = 0;

  constructor(configuration: RackConfiguration, switchTap: (on: boolean) => void) {
    this.#configuration = configuration;
    this.#switchTap = switchTap;
  }

  get lines(): Trace<TraceLine> {
    return this.#lines;
  }

  /** By one console more, or one less. */
  want(on: boolean): void {
    this.#wanted += on ? 1 : -1;
    if (on && this.#wanted === 1) {
      this.#tracer = this.#newTracer();
      this.#switchTap(true);
    } else if (!on && this.#wanted === 0) {
      this.#tracer = undefined;
      this.#switchTap(false);
    }
  }

  /** Nothing that comes late, when nobody wants it any more, is kept. */
  take({ frames, lost }: TappedPart): void {
    const tracer = this.#tracer;
    if (tracer === undefined) return;
    const atMillis = frames.length === 0 ? 0 : frames[0].micros / 1000;
    if (lost > 0) this.#add(atMillis, `${lost} frames more than can be followed`);
    for (const frame of frames) {
      for (const line of tracer.frame(frame)) this.#add(frame.micros / 1000, line.replace(time, ""));
    }
  }

  #add(atMillis: number, text: string): void {
    this.#lines.add({ atMillis, text, words: text.split(/[\s,:;]+/) });
  }

  #newTracer(): Tracer {
    const circuits = new Circuits(this.#configuration);
    const everything = { slots: new Set<number>(), classes: new Set<never>(), isup: false, mgcp: false };
    return new Tracer({
      ...everything,
      beats: false,
      copies: false,
      json: false,
      circuitName: (circuit) => (circuit < circuits.count ? circuits.nameOf(circuit) : `circuit ${circuit}`),
    });
  }
}
