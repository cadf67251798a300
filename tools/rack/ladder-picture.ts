/** One call as a ladder: a lifeline for each party, an arrow for each message. */
import type { LadderRung } from "../../firmware/card/application.ts";
import { microsPerMilli } from "../../firmware/time.ts";
import type { PictureSize } from "./picture.ts";
import { toColumns, type Line, line, span } from "./styled-text.ts";

export interface CallLadder {
  readonly title: string;
  /** In order of time. */
  readonly rungs: readonly LadderRung[];
}

const timeColumns = 10;
/** Above the first rung and below the last. */
const otherRows = 4;

/** `from` is the first rung shown; there may be more than there is room for. */
export function ladderPicture({ title, rungs }: CallLadder, from: number, size: PictureSize): Line[] {
  const parties = partiesOf(rungs);
  const distance = Math.max(Math.floor((size.columns - timeColumns) / Math.max(parties.length, 1)), 4);
  const at = (party: string) => timeColumns + parties.indexOf(party) * distance + Math.floor(distance / 2);
  const room = Math.max(size.rows - otherRows, 1);
  const start = rungs[0]?.atMicros ?? 0;
  const shown = rungs.slice(from, from + room).map((rung) => {
    const millis = ((rung.atMicros - start) / microsPerMilli).toFixed(1);
    return line(
      span(`${millis.padStart(timeColumns - 2)}  `, "dim"),
      arrowText(rung, parties, at, size.columns).slice(timeColumns),
    );
  });
  const names = Array.from({ length: size.columns }, () => " ");
  for (const party of parties) {
    const name = heading(party, distance - 1);
    write(names, at(party) - Math.floor((name.length - 1) / 2), name);
  }
  const more = rungs.length > from + room ? "  (more: any arrow or page key)" : "";
  return [
    line(span(` ${title}`, "bold")),
    line(span("      ms  ", "dim"), span(names.join("").slice(timeColumns), "blue")),
    ...(rungs.length === 0 ? [line(" nothing is remembered of it")] : shown),
    ...Array.from({ length: Math.max(room - Math.max(shown.length, 1), 0) }, () => line()),
    line(),
    line(span(` any key goes back${more}`, "dim")),
  ].map((each) => toColumns(each, size.columns));
}

/** From left to right as a message goes through: the calling exchange, the cards, the gateways, the called exchange. */
function partiesOf(rungs: readonly LadderRung[]): string[] {
  const caller = rungs[0]?.from;
  const gateways = new Set(rungs.filter(({ from }) => from.startsWith("transporter")).map(({ to }) => to));
  const place = (party: string): number => {
    if (party === caller) return 0;
    const card = cardPrefixes.findIndex((prefix) => party.startsWith(prefix));
    if (card >= 0) return 1 + card;
    return 1 + cardPrefixes.length + (gateways.has(party) ? 0 : 1);
  };
  const parties = [...new Set(rungs.flatMap(({ from, to }) => [from, to]))].sort();
  return parties.sort((one, other) => place(one) - place(other));
}

const cardPrefixes = ["LIM", "call server", "transporter"];

/** Names of cards are long: what does not fit loses its first word, or part of it. */
function heading(party: string, columns: number): string {
  const short = party.replace("call server", "server").replace("transporter", "transp.");
  return (party.length <= columns ? party : short).slice(0, columns);
}

/** As many words as there is room for; of the first one, as much as there is. */
function label(text: string, columns: number): string {
  if (text.length <= columns) return text;
  const end = text.lastIndexOf(" ", columns);
  return text.slice(0, end > 0 ? end : Math.max(columns, 0));
}

function arrowText(
  { from, to, text }: LadderRung,
  parties: readonly string[],
  at: (party: string) => number,
  columns: number,
): string {
  const cells = Array.from({ length: columns }, () => " ");
  for (const party of parties) write(cells, at(party), "│");
  const [start, end] = [at(from), at(to)];
  if (start === end) {
    write(cells, start, `○ ${text}`);
    return cells.join("");
  }
  const [left, right] = [Math.min(start, end), Math.max(start, end)];
  const inner = right - left - 1;
  for (let column = left + 1; column < right; column++) cells[column] = "─";
  cells[end > start ? right - 1 : left + 1] = end > start ? "▶" : "◀";
  const said = label(text, inner - 2);
  write(cells, left + 1 + Math.max(Math.floor((inner - said.length) / 2), 0), said);
  return cells.join("");
}

function write(cells: string[], column: number, text: string): void {
  [...text].forEach((character, index) => {
    if (column + index >= 0 && column + index < cells.length) cells[column + index] = character;
  });
}
