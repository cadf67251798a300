/** The program behind `npm run flash`: builds the image of a card, and writes it to a disk or a file; or upgrades cards that run. */
import { existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { Command, CommanderError } from "commander";
import type { Board } from "../../boards/board.ts";
import { boards } from "../../boards/boards.ts";
import { readConfiguration, UserError } from "../configuration/read-configuration.ts";
import { buildImage, buildRoot } from "./build-image.ts";
import { cardInSlot } from "./card-configuration.ts";
import { imageOctets } from "./card-image.ts";
import { lookAtDisk, refusal } from "./target-disk.ts";
import { UpgradeFailure } from "./upgrade-failure.ts";
import { installedConsole, runUpgrade, type UpgradeOptions } from "./upgrade-program.ts";
import { writeImage } from "./write-image.ts";

interface FlashOptions extends UpgradeOptions {
  readonly upgrade?: boolean;
  readonly board?: string;
  readonly slot?: string;
  readonly rack?: string;
  readonly device?: string;
  readonly force?: boolean;
  readonly address?: string;
  readonly gateway?: string;
  readonly cardOptions: string;
  readonly cache: string;
}

/** Options of the one that the other has no use for. */
const ofImages = ["slot", "rack", "board", "device", "force", "address", "gateway", "cardOptions", "cache"];
const ofUpgrades = [
  "card",
  "over",
  "line",
  "baud",
  "host",
  "sshCommand",
  "ssh",
  "user",
  "firmware",
  "processor",
  "now",
];

const addressForm = /^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/;
/** They stand in quotes in a shell script on the card. */
const cardOptionsForm = /^[\w\s./:=@-]*$/;

const notes = `
The password of the console is taken from the environment (TANDEM_PASSWORD), or asked for.

Examples:
  npm run flash -- --slot 3 --rack rack.yaml --device /dev/sdb
  npm run flash -- --upgrade --card all --over bus --line /dev/ttyUSB0
  npm run flash -- --upgrade --card 3 --over ssh --host pi@192.0.2.13`;

/** @returns the exit code: 0, 1 where the disk, the machine or the upgrade failed, 2 where what was asked is wrong */
export async function runFlash(argv: readonly string[]): Promise<number> {
  try {
    const options = parse(argv);
    if (options.upgrade === true) await runUpgrade(options, teller());
    else await flash(options);
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof UserError || error instanceof UpgradeFailure)) throw error;
    process.stderr.write(`flash: ${error.message}\n`);
    return error instanceof UserError ? 2 : 1;
  }
}

function parse(argv: readonly string[]): FlashOptions {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "tandem");
  const command = new Command("flash")
    .usage("(--slot <number> --rack <file> (--device <disk> | --out <file>) | --upgrade ...) [options]")
    .description(
      "Builds the image of a card: kernel, firmware, and who the card is. Needs no root but to write to a disk. Or upgrades cards that run.",
    )
    .option("--slot <number>", "the slot that the card is for")
    .option("--rack <file>", "rack.yaml, the same for all cards of the rack")
    .option("--board <name>", "what the card is, a folder of boards/; otherwise as rack.yaml says")
    .option("--device <disk>", "write it to this disk, such as /dev/sdb: what is on it is lost")
    .option("--out <file>", "write it into this file")
    .option("--force", "write to a disk that is mounted, or not removable, all the same")
    .option("--address <address/bits>", "of the card's Ethernet, such as 192.0.2.13/24; otherwise asked of the network")
    .option("--gateway <address>", "the way out of that network")
    .option("--card-options <text>", "further options for the card's program, see node tools/card/main.ts --help", "")
    .option("--cache <folder>", "keeps what was fetched", cache)
    .option("--upgrade", "give new firmware to cards of a rack that runs, over the console of one of them")
    .option("--card <slots>", "which cards: 3, or 2,3, or all")
    .option(
      "--over <way>",
      "bus: the card at the console gives it to them; serial, ssh: it is the card that is upgraded",
    )
    .option("--now", "also cards that no other stands in for: their calls are lost while they restart")
    .option("--line <console>", "/dev/ttyUSB0, a pseudo-terminal, a Unix socket, or tcp://host:port")
    .option("--baud <rate>", "of a serial line", "115200")
    .option("--host <user@host>", "the machine that the card is, over ssh, instead of --line")
    .option("--ssh-command <command>", "what puts somebody in front of its console there", installedConsole)
    .option("--ssh <program>", "what takes its place", "ssh")
    .option("--user <name>", "who logs in at the console", "admin")
    .option("--firmware <file>", "what was built before, instead of building it")
    .option("--processor <name>", "with --upgrade --out alone, which keeps the firmware: arm64 or x64", "arm64")
    .addHelpText("after", notes)
    .exitOverride()
    .parse([...argv], { from: "user" });
  const options = command.opts<FlashOptions>();
  for (const { attributeName, long } of command.options.map((each) => ({
    attributeName: each.attributeName(),
    long: each.long,
  }))) {
    if (command.getOptionValueSource(attributeName) !== "cli") continue;
    if (options.upgrade === true && ofImages.includes(attributeName))
      throw new UserError(`${long} is for the image of a card, and not for --upgrade`);
    if (options.upgrade !== true && ofUpgrades.includes(attributeName)) throw new UserError(`${long} is for --upgrade`);
  }
  return options;
}

/** Says what goes on, with the seconds since now. */
function teller(): (what: string) => void {
  const started = performance.now();
  return (what) => {
    const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(6);
    process.stdout.write(`${seconds} s  ${what}\n`);
  };
}

/** Everything that can be wrong is found before anything is fetched. */
async function flash(options: FlashOptions): Promise<void> {
  const { device, out, address, gateway, cardOptions } = options;
  if (options.slot === undefined) throw new UserError("say which slot the card is for: --slot <number>");
  if (options.rack === undefined) throw new UserError("say which rack the card is of: --rack <file>");
  if ((device === undefined) === (out === undefined))
    throw new UserError("say where to: --device <disk> or --out <file>");
  if (address !== undefined && !addressForm.test(address))
    throw new UserError(
      `--address ${address}: allowed is an address with the bits of its network, such as 192.0.2.13/24`,
    );
  if (!cardOptionsForm.test(cardOptions))
    throw new UserError("--card-options: allowed are letters, digits, spaces and ./:=@_-");
  const { configuration: rack, text } = readConfiguration(options.rack);
  const slot = Number(options.slot);
  const board = boardOf(options.board ?? rack.cards.find((card) => card.slot === slot)?.board);
  cardInSlot({ board, slot, rack });
  const force = options.force === true;
  const refused = device && refusal(lookAtDisk(device), imageOctets, force);
  if (refused) throw new UserError(refused);
  if (out !== undefined && !existsSync(dirname(resolve(out)))) throw new UserError(`${out}: there is no such folder`);

  const tell = teller();
  const build = await buildRoot(options.cache, tell);
  tell(`builds the image of slot ${slot} of ${rack.name}, a ${board.name}`);
  const folder = mkdtempSync(join(out === undefined ? tmpdir() : dirname(resolve(out)), ".flash-"));
  try {
    const image = join(folder, "card.img");
    buildImage(image, build, { board, slot, rack, address, gateway, cardOptions }, text);
    if (out !== undefined) renameSync(image, out);
    if (device !== undefined) await write(image, device, force, tell);
    tell(`${out ?? device} is the card for slot ${slot}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function boardOf(name: string | undefined): Board {
  const known = [...boards.keys()].join(", ");
  if (name === undefined) throw new UserError(`say what the card is: --board with one of ${known}`);
  const board = boards.get(name);
  if (board === undefined) throw new UserError(`--board ${name}: allowed are ${known}`);
  if (board.boot === undefined || board.boot.withoutImage !== undefined) {
    throw new UserError(
      board.boot?.withoutImage ?? `a ${name} boots its own system: install.sh puts the firmware onto that`,
    );
  }
  return board;
}

async function write(image: string, device: string, force: boolean, tell: (what: string) => void): Promise<void> {
  // It may have been mounted meanwhile.
  const refused = refusal(lookAtDisk(device), imageOctets, force);
  if (refused !== undefined) throw new UserError(refused);
  const interrupted = () => {
    process.stderr.write(
      `\nflash: interrupted: ${device} holds no partition table now and does not boot: write it again\n`,
    );
    process.exit(1);
  };
  process.once("SIGINT", interrupted);
  process.once("SIGTERM", interrupted);
  let told = "";
  await writeImage(image, device, imageOctets, (done, octets, of) => {
    const text = `${done === "written" ? "writes" : "checks"} ${device}: ${10 * Math.floor((10 * octets) / of)} %`;
    if (text !== told) tell(text);
    told = text;
  });
  process.off("SIGINT", interrupted);
  process.off("SIGTERM", interrupted);
}
