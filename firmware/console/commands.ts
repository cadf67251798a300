/** The commands of the console: a row a command. */
import type { Bundle } from "../../hal/bundle-store.ts";
import { commandText, type OperatorCommand } from "../card/operator-command.ts";
import { fail, ok, type Result } from "../result.ts";
import { versionOctetsMax } from "../upgrade/upgrade-records.ts";
import { type CardActions, type CardView, type TraceSource, traceSources } from "./card-view.ts";
import { type ArgumentKind, type CommandRow, Grammar } from "./grammar.ts";
import { jsonOf, type Pieces, textOf } from "./report.ts";
import { reportOf, shows } from "./show.ts";

export interface CommandContext {
  readonly view: CardView;
  readonly actions: CardActions;
  readonly nowMillis: number;
}

/** What a command asks of the session that it was typed in. */
export type SessionWish =
  | { readonly kind: "log-out" }
  | { readonly kind: "help" }
  | { readonly kind: "history" }
  | { readonly kind: "length"; readonly lines: number }
  | { readonly kind: "width"; readonly columns: number }
  | { readonly kind: "ask"; readonly slot: number; readonly command: string }
  | { readonly kind: "connect"; readonly slot: number }
  | { readonly kind: "disconnect" }
  | { readonly kind: "trace"; readonly source: TraceSource; readonly on: boolean; readonly filters: readonly string[] }
  | { readonly kind: "trace-off" }
  | { readonly kind: "receive"; readonly bundle: Bundle }
  | { readonly kind: "monitor" };

/** Sentences and tables in pieces, or something that only the session can do. */
export type CommandResult = Pieces | SessionWish;

/** Of a bundle of firmware; one has some 500 kB. */
const bundleOctetsMax = 64 * 1024 * 1024;
/** As the card tells of it. */
const waitsForBackup = "waits for a backup";

type Values = Readonly<Record<string, unknown>>;
type Run = (values: Values, context: CommandContext) => CommandResult;
type Kind = ArgumentKind<CommandContext>;

export interface Circuits {
  readonly exchange: string;
  readonly firstCic: number;
  readonly lastCic: number;
}

function numberFrom(min: number, max: number, what: string): Kind {
  return {
    help: `${what}, ${min} to ${max}`,
    parse: (word) => {
      const number = /^\d{1,8}$/.test(word) ? Number(word) : Number.NaN;
      return number >= min && number <= max ? ok(number) : fail("is no such number");
    },
  };
}

function oneOf(help: string, candidates: (context: CommandContext) => readonly string[]): Kind {
  return {
    help,
    candidates,
    parse: (word, context) => {
      const found = candidates(context).find((candidate) => candidate.toLowerCase() === word.toLowerCase());
      return found === undefined ? fail("is none of them") : ok(found);
    },
  };
}

const slotsOf = ({ view }: CommandContext) => view.configuration.cards.map(({ slot }) => String(slot));

const kinds: Readonly<Record<string, Kind>> = {
  slot: {
    help: "a slot of the rack",
    candidates: slotsOf,
    parse: (word, context) =>
      slotsOf(context).includes(word)
        ? ok(Number(word))
        : fail(`is no slot of this rack (${slotsOf(context).join(", ")})`),
  },
  command: { help: "a command for that card", rest: true, parse: (word) => ok(word) },
  plane: oneOf("a plane, A or B", () => ["a", "b"]),
  circuits: {
    help: "circuits by exchange and CICs, such as west/5 or west/5-8",
    candidates: ({ view }) => view.configuration.exchanges.map(({ name }) => `${name}/`),
    parse: (word, { view }) => circuitsOf(word, view),
  },
  lines: numberFrom(0, 512, "lines of the terminal (0: no paging)"),
  columns: numberFrom(20, 512, "columns of the terminal"),
  source: oneOf("what is traced", () => [...traceSources, "h248"]),
  filters: {
    help: "words that a line must have, such as IAM west/5",
    rest: true,
    parse: (word) => ok(word.split(/\s+/)),
  },
  octets: numberFrom(1, bundleOctetsMax, "octets of the bundle"),
  sha256: {
    help: "the SHA-256 of the bundle, 64 hexadecimal digits",
    parse: (word) => (/^[0-9a-f]{64}$/i.test(word) ? ok(octetsOfDigits(word)) : fail("is no SHA-256")),
  },
  version: {
    help: `what the bundle is called, up to ${versionOctetsMax} of A-Z a-z 0-9 . + _ -`,
    parse: (word) =>
      word.length <= versionOctetsMax && /^[A-Za-z0-9.+_-]+$/.test(word) ? ok(word) : fail("is no version"),
  },
  slots: {
    help: "slots of the rack, such as 3 or 2,3, or all",
    candidates: (context) => ["all", ...slotsOf(context)],
    parse: (word, context) => slotsNamed(word.toLowerCase(), slotsOf(context)),
  },
};

/** `3`, `2,3` or `all`, of the slots of the rack; each once, in the order that they were named in. */
function slotsNamed(word: string, all: readonly string[]): Result<readonly number[], string> {
  const named = word === "all" ? all : word.split(",");
  const wrong = named.find((slot) => !all.includes(slot));
  if (wrong === undefined) return ok([...new Set(named)].map(Number));
  return fail(wrong === word ? "is no slot of this rack" : `names "${wrong}", which is no slot of this rack`);
}

function octetsOfDigits(digits: string): Uint8Array {
  return Uint8Array.from({ length: digits.length / 2 }, (_, place) =>
    Number.parseInt(digits.slice(2 * place, 2 * place + 2), 16),
  );
}

/** `west/5` or `west/5-8` */
function circuitsOf(word: string, { configuration }: CardView): Result<Circuits, string> {
  const [, exchange, first, last = first] = /^([^/]+)\/(\d{1,4})(?:-(\d{1,4}))?$/.exec(word) ?? [];
  if (exchange === undefined) return fail("names no circuits");
  if (!configuration.exchanges.some(({ name }) => name === exchange)) return fail(`there is no exchange ${exchange}`);
  const [firstCic, lastCic] = [Number(first), Number(last)];
  return lastCic < firstCic ? fail("ends before it begins") : ok({ exchange, firstCic, lastCic });
}

function show(name: string): Run {
  return ({ json }, { view, nowMillis }) => {
    const report = reportOf(name, view, nowMillis);
    if (typeof report === "string") return [json ? `${JSON.stringify({ error: report })}\n` : `${report}\n`];
    return json ? jsonOf(name, view.card.slot, report) : textOf(report);
  };
}

/** Sentences a line each. */
function say(text: string): Pieces {
  return [`${text}\n`];
}

function operate(verb: OperatorCommand["verb"]): Run {
  return ({ circuits }, { view, actions }) => {
    const command = { verb, ...(circuits as Circuits) };
    return say(elsewhere(view, commandText(command)) ?? actions.operate(command));
  };
}

/** What only a group's primary does: which slot that is; undefined: this card. */
function elsewhere({ card, communication }: CardView, command: string): string | undefined {
  const { role, cards = [] } = communication();
  if (card.kind === "call-server" && role === "primary") return undefined;
  const primary = cards.find((other) => other.alive && other.role === "primary");
  return primary === undefined
    ? "nothing was done: there is no primary now"
    : `nothing was done: slot ${primary.slot} is primary; try: slot ${primary.slot} ${command}`;
}

function switchOver(_: Values, { view, actions }: CommandContext): Pieces {
  const refusal = elsewhere(view, "switchover");
  if (refusal !== undefined) return say(refusal);
  const backup = backupOf(view);
  if (backup === undefined) return say("nothing was done: there is no backup that could take over");
  actions.leave("restart");
  return say(`slot ${backup} takes over; this card leaves and comes back as backup`);
}

/** The slot of a call server of the own group that could take over. */
function backupOf({ card, configuration, communication }: CardView): number | undefined {
  const { cards = [] } = communication();
  const mates = configuration.cards.filter(
    (other) => card.kind === "call-server" && other.kind === "call-server" && other.group === card.group,
  );
  return mates.find(({ slot }) => cards.some((one) => one.slot === slot && one.alive && one.role === "backup"))?.slot;
}

function inhibit(on: boolean): Run {
  return ({ plane }, { view, actions }) => {
    const [own, other] = plane === "a" ? ([0, 1] as const) : ([1, 0] as const);
    const { inhibited = [] } = view.communication() as { readonly inhibited?: readonly boolean[] };
    const name = "AB"[own];
    if (on && inhibited[other])
      return say(`nothing was done: plane ${"AB"[other]} is inhibited, and one has to be used`);
    if ((inhibited[own] ?? false) === on) return say(`plane ${name} is ${on ? "" : "not "}inhibited already`);
    actions.inhibitPlane(own, on);
    return say(
      on
        ? `plane ${name} is inhibited: this card says nothing but its beats on it, and still listens`
        : `plane ${name} is used again`,
    );
  };
}

function restart({ now }: Values, { actions }: CommandContext): Pieces {
  if (now) actions.restartNow();
  else actions.leave("restart");
  return say(now ? "this card begins anew" : "this card leaves, and begins anew when it has left");
}

function pullSafe(_: Values, { actions }: CommandContext): Pieces {
  actions.leave("stay");
  return say("this card leaves; it may be pulled when the console says so (restart puts it back)");
}

function stay(_: Values, { view, actions }: CommandContext): Pieces {
  const { leaving } = view.communication();
  if (leaving === undefined) return say("nothing was done: this card was not told to leave");
  if (leaving !== waitsForBackup) return say(`nothing was done: this card is ${leaving}; restart puts it back`);
  actions.stay();
  return say("this card stays");
}

function trace(on: boolean): Run {
  return ({ source, filters }, { view }) => {
    if (source === "h248") return say("nothing was done: this node does not speak H.248 yet");
    const refusal = view.traceRefusal(source as TraceSource);
    if (refusal !== undefined) return say(`nothing was done: ${refusal}`);
    return { kind: "trace", source: source as TraceSource, on, filters: (filters as readonly string[]) ?? [] };
  };
}

function receive({ octets, sha256, version }: Values): SessionWish {
  const bundle = { octets: octets as number, digest: sha256 as Uint8Array, version: version as string };
  return { kind: "receive", bundle };
}

// biome-ignore format: a command a row
const rows: readonly CommandRow<Run>[] = [
  ...shows.map(({ name, help }) => ({ syntax: `show ${name} [json]`, help, role: "operator" as const, run: show(name) })),
  { syntax: "show history", help: "the lines that were typed last", role: "operator", run: () => ({ kind: "history" }) },
  { syntax: "help", help: "how to get on here", role: "operator", run: () => ({ kind: "help" }) },
  { syntax: "slot <slot> <command>", help: "have another card do a command", role: "operator", run: ({ slot, command }) => ({ kind: "ask", slot: slot as number, command: command as string }) },
  { syntax: "connect <slot>", help: "have another card do all that follows", role: "operator", run: ({ slot }) => ({ kind: "connect", slot: slot as number }) },
  { syntax: "disconnect", help: "come back to this card", role: "operator", run: () => ({ kind: "disconnect" }) },
  { syntax: "terminal length <lines>", help: "after so many lines output waits", role: "operator", run: ({ lines }) => ({ kind: "length", lines: lines as number }) },
  { syntax: "terminal width <columns>", help: "how wide the terminal is", role: "operator", run: ({ columns }) => ({ kind: "width", columns: columns as number }) },
  { syntax: "monitor", help: "tell a program of the rack, a line of JSON a second, until ^C: npm run monitor", role: "operator", run: () => ({ kind: "monitor" }) },
  { syntax: "trace on <source> [<filters>]", help: "show messages as they come and go", role: "administrator", run: trace(true) },
  { syntax: "trace off [<source>]", help: "do not any more", role: "administrator", run: (values, context) => (values.source === undefined ? { kind: "trace-off" } : trace(false)(values, context)) },
  { syntax: "block <circuits>", help: "take circuits out of service for maintenance (Q.764 2.8.2)", role: "administrator", run: operate("block") },
  { syntax: "unblock <circuits>", help: "put blocked circuits back into service", role: "administrator", run: operate("unblock") },
  { syntax: "reset <circuits>", help: "reset idle circuits at both ends (Q.764 2.9.3)", role: "administrator", run: operate("reset") },
  { syntax: "switchover", help: "the backup takes over, and this card comes back as backup", role: "administrator", run: switchOver },
  { syntax: "pull-safe", help: "leave the rack so that the card may be pulled", role: "administrator", run: pullSafe },
  { syntax: "stay", help: "take back a leave that waits for a backup", role: "administrator", run: stay },
  { syntax: "inhibit plane <plane>", help: "use the other plane only, but for beats", role: "administrator", run: inhibit(true) },
  { syntax: "uninhibit plane <plane>", help: "use the plane again", role: "administrator", run: inhibit(false) },
  { syntax: "restart [now]", help: "leave and begin anew; now: without leaving", role: "administrator", run: restart },
  { syntax: "upgrade receive <octets> <sha256> <version>", help: "take firmware from a program at this line: npm run flash -- --upgrade", role: "administrator", run: receive },
  { syntax: "upgrade cards <slots> [now]", help: "have cards run the firmware that was received, one after the other; now: also those that no other stands in for", role: "administrator", run: ({ slots, now }, { actions }) => say(actions.upgrade.give(slots as readonly number[], now !== undefined)) },
  { syntax: "upgrade stop", help: "upgrade no further card", role: "administrator", run: (_, { actions }) => say(actions.upgrade.stop()) },
  { syntax: "configuration check", help: "read rack.yaml again and say what is wrong with it", role: "operator", run: (_, { view }) => say(view.checkConfiguration()) },
  { syntax: "exit", help: "log out", role: "operator", run: () => ({ kind: "log-out" }) },
  { syntax: "logout", help: "log out", role: "operator", run: () => ({ kind: "log-out" }) },
];

export const consoleGrammar = new Grammar<CommandContext, Run>(rows, kinds);

export function isWish(result: CommandResult): result is SessionWish {
  return "kind" in result;
}
