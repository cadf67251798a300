/** The rack as a picture of text: slots side by side, planes under them, then what goes on. 80 x 24 suffices. */
import type { Light, PlaneView, RackView, SlotView, SwitchoverView, TrafficView } from "./rack-view.ts";
import { toColumns, type Line, line, type Span, type Style, span } from "./styled-text.ts";

export interface PictureSize {
  readonly columns: number;
  readonly rows: number;
}

const slotColumnsMax = 20;
const slotColumnsMin = 13;
const slotRows = 7;

/** Exactly as many lines as there are rows, each exactly as wide. `selected` is the number of a slot. */
export function rackPicture(view: RackView, selected: number, size: PictureSize): Line[] {
  const head = [title(view, size.columns), ...slotsPicture(view.slots, selected, size.columns)];
  const planes = view.planes.map((plane) => planeLine(plane, size.columns));
  const middle = [...planes, alarmLine(view, size.columns), ...states(view)];
  const foot = [keysLine];
  const room = Math.max(size.rows - head.length - middle.length - foot.length - 1, 0);
  const log = view.events.slice(-room).map(eventLine);
  const blank = Array.from({ length: room - log.length }, () => line());
  const ruler = line(span("─".repeat(size.columns), "dim"));
  return [...head, ...middle, ruler, ...log, ...blank, ...foot]
    .slice(-size.rows)
    .map((each) => toColumns(each, size.columns));
}

const keysLine = line(span(" 0-9 slot  p pull  i insert  f freeze  t thaw  a b plane  l ladder  +- rate  ? q", "dim"));

export const helpPicture: readonly Line[] = [
  line(span(" KEYS", "bold")),
  line(),
  line(" 0-9      select a slot"),
  line(" p        pull the card in it: its process is killed, as hard as a hand would"),
  line(" i        insert a card again; it comes back as backup"),
  line(" f  t     freeze a card where it stands, thaw it: it has become backup meanwhile"),
  line(" a  b     cut plane A or B, or mend it"),
  line(" l        ladder: one recent call, message by message"),
  line(" +  -     more calls a second, fewer"),
  line(" q        quit; Ctrl-C does, too"),
  line(),
  line(span(" LAMPS", "bold")),
  line(),
  line(" PWR      there is a card"),
  line(" ACT      green: does its part; amber: stands by"),
  line(" ALM      red: the card has failed, or stands still"),
  line(" BUS      green: on both planes; amber: on one; red: on none"),
  line(" LNK      the card's links to the world: exchanges, gateways"),
  line(),
  line(" Try: select the slot of the primary, press p, and look at 'lost'. Then i."),
  line(" Pull the only LIM: calls in conversation stay, new ones are refused."),
  line(),
  line(span(" any key goes back", "dim")),
];

// --- slots

function title({ name, pointCode, upMicros, protection }: RackView, columns: number): Line {
  const left = [span(" TANDEM ", "inverse"), span(` ${name}  ${pointCode}  up ${clockText(upMicros)}`)];
  const right = span(`${protection.text} `, protection.isProtected ? "green" : "red");
  const used = left.reduce((sum, { text }) => sum + text.length, 0) + right.text.length;
  return [...left, span(" ".repeat(Math.max(columns - used, 1))), right];
}

/** Slots side by side, as many as there is room for; the selected one is among them. `lamps` of a slot: two lines of `inner` columns. */
export function slotsPicture(
  slots: readonly SlotView[],
  selected: number | undefined,
  columns: number,
  lamps: (slot: SlotView, inner: number) => readonly [Line, Line] = lampsOf,
): Line[] {
  const width = Math.max(slotColumnsMin, Math.min(slotColumnsMax, Math.floor(columns / Math.max(slots.length, 1))));
  const shown = Math.max(Math.floor(columns / width), 1);
  const place = slots.findIndex(({ number }) => number === selected);
  const first = Math.max(0, Math.min(place - Math.floor(shown / 2), slots.length - shown));
  const pictures = slots
    .slice(first, first + shown)
    .map((slot) => slotPicture(slot, slot.number === selected, width, lamps));
  return Array.from({ length: slotRows }, (_, row) => pictures.flatMap((picture) => picture[row]));
}

const kindNames = { lim: "LIM", "call-server": "CALL SERVER", transporter: "TRANSPORTER" } as const;

function slotPicture(
  slot: SlotView,
  isSelected: boolean,
  width: number,
  lamps: (slot: SlotView, inner: number) => readonly [Line, Line],
): Line[] {
  const frame: Style = isSelected ? "bold" : "dim";
  const inner = width - 2;
  const [corner, end, bottomCorner, bottomEnd, edge, side] = isSelected ? "╔╗╚╝═║" : "┌┐└┘─│";
  const heading = `${edge} ${slot.number} ${edge.repeat(Math.max(inner - 4 - String(slot.number).length + 1, 0))}`;
  const row = (content: Line): Line => [span(side, frame), ...toColumns(content, inner), span(side, frame)];
  return [
    line(span(`${corner}${heading.slice(0, inner)}${end}`, frame)),
    row(line(" ", span(nameOf(slot), slot.lights.power === "off" ? "dim" : "plain"))),
    row(line(" ", roleSpan(slot))),
    row(line(span(termText(slot), "dim"))),
    ...lamps(slot, inner).map(row),
    line(span(`${bottomCorner}${edge.repeat(inner)}${bottomEnd}`, frame)),
  ];
}

function lampsOf({ lights }: SlotView, inner: number): readonly [Line, Line] {
  const { power, active, alarm, bus, link } = lights;
  const beside = inner > 16 ? [" ", ...lamp(alarm, "ALM")] : [];
  return [
    line(" ", ...lamp(power, "PWR"), " ", ...lamp(active, "ACT"), ...beside),
    line(" ", ...lamp(bus, "BUS"), " ", ...lamp(link, "LNK")),
  ];
}

/** As in `CALL SERVER`, or `SERVER 2` where there are several groups. */
function nameOf({ kind, group }: SlotView): string {
  return group === undefined ? kindNames[kind] : `SERVER ${group}`;
}

function termText({ terms, commit }: SlotView): string {
  if (terms.length > 1) return ` terms ${terms.join(" ")}`;
  return terms.length === 0 ? "" : ` term ${terms[0]}  #${commit ?? 0}`;
}

function roleSpan({ state, role, condition }: SlotView): Span {
  if (state === "running") {
    if (condition !== undefined) return span(condition, condition === "safe to pull" ? "green" : "red");
    if (role === "primary") return span("PRIMARY", "green");
    if (role === "backup") return span("backup", "amber");
    return span(role === "witness" ? "in service" : (role ?? "starting"), role === "witness" ? "green" : "amber");
  }
  if (state === "starting") return span("starting", "amber");
  return span(state.toUpperCase(), "red");
}

/** An LED and its name. */
export function lamp(light: Light, name: string): readonly Span[] {
  return [
    span(light === "off" ? "○" : "●", light === "off" ? "dim" : light),
    span(name, light === "off" ? "dim" : "plain"),
  ];
}

// --- planes, alarms and calls

/** As many as fit, the worst first; blank when nothing worse than a warning stands. */
function alarmLine({ alarms }: RackView, columns: number): Line {
  const worth = alarms.filter(({ severity }) => severity !== "warning");
  if (worth.length === 0) return line();
  const texts = worth.map(({ severity, name, object }) => `${severity} ${name} ${object}`);
  const room = columns - alarmHead.length - moreColumns;
  let used = 0;
  const shown = texts.filter((text) => {
    used += text.length + 2;
    return used <= room;
  });
  const spans = shown.map((text, index) => span(`${text}  `, worth[index].severity === "minor" ? "amber" : "red"));
  const more = texts.length - shown.length;
  return line(alarmHead, ...spans, more > 0 ? span(`+${more}`, "red") : "");
}

const alarmHead = " alarms    ";
/** As in `+12`. */
const moreColumns = 3;

/** A plane with its load. */
export function planeLine({ plane, loadPercent, cut }: PlaneView, columns: number): Line {
  const bar = Math.max(columns - 26, 10);
  if (cut) {
    const half = "═".repeat(Math.floor(bar / 2) - 2);
    return line(` plane ${plane} `, span(`${half}  ╳  ${half}`, "red"), span(" CUT", "red"));
  }
  const filled = Math.min(Math.ceil((bar * loadPercent) / 100), bar);
  const load = loadPercent > 70 ? "red" : loadPercent > 40 ? "amber" : "green";
  const rest = span("═".repeat(bar - filled), "dim");
  return line(` plane ${plane} `, span("▓".repeat(filled), load), rest, ` ${loadPercent.toFixed(1).padStart(5)} %  ok`);
}

function states(view: RackView): Line[] {
  const redundancy = view.protection.notRedundant;
  return [
    ...(view.traffic === undefined
      ? [line(` calls     ${view.isStarting ? "" : withoutExchanges}`), line()]
      : callLines(view.traffic)),
    line(" detection ", ...detectionSpans(view)),
    switchoverLine(view.switchover, view.switchovers),
    line(
      span(
        ` ${redundancy === "" && !view.isStarting ? "every kind of card is there twice" : redundancy}`,
        redundancy.includes("out") ? "red" : "dim",
      ),
    ),
  ];
}

const withoutExchanges = "no test exchanges: yours are to connect";

function callLines(traffic: TrafficView): Line[] {
  const lost = traffic.lostInSetup + traffic.lostInConversation;
  const number = (value: number) => span(String(value), "bold");
  const lostSpan = span(String(lost), lost === 0 ? "green" : "red");
  const where = lost === 0 ? "" : ` (${traffic.lostInSetup} in set-up, ${traffic.lostInConversation} in conversation)`;
  const packets =
    traffic.packetsSent === 0 ? "no voice" : `${traffic.packetsSent} packets, ${traffic.packetsLost} lost`;
  return [
    line(
      " calls     ",
      number(traffic.settingUp),
      " in set-up  ",
      number(traffic.conversing),
      " in conversation  ",
      number(traffic.answered),
      " answered",
    ),
    line(
      "           ",
      number(traffic.callsPerSecond),
      " a second   lost ",
      lostSpan,
      where,
      span(`   voice: ${packets}`, "dim"),
    ),
  ];
}

function detectionSpans({ detection }: RackView): readonly (Span | string)[] {
  if (detection === undefined) return [span("nobody watches the primary", "amber")];
  const how = detection.realTime ? "real-time priority" : "no real-time priority: measured gaps";
  return [
    `after ${detection.limitMillis.toFixed(1)} ms of silence`,
    span(`  (${how})`, detection.realTime ? "dim" : "amber"),
  ];
}

function switchoverLine(switchover: SwitchoverView | undefined, count: number): Line {
  if (switchover === undefined) return line(span(" switchover none yet: pull the primary", "dim"));
  const { cause, from, to, totalMillis, callsInSetup, lostSince } = switchover;
  const time = totalMillis === undefined ? "…" : `${totalMillis.toFixed(1)} ms`;
  const lost = lostSince === 0 ? span("none lost", "green") : span(`${lostSince} lost`, "red");
  const what = cause === "unprompted" ? span("unprompted", "red") : span(cause);
  return line(
    ` switchover ${count}: `,
    what,
    ` ${from} to ${to} in `,
    span(time, "bold"),
    `, ${callsInSetup} calls in set-up, `,
    lost,
  );
}

function eventLine({ sinceMicros, severity, text }: RackView["events"][number]): Line {
  const style: Style = severity === "info" ? "plain" : severity === "warning" ? "amber" : "red";
  return line(span(` ${clockText(sinceMicros)} `, "dim"), span(text, style));
}

/** `00:01:23` */
export function clockText(micros: number): string {
  const seconds = Math.max(Math.floor(micros / 1_000_000), 0);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
