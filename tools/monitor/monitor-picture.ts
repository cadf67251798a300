/** The monitor's screen as text: the rack from the front, planes, calls, the last switchover, alarms, and the console below. */
import type { MonitorCard, MonitorReport } from "../../firmware/console/monitor-report.ts";
import { clockText, lamp, type PictureSize, planeLine, slotsPicture } from "../rack/picture.ts";
import type { SlotView } from "../rack/rack-view.ts";
import { type Line, line, type Style, span, toColumns } from "../rack/styled-text.ts";
import { type LampName, lightOf } from "./lamp-light.ts";
import { timeLine } from "./time-line.ts";

export interface MonitorView {
  readonly report: MonitorReport | undefined;
  /** How old the report is. */
  readonly ageMillis: number;
  /** Where the console is, and how it stands with the line. */
  readonly address: string;
  readonly lineText: string;
  readonly isLineUp: boolean;
  /** Lines that could not be read. */
  readonly unreadable: number;
  /** What the console said to commands, the newest last. */
  readonly output: readonly string[];
  /** Undefined: nothing can be typed. */
  readonly typed: string | undefined;
  readonly isPassword: boolean;
  readonly nowMillis: number;
}

/** A report that is older is not the present. */
const staleMillis = 3000;
/** Alarms are given this many lines where there is room for more. */
const alarmRowsMin = 3;
const outputRowsMin = 2;

/** Exactly as many lines as there are rows, each exactly as wide. */
export function monitorPicture(view: MonitorView, size: PictureSize): Line[] {
  const { columns, rows } = size;
  const { report } = view;
  const head = report === undefined ? [title(view, columns), line()] : rackLines(view, report, columns);
  const foot = [line(span("─".repeat(columns), "dim"))];
  const room = Math.max(rows - head.length - foot.length - 1, 0);
  const alarms = alarmLines(report);
  const outputRows = Math.min(Math.max(view.output.length, outputRowsMin), Math.max(room - alarmRowsMin, 0));
  const alarmRows = Math.max(room - outputRows, 0);
  const shownAlarms = filled(alarms.slice(0, alarmRows), alarmRows);
  const output = view.output.slice(outputRows > 0 ? -outputRows : view.output.length).map((text) => line(` ${text}`));
  return [...head, ...shownAlarms, ...foot, ...filled(output, outputRows), promptLine(view, columns)]
    .slice(0, rows)
    .map((each) => toColumns(each, columns));
}

function filled(lines: readonly Line[], rows: number): readonly Line[] {
  return [...lines, ...Array.from({ length: Math.max(rows - lines.length, 0) }, () => line())];
}

function rackLines(view: MonitorView, report: MonitorReport, columns: number): readonly Line[] {
  const { cards, planes, calls, switchover } = report;
  const lamps = (slot: SlotView) => lampLines(cards, slot.number, view.nowMillis);
  return [
    title(view, columns),
    ...slotsPicture(cards.map(slotOf), report.rack.slot, columns, lamps),
    ...planes.map((plane) => planeOf(plane, columns)),
    callLine(calls),
    ...timeLine(switchover, columns),
    line(span("─".repeat(columns), "dim")),
  ];
}

function title(view: MonitorView, columns: number): Line {
  const { report, address, lineText, isLineUp, ageMillis, unreadable } = view;
  const name = report === undefined ? "" : ` ${report.rack.name}  up ${clockText(report.rack.upMicros)}`;
  const left = [span(" TANDEM ", "inverse"), span(name)];
  const isOld = report !== undefined && ageMillis > staleMillis;
  const age = isOld ? `  last report ${Math.round(ageMillis / 1000)} s ago` : "";
  const garbage = unreadable === 0 ? "" : `  unreadable ${unreadable}`;
  const state = ` ${lineText} `;
  const used = left.reduce((sum, { text }) => sum + text.length, 0) + garbage.length + age.length + state.length;
  const where = ending(address, Math.max(columns - used - 2, 0));
  const right = `${garbage}${age}  ${where}${state}`;
  const blank = " ".repeat(Math.max(columns - used - 2 - where.length, 0));
  return [...left, span(blank), span(right, isLineUp && !isOld ? "green" : "red")];
}

/** The end of a path says more than its beginning. */
function ending(address: string, columns: number): string {
  if (address.length <= columns) return address;
  return columns < 2 ? "" : `…${address.slice(1 - columns)}`;
}

// --- the rack

function slotOf({ slot, kind, group, present, role, term, commit, condition }: MonitorCard): SlotView {
  return {
    ...{ number: slot, kind, state: "running", role, group, commit, terms: term === undefined ? [] : [term] },
    condition: present ? condition : "not heard",
    lights: { power: present ? "green" : "off", active: "off", alarm: "off", bus: "off", link: "off" },
  };
}

function lampLines(cards: readonly MonitorCard[], slot: number, nowMillis: number): readonly [Line, Line] {
  const card = cards.find((each) => each.slot === slot);
  if (card === undefined) return [line(), line()];
  const led = (name: LampName, label: string) => {
    const light = lightOf(name, card, nowMillis);
    return light === undefined ? [span(`·${label}`, "dim")] : lamp(light, label);
  };
  return [
    line(" ", ...led("active", "ACT"), " ", ...led("standby", "SBY"), " ", ...led("alarm", "ALM")),
    line(
      " ",
      ...led("busA", "A"),
      " ",
      ...led("busB", "B"),
      " ",
      ...led("link", "LNK"),
      " ",
      ...led("safeToPull", "OUT"),
    ),
  ];
}

function planeOf({ plane, loadPercent, state }: MonitorReport["planes"][number], columns: number): Line {
  if (state === "active" && loadPercent !== undefined) return planeLine({ plane, loadPercent, cut: false }, columns);
  if (state === "disconnected") return planeLine({ plane, loadPercent: 0, cut: true }, columns);
  return line(
    ` plane ${plane} `,
    span(state === "active" ? "load unknown" : state, state === "active" ? "dim" : "red"),
  );
}

function callLine({ inSetUp, inConversation, attempts, answered, congestionLevel }: MonitorReport["calls"]): Line {
  const number = (value: number | undefined) => span(value === undefined ? "?" : String(value), "bold");
  const congestion = congestionLevel ? [span(`  congestion level ${congestionLevel}`, "red")] : [];
  return line(
    " calls   ",
    ...[number(inSetUp), " in set-up  ", number(inConversation), " in conversation  "],
    ...[number(answered), " of ", number(attempts), " answered"],
    ...congestion,
  );
}

// --- alarms and console

const severityStyles: Readonly<Record<MonitorReport["alarms"][number]["severity"], Style>> = {
  critical: "red",
  major: "red",
  minor: "amber",
  warning: "amber",
};

function alarmLines(report: MonitorReport | undefined): readonly Line[] {
  if (report === undefined) return [];
  if (report.alarms.length === 0) return [line(span(" no alarms", "dim"))];
  return report.alarms.map(({ severity, object, text, raisedAtMillis, clearedAtMillis }) => {
    const about = object === undefined ? text : `${object}: ${text}`;
    const isOver = clearedAtMillis !== undefined;
    const over = isOver ? ` (over ${timeText(clearedAtMillis)})` : "";
    const style = isOver ? "dim" : severityStyles[severity];
    return line(span(` ${timeText(raisedAtMillis)} `, "dim"), span(severity.padEnd(9), style), span(`${about}${over}`));
  });
}

/** Time of day, UTC. */
function timeText(millis: number): string {
  return new Date(millis).toISOString().slice(11, 19);
}

function promptLine({ typed, isPassword }: MonitorView, columns: number): Line {
  if (typed === undefined) return line(span(" ^C ends", "dim"));
  const sign = isPassword ? " password: " : " > ";
  const text = isPassword ? "" : typed;
  // The end of a long line is what is being typed.
  const room = Math.max(columns - sign.length - 1, 1);
  const help = text === "" && !isPassword ? [span("  a command of the console; ^C ends", "dim")] : [];
  return line(sign, text.slice(-room), span("▁"), ...help);
}
