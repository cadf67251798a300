/** Runs one plane of the software bus. */

import { Command, InvalidArgumentError } from "commander";
import { HubPathError, startHub } from "../../hal/software-bus/hub.ts";

interface Arguments {
  readonly plane: string;
  readonly socket: string;
  readonly rate: number;
  readonly dataRate: number;
  readonly fd: boolean;
  readonly paced: boolean;
  readonly owner: boolean;
}

/** A supervisor that starts a hub and dies before it connects must not leave the hub behind. */
const ownerConnectsWithinMillis = 10_000;

function bitRate(text: string): number {
  const rate = Number(text);
  if (!Number.isInteger(rate) || rate <= 0) throw new InvalidArgumentError("A bit rate is a whole number above 0.");
  return rate;
}

const command = new Command("hub")
  .description("One plane of the software CAN bus: cards connect to its Unix socket.")
  .requiredOption("--plane <name>", "name of the plane, A or B")
  .requiredOption("--socket <path>", "path of the Unix socket")
  .option("--rate <bits per second>", "bit rate", bitRate, 1_000_000)
  .option("--data-rate <bits per second>", "bit rate of the data phase of FD frames", bitRate, 5_000_000)
  .option("--fd", "allow FD frames", false)
  .option("--paced", "let every frame take its exact time", false)
  .option("--owner", "end when the first control connection closes", false)
  .parse();
const options = command.opts<Arguments>();

try {
  let hasOwner = false;
  const hub = await startHub({
    plane: options.plane,
    path: options.socket,
    rates: { bitRate: options.rate, dataBitRate: options.dataRate },
    fd: options.fd,
    paced: options.paced,
    ownerCame: () => {
      hasOwner = true;
    },
    ownerGone: () => {
      if (options.owner) stop();
    },
  });
  const stop = () => {
    hub.close().then(() => process.exit(0));
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  if (options.owner) {
    setTimeout(() => {
      if (!hasOwner) stop();
    }, ownerConnectsWithinMillis).unref();
  }
  // The supervisor waits for this line.
  console.log(`plane ${options.plane} is up at ${options.socket}`);
} catch (error) {
  if (!(error instanceof HubPathError)) throw error;
  console.error(`hub: ${error.message}`);
  process.exit(2);
}
