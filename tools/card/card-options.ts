/** The command line of a card. */
import { Command } from "commander";

export interface CardOptions {
  readonly config: string;
  readonly slot: string;
  readonly board?: string;
  readonly planeA?: string;
  readonly planeB?: string;
  readonly storage: string;
  readonly rehearsal: boolean;
  readonly realTimePriority: string;
  readonly metrics?: string;
  readonly console: readonly string[];
  readonly readyFile?: string;
  readonly watchdog?: string;
  readonly frontPanel?: string;
}

/** Ends the process where the arguments are wrong, or help was asked for. */
export function parseCardOptions(argv: readonly string[]): CardOptions {
  const command = new Command("card")
    .description(
      "Runs one card of a rack as a process. The rack starts its cards itself; by hand it is useful on a card alone.",
    )
    .requiredOption("--config <file>", "rack.yaml")
    .requiredOption("--slot <number>", "the slot this card is in")
    .requiredOption("--storage <folder>", "where the card keeps what outlives it")
    .option("--board <name>", "the board it is on; otherwise as rack.yaml says")
    .option("--plane-a <plane>", "can0, can0@namespace, slcan:/dev/ttyACM0, or a hub's socket; else the board's")
    .option("--plane-b <plane>", "the same for plane B")
    .option("--no-rehearsal", "go into service without practising: the first takeover is slower")
    .option("--real-time-priority <number>", "of the thread that beats, 1 to 99", "50")
    .option("--metrics <address:port>", "tell figures to Prometheus there; otherwise only if rack.yaml says so")
    .option("--ready-file <file>", "made when the card begins to take part in the rack")
    .option("--watchdog <device>", "fed while both processors of the card make progress; else the board's")
    .option("--front-panel <line>", "serial line of a chassis controller that speaks Firmata; else the board's LEDs")
    .option(
      "--console <line...>",
      "stdin, socket:<path>, group-socket:<path>, a serial line such as /dev/ttyAMA0:115200, or board: the board's own; else that alone",
      [],
    );
  return command.parse([...argv]).opts<CardOptions>();
}
