/**
 * Whether a card can run: its slot is in rack.yaml, and its board is known. Prints the CAN interfaces of its planes, a line each, with
 * their bit rates as `ip link set type can` wants them; a sentence and exit code 1 where something is wrong.
 */
import { Command } from "commander";
import { boards } from "../../boards/boards.ts";
import type { RackConfiguration } from "../../firmware/configuration/rack-schema.ts";
import { readConfiguration, UserError } from "../configuration/read-configuration.ts";

interface CardOptions {
  readonly config: string;
  readonly slot: string;
  readonly board: string;
}

/** Milliseconds after which a controller that took itself off the bus comes back. */
const restartMillis = 100;

const command = new Command("check-card")
  .description("checks that a card can run, and prints its CAN interfaces")
  .requiredOption("--config <file>", "rack.yaml")
  .requiredOption("--slot <number>", "the slot that the card is in")
  .requiredOption("--board <name>", "a folder of boards/")
  .parse();
try {
  for (const line of planesOf(command.opts<CardOptions>())) process.stdout.write(`${line}\n`);
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

function planesOf({ config, slot, board }: CardOptions): readonly string[] {
  const { configuration } = readConfiguration(config);
  const slots = configuration.cards.map((card) => card.slot);
  if (!/^\d+$/.test(slot) || !slots.includes(Number(slot))) {
    throw new UserError(`${config}: no card is configured for slot ${slot}; there are slots ${slots.join(", ")}`);
  }
  const known = boards.get(board);
  if (known === undefined)
    throw new UserError(`there is no board ${board}; there are ${[...boards.keys()].join(", ")}`);
  const rates = ratesOf(configuration);
  return known.planes.flatMap((plane) => (plane.kind === "socketcan" ? [`${plane.interface} ${rates}`] : []));
}

function ratesOf({ bus }: RackConfiguration): string {
  const data = bus.frames === "fd" ? ` dbitrate ${bus.dataBitRate} fd on` : "";
  return `bitrate ${bus.bitRate}${data} restart-ms ${restartMillis}`;
}
