/** The command line of the rack. */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import type { Micros } from "../../firmware/time.ts";
import { parseDuration, parseDurationRange } from "../exchange/duration.ts";
import {
  actionText,
  type CardAction,
  cardActions,
  type CircuitAction,
  circuitActions,
  type PlaneAction,
  type PlannedAction,
  parseCardAction,
  parseCircuitAction,
  parsePlaneAction,
  planeActions,
  sortSchedule,
  timeText,
} from "./schedule.ts";

export interface RackCommandLine {
  readonly config: string;
  readonly bus: "software" | "socketcan";
  readonly startWithin: Micros;
  readonly exchange: boolean;
  readonly gateway: boolean;
  readonly rehearsal: boolean;
  /** Own calls with voice at the same time; 0 is no voice. */
  readonly voiceCallsMax: number;
  /** Calls a second, of all exchanges together. */
  readonly rate: number;
  readonly ring: DurationText;
  readonly hold: DurationText;
  /** Unattended: ends after this much time with calls. */
  readonly forMicros: Micros | undefined;
  readonly report: string | undefined;
  readonly checkRate: number;
  readonly screen: boolean;
  /** Of slot 0, if cards are to tell figures to Prometheus. */
  readonly metrics?: number;
  readonly schedule: readonly PlannedAction[];
}

/** A range of durations as it was written, and its upper end. */
export interface DurationText {
  readonly text: string;
  readonly max: Micros;
}

/** The port of slot 63 is one, too. */
const metricsPortMax = 65_535 - 63;

export type CommandLineOutcome =
  | { readonly kind: "run"; readonly options: RackCommandLine }
  /** Help was asked for and printed, or something was wrong and said. */
  | { readonly kind: "done"; readonly exitCode: 0 | 2 };

interface Given extends Omit<RackCommandLine, "voiceCallsMax" | "forMicros" | "schedule"> {
  readonly voice: boolean;
  readonly voiceCallsMax: number;
  readonly for?: Micros;
}

export interface CommandLineOutput {
  out(text: string): void;
  error(text: string): void;
}

/** Reads the arguments after the program's name. */
export function parseRackCommandLine(argv: readonly string[], output: CommandLineOutput): CommandLineOutcome {
  const schedule: PlannedAction[] = [];
  const command = newCommand(schedule).exitOverride().configureOutput({ writeOut: output.out, writeErr: output.error });
  try {
    const given = command.parse([...argv], { from: "user" }).opts<Given>();
    const sorted = sortSchedule(schedule);
    const last = sorted.at(-1);
    if (given.for !== undefined && last !== undefined && last.at >= given.for) {
      const when = `comes at ${timeText(last.at)}, but the calls end at ${timeText(given.for)}`;
      command.error(`error: ${actionText(last)} ${when}`);
    }
    if (given.for !== undefined && !given.exchange) {
      command.error("error: --for makes calls, and --no-exchange leaves nobody to make them");
    }
    const { voice, for: forMicros, report, ...rest } = given;
    const voiceCallsMax = voice ? rest.voiceCallsMax : 0;
    return { kind: "run", options: { ...rest, voiceCallsMax, forMicros, report, schedule: sorted } };
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { kind: "done", exitCode: error.exitCode === 0 ? 0 : 2 };
  }
}

function newCommand(schedule: PlannedAction[]): Command {
  const command = new Command("rack")
    .usage("[options]        (npm start -- [options])")
    .description(
      "A whole rack on this machine: every card a process, two planes between them, two test exchanges and a media " +
        "gateway around it, and calls that run. Pull any card and see that no call is lost.",
    )
    .optionsGroup("The rack:")
    .option("--config <file>", "rack.yaml", "boards/simulated/rack.yaml")
    .addOption(
      new Option("--bus <kind>", "what carries the planes: hubs, or CAN interfaces of this machine's kernel (as root)")
        .choices(["software", "socketcan"])
        .default("software"),
    )
    .option("--start-within <time>", "give up when the rack is not up by then", duration, 30_000_000)
    .option("--no-exchange", "start no test exchanges: yours are to connect")
    .option("--no-gateway", "start no media gateway: yours is to answer")
    .option("--no-rehearsal", "cards start sooner, without practising: their first takeover is slower")
    .option("--metrics <port>", "figures for Prometheus at 127.0.0.1, of the card in slot n on port + n", metricsPort)
    .optionsGroup("Calls:")
    .option("--rate <number>", "calls a second, of all exchanges together", rate, 20)
    .addOption(times("--ring", "how long a call rings, such as 1s or 1s-2s", "1s-2s"))
    .addOption(times("--hold", "how long it is talked on", "3s-6s"))
    .option("--voice-calls-max <number>", "calls with voice packets at the same time", count, 100)
    .option("--no-voice", "no voice packets")
    .optionsGroup("Unattended:")
    .option("--for <time>", "make calls for so long, wait for their end, check everything, report", duration)
    .option("--report <file>", "write the report, as JSON")
    .option("--check-rate <number>", "circuits a second that each exchange seizes in the final check", positive, 50)
    .option("--no-screen", "print lines, even on a terminal")
    .optionsGroup("What happens to it, and when (times count from the first call; each may be given again):");
  const cardHelp: Readonly<Record<CardAction, string>> = {
    pull: "take a card away: its process is killed",
    freeze: "stop a card where it stands",
    insert: "put a card back; without a card, the last one pulled",
    thaw: "let a frozen card go on; without a card, the last one frozen",
  };
  for (const action of cardActions) {
    command.option(`--${action} <[card]@time>`, cardHelp[action], (text: string) => {
      schedule.push(accepted(parseCardAction(action, text)));
    });
  }
  const planeHelp: Readonly<Record<PlaneAction, string>> = {
    cut: "nothing goes through a plane any more",
    mend: "until it is mended",
  };
  for (const action of planeActions) {
    command.option(`--${action} <plane@time>`, planeHelp[action], (text: string) => {
      schedule.push(accepted(parsePlaneAction(action, text)));
    });
  }
  const circuitHelp: Readonly<Record<CircuitAction, string>> = {
    block: "take circuits out of service: exchange/CIC or exchange/CIC-CIC",
    unblock: "and put them back, before the circuits are checked at the end",
  };
  for (const action of circuitActions) {
    command.option(`--${action} <circuits@time>`, circuitHelp[action], (text: string) => {
      schedule.push(accepted(parseCircuitAction(action, text)));
    });
  }
  return command.addHelpText("after", helpAfter);
}

const helpAfter = `
A card is primary, backup, lim, transporter or the number of its slot; primary-2 is that of group 2. A time is such as 500ms, 10s or 2m.
--pull primary@commit:3 pulls the card right after the 3rd frame of a commit that it sends.

  npm start                                                       look at it and press ? for the keys
  npm start -- --for 30s --rate 50 --pull primary@10s --insert @15s --report r.json
  npm start -- --config my-rack.yaml --no-exchange                a rack for your own exchanges

Exit code: 0 nothing was lost, 1 something was, 2 wrong usage, 3 this machine was too slow for the voice.
Logs and call detail records are in .run/latest, a folder for each card.
`;

function accepted(parsed: ReturnType<typeof parseCardAction>): PlannedAction {
  if (!parsed.ok) throw new InvalidArgumentError(parsed.reason);
  return parsed.value;
}

function rate(text: string): number {
  const value = Number(text);
  if (text === "" || !Number.isFinite(value) || value < 0 || value > 10_000) {
    throw new InvalidArgumentError("a number from 0 to 10000");
  }
  return value;
}

function metricsPort(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > metricsPortMax) {
    throw new InvalidArgumentError(`a port from 1 to ${metricsPortMax}`);
  }
  return value;
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError("a number above 0");
  return value;
}

function count(text: string): number {
  const value = Number(text);
  if (text === "" || !Number.isInteger(value) || value < 0) throw new InvalidArgumentError("a whole number");
  return value;
}

function duration(text: string): Micros {
  const parsed = parseDuration(text);
  if (parsed === undefined || parsed === 0) throw new InvalidArgumentError("a time such as 30s or 2m");
  return parsed;
}

function times(name: string, description: string, usual: string): Option {
  return new Option(`${name} <times>`, description).argParser(range).default(range(usual), usual);
}

function range(text: string): DurationText {
  const parsed = parseDurationRange(text);
  if (parsed === undefined) throw new InvalidArgumentError("times such as 3s or 3s-6s");
  return { text, max: parsed.max };
}
