/** A rack of few circuits on ports of this test's own, and its program as a child process. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { ownAddress } from "../../own-address.ts";

const program = fileURLToPath(new URL("../../../tools/rack/main.ts", import.meta.url));
const circuits = 92;
const basePort = 20_000;

export interface SmallRack {
  /** Where the program runs: its `.run` and its configuration are here. */
  readonly folder: string;
  /** The port where the LIM waits for the first exchange, and the gateway's. */
  readonly limPort: number;
  readonly gatewayPort: number;
  remove(): void;
}

/**
 * `place` tells racks of one test file apart. With two groups of call servers each has half of the circuits to an exchange, slots 5
 * and 6 are the second group's.
 */
export function makeSmallRack(place: number, groups: 1 | 2 = 1): SmallRack {
  const folder = mkdtempSync(join(tmpdir(), "rack-"));
  const port = basePort + place * 12_000;
  const [west, east, gateway, callAgent] = [port, port + 1, port + 2, port + 3];
  const each = circuits / groups;
  const trunkGroup = (exchange: string, place: number, group: number) => {
    const first = (group - 1) * each;
    const media = {
      gatewayPort: port + 10 + place * circuits + first,
      exchangePort: port + 10 + (2 + place) * circuits + first,
    };
    return {
      ...{ name: `${exchange}-${group}`, exchange, group, gateway: "gw1" },
      ...{ firstCic: first + 1, lastCic: first + each, media: { address: ownAddress, ...media } },
    };
  };
  const groupNumbers = groups === 1 ? [1] : [1, 2];
  const exchange = (name: string, pointCode: string, at: number) => ({
    name,
    pointCode,
    associations: [{ lim: 1, address: ownAddress, port: at }],
  });
  const configuration = {
    name: "small",
    pointCode: "1-1-1",
    cards: [
      { slot: 1, kind: "lim" },
      { slot: 2, kind: "call-server" },
      { slot: 3, kind: "call-server" },
      { slot: 4, kind: "transporter" },
      ...(groups === 1 ? [] : [5, 6].map((slot) => ({ slot, kind: "call-server", group: 2 }))),
    ],
    exchanges: [exchange("west", "1-1-2", west), exchange("east", "1-1-3", east)],
    gateways: [
      {
        name: "gw1",

        address: ownAddress,
        port: gateway,
        callAgents: [{ transporter: 4, address: ownAddress, port: callAgent }],
      },
    ],
    trunkGroups: groupNumbers.flatMap((group) => [trunkGroup("west", 0, group), trunkGroup("east", 1, group)]),
    routes: groupNumbers.flatMap((group) => [
      { prefix: "1", trunkGroups: [`west-${group}`] },
      { prefix: "2", trunkGroups: [`east-${group}`] },
    ]),
  };
  // JSON is YAML.
  writeFileSync(join(folder, "rack.yaml"), JSON.stringify(configuration));
  return {
    folder,
    limPort: west,
    gatewayPort: gateway,
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}

export interface RackRun {
  readonly child: ChildProcess;
  /** Everything it has printed. */
  readonly said: () => string;
  readonly complained: () => string;
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  /** Resolves when it has printed this; fails when it ends before. */
  until(text: string): Promise<void>;
}

export function runRack({ folder }: SmallRack, args: readonly string[]): RackRun {
  return watched(process.execPath, [program, "--config", "rack.yaml", ...args], folder);
}

/** As `npm start` does it: npm, a shell perhaps, and the program. */
export function runByNpm({ folder }: SmallRack, args: readonly string[]): RackRun {
  const start = `"${process.execPath}" "${program}" --config rack.yaml ${args.join(" ")}`;
  writeFileSync(join(folder, "package.json"), JSON.stringify({ scripts: { start } }));
  return watched("npm", ["start"], folder);
}

function watched(command: string, args: readonly string[], folder: string): RackRun {
  const child = spawn(command, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let error = "";
  child.stdout.on("data", (octets) => {
    out += octets;
  });
  child.stderr.on("data", (octets) => {
    error += octets;
  });
  const ended = once(child, "exit").then(([code, signal]) => code ?? signal);
  return {
    child,
    said: () => out,
    complained: () => error,
    ended,
    until: async (text) => {
      let isOver = false;
      void ended.then(() => {
        isOver = true;
      });
      while (!out.includes(text)) {
        if (isOver) throw new Error(`it ended without saying "${text}":\n${out}${error}`);
        await pause(20);
      }
    },
  };
}

/** Numbers of the processes that were started, directly or not, in the rack's folder: cards, planes, gateway, exchanges. */
export function processesOf({ folder }: SmallRack): readonly number[] {
  return readdirSync("/proc").flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, "latin1");
      const isGone = /^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
      const environment = readFileSync(`/proc/${entry}/environ`, "latin1");
      return !isGone && environment.includes(`NODE_COMPILE_CACHE=${folder}`) ? [Number(entry)] : [];
    } catch {
      return [];
    }
  });
}

/** Resolves with what is left of a rack's processes, after they have had a second to go. */
export async function processesLeft(rack: SmallRack): Promise<readonly number[]> {
  for (let look = 0; look < 20 && processesOf(rack).length > 0; look++) await pause(50);
  return processesOf(rack);
}
