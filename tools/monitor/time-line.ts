/** The last switchover, drawn to scale: last heartbeat, detection, claim, grants, first commit. */
import type { MonitorReport } from "../../firmware/console/monitor-report.ts";
import { type Line, line, type Span, type Style, span } from "../rack/styled-text.ts";

type Switchover = NonNullable<MonitorReport["switchover"]>;

interface Mark {
  readonly letter: string;
  readonly name: string;
  readonly micros: number;
  readonly style: Style;
}

const microsPerMilli = 1000;
const margin = 1;

/** Three lines: what it was, the line itself, and what its letters say. */
export function timeLine(switchover: Switchover | undefined, columns: number): readonly [Line, Line, Line] {
  if (switchover === undefined) return [line(span(" switchover none yet", "dim")), line(), line()];
  const { from, to, term, beganMicros, atMillis } = switchover;
  const marks = marksOf(switchover);
  const who = from === undefined ? `slot ${to}` : `slot ${from} to slot ${to}`;
  const time = new Date(atMillis).toISOString().slice(0, 19).replace("T", " ");
  return [
    line(
      ` switchover ${who} in `,
      span(`${millisText(beganMicros)} ms`, "bold"),
      span(`, term ${term}, ${time}`, "dim"),
    ),
    line(" ".repeat(margin), ...scaled(marks, columns - 2 * margin)),
    line(" ".repeat(margin), ...legend(marks)),
  ];
}

function marksOf({ from, detectedMicros, claimedMicros, answers, beganMicros }: Switchover): readonly Mark[] {
  return [
    ...(from === undefined ? [] : [{ letter: "H", name: "beat", micros: 0, style: "green" as const }]),
    { letter: "D", name: "detected", micros: detectedMicros, style: "red" },
    { letter: "C", name: "claim", micros: claimedMicros, style: "amber" },
    ...answers.map(({ slot, micros }) => ({ letter: "G", name: String(slot), micros, style: "blue" as const })),
    { letter: "B", name: "begin", micros: beganMicros, style: "green" },
  ];
}

/** Each letter where its time is; where two would be at the same place, the later one is beside the earlier. */
function scaled(marks: readonly Mark[], columns: number): readonly Span[] {
  const times = marks.map(({ micros }) => micros);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const placeOf = (micros: number) => Math.round(((micros - first) / Math.max(last - first, 1)) * (columns - 1));
  const places: number[] = [];
  marks.forEach(({ micros }, at) => {
    const room = columns - (marks.length - at);
    places.push(Math.min(Math.max(placeOf(micros), (places[at - 1] ?? -1) + 1), room));
  });
  const spans: Span[] = [];
  let filled = 0;
  marks.forEach(({ letter, style }, at) => {
    if (places[at] > filled) spans.push(span("─".repeat(places[at] - filled), "dim"));
    spans.push(span(letter, style));
    filled = places[at] + 1;
  });
  return spans;
}

/** `H beat  D detected 16.1  C claim 16.2  G 1 17.0, 4 17.4  B begin 17.6` */
function legend(marks: readonly Mark[]): readonly (Span | string)[] {
  return marks.flatMap(({ letter, name, micros, style }, at) => {
    const isNext = at > 0 && marks[at - 1].letter === letter;
    const said = micros === 0 ? name : `${name} ${millisText(micros)}`;
    if (isNext) return [`, ${said}`];
    return [at > 0 ? "  " : "", span(letter, style), letter === "G" ? ` grants ${said}` : ` ${said}`];
  });
}

function millisText(micros: number): string {
  return (micros / microsPerMilli).toFixed(1);
}
