/** The part of `npm run flash` behind `--upgrade`: builds firmware for cards that run, and brings it to them over a console. */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { UserError } from "../configuration/read-configuration.ts";
import { askPassword } from "../console/ask-password.ts";
import { lineAddress, openLine } from "../console/open-line.ts";
import { type ConsoleUser, type LineOpener, usualTimes } from "./console-conversation.ts";
import type { Firmware } from "./hand-over.ts";
import { type Processor, processors } from "./processor.ts";
import { openSshLine } from "./ssh-line.ts";
import type { UpgradeTimes } from "./standing-conversation.ts";
import { readBundleHeader, upgradeBundle } from "./upgrade-bundle.ts";
import { upgradeRack } from "./upgrade-rack.ts";
import { wantedCards } from "./upgrade-targets.ts";

export interface UpgradeOptions {
  readonly card?: string;
  readonly over?: string;
  readonly line?: string;
  readonly baud: string;
  readonly host?: string;
  readonly sshCommand: string;
  readonly ssh: string;
  readonly user: string;
  readonly firmware?: string;
  readonly processor: string;
  readonly out?: string;
  readonly now?: boolean;
}

/** What puts somebody in front of the console of a card that install.sh has installed. */
export const installedConsole = "/opt/tandem/node /opt/tandem/tools/console/main.ts --socket /run/tandem/console.sock";

const ways = ["bus", "serial", "ssh"] as const;
type Way = (typeof ways)[number];

/** A reader of what follows would take it for an option. */
const hostForm = /^[^\s-]\S*$/;
const upgradeTimes: UpgradeTimes = { ...usualTimes, pollMillis: 1000, reopenMillis: 1000, patienceMillis: 600_000 };

/** @throws UserError; UpgradeFailure */
export async function runUpgrade(options: UpgradeOptions, tell: (what: string) => void): Promise<void> {
  if (options.card === undefined && options.over === undefined) {
    await buildOnly(options, tell);
    return;
  }
  const { card, over } = options;
  if (card === undefined) throw new UserError("say which cards: --card <slots>, such as 3 or 2,3 or all");
  const way = ways.find((each) => each === over);
  if (way === undefined)
    throw new UserError(
      `${over === undefined ? "say which way" : `--over ${over}`}: allowed are ${ways.map((each) => `--over ${each}`).join(", ")}`,
    );
  if (options.out !== undefined) throw new UserError("--out keeps firmware for later: leave out --card and --over");
  const cards = wantedCards(card);
  if (way !== "bus" && (cards === "all" || cards.length > 1))
    throw new UserError(`over ${way} the card at the line is upgraded, and no other: use --over bus`);
  const opener = openerOf(options, way);
  const given = options.firmware === undefined ? undefined : await firmwareIn(options.firmware);
  const firmware = async (processor: Processor): Promise<Firmware> => {
    if (given === undefined) return await upgradeBundle(processor, tell);
    if (given.processor === processor) return given;
    throw new UserError(`${options.firmware} is firmware for ${given.processor}, and card ${card} has ${processor}`);
  };
  const atAllCosts = options.now === true;
  const wish = {
    cards,
    over: way,
    atAllCosts,
    opener,
    user: userOf(options.user),
    times: upgradeTimes,
    firmware,
    tell,
  };
  for (const line of await upgradeRack(wish)) process.stdout.write(`${line}\n`);
}

async function buildOnly(
  { line, host, firmware, out, ...options }: UpgradeOptions,
  tell: (what: string) => void,
): Promise<void> {
  if (line !== undefined || host !== undefined || firmware !== undefined)
    throw new UserError("say which cards, and which way: --card <slots> --over <way>");
  if (out === undefined)
    throw new UserError(
      "say which cards and which way: --card <slots> --over <way>; or --out <file> keeps the firmware for later",
    );
  const processor = processors.find((each) => each === options.processor);
  if (processor === undefined)
    throw new UserError(`--processor ${options.processor}: allowed are ${processors.join(", ")}`);
  if (!existsSync(dirname(resolve(out)))) throw new UserError(`${out}: there is no such folder`);
  const { version, octets } = await upgradeBundle(processor, tell);
  const unfinished = `${out}.new`;
  writeFileSync(unfinished, octets);
  renameSync(unfinished, out);
  tell(`${out} is ${version} for ${processor}, ${Math.ceil(octets.length / 1000)} kB`);
}

function openerOf({ line, host, baud, ssh, sshCommand: command }: UpgradeOptions, way: Way): LineOpener {
  if (line !== undefined && host !== undefined) throw new UserError("a console is at --line or at --host, not at both");
  if (way === "serial" && host !== undefined)
    throw new UserError("--host is for --over ssh and --over bus: say --line <console>");
  if (way === "ssh" && line !== undefined)
    throw new UserError("--line is for --over serial and --over bus: say --host <user@host>");
  if (host !== undefined) {
    if (!hostForm.test(host)) throw new UserError(`--host ${host}: allowed is a host of ssh, such as user@192.0.2.3`);
    return (listener) => openSshLine({ ssh, host, command }, listener);
  }
  if (line === undefined) {
    const wanted = {
      bus: "--line <console> or --host <user@host>",
      serial: "--line <console>, such as /dev/ttyUSB0",
      ssh: "--host <user@host>",
    };
    throw new UserError(`say where the console is: ${wanted[way]}`);
  }
  const rate = Number(baud);
  if (!Number.isInteger(rate) || rate <= 0) throw new UserError(`--baud ${baud}: allowed is a number above 0`);
  const address = lineAddress(line, rate);
  return (listener) => openLine(address, listener);
}

async function firmwareIn(file: string): Promise<Firmware & { readonly processor: string }> {
  let octets: Uint8Array;
  try {
    octets = readFileSync(file);
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
  const header = await readBundleHeader(octets);
  if (header === undefined) throw new UserError(`${file} is no firmware: --upgrade --out makes such a file`);
  return { ...header, octets };
}

/** The password is the environment's (TANDEM_PASSWORD), or is asked for once. */
function userOf(name: string): ConsoleUser {
  let asked: Promise<string> | undefined;
  const password = () => {
    const known = process.env.TANDEM_PASSWORD;
    asked ??= known === undefined ? askPassword() : Promise.resolve(known);
    return asked;
  };
  return { name, password, isKnown: false };
}
