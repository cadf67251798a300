/** The program behind `npm run flash`: builds the image of a card, and writes it to a disk or a file. */
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
import { writeImage } from "./write-image.ts";

interface FlashOptions {
  readonly board?: string;
  readonly slot: string;
  readonly rack: string;
  readonly device?: string;
  readonly out?: string;
  readonly force?: boolean;
  readonly address?: string;
  readonly gateway?: string;
  readonly cardOptions: string;
  readonly cache: string;
}

const addressForm = /^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/;
/** They stand in quotes in a shell script on the card. */
const cardOptionsForm = /^[\w\s./:=@-]*$/;

/** @returns the exit code: 0, 1 where the disk or the machine failed, 2 where what was asked is wrong */
export async function runFlash(argv: readonly string[]): Promise<number> {
  try {
    await flash(parse(argv));
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`flash: ${error.message}\n`);
    return 2;
  }
}

function parse(argv: readonly string[]): FlashOptions {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "tandem");
  return new Command("flash")
    .usage("--slot <number> --rack <file> (--device <disk> | --out <file>) [options]")
    .description(
      "Builds the image of a card: kernel, firmware, and who the card is. Needs no root but to write to a disk.",
    )
    .requiredOption("--slot <number>", "the slot that the card is for")
    .requiredOption("--rack <file>", "rack.yaml, the same for all cards of the rack")
    .option("--board <name>", "what the card is, a folder of boards/; otherwise as rack.yaml says")
    .option("--device <disk>", "write it to this disk, such as /dev/sdb: what is on it is lost")
    .option("--out <file>", "write it into this file")
    .option("--force", "write to a disk that is mounted, or not removable, all the same")
    .option("--address <address/bits>", "of the card's Ethernet, such as 192.0.2.13/24; otherwise asked of the network")
    .option("--gateway <address>", "the way out of that network")
    .option("--card-options <text>", "further options for the card's program, see node tools/card/main.ts --help", "")
    .option("--cache <folder>", "keeps what was fetched", cache)
    .exitOverride()
    .parse([...argv], { from: "user" })
    .opts<FlashOptions>();
}

/** Everything that can be wrong is found before anything is fetched. */
async function flash(options: FlashOptions): Promise<void> {
  const { device, out, address, gateway, cardOptions } = options;
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

  const started = performance.now();
  const tell = (what: string) => {
    const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(6);
    process.stdout.write(`${seconds} s  ${what}\n`);
  };
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
    const text = `${done === "written" ? "writes" : "checks"} ${device}: ${Math.floor((10 * octets) / of)}0 %`;
    if (text !== told) tell(text);
    told = text;
  });
  process.off("SIGINT", interrupted);
  process.off("SIGTERM", interrupted);
}
