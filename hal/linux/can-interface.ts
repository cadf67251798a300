/** A CAN interface of the kernel as a whole: what it is set to, and how it is brought back. Asks `ip` of iproute2, which speaks netlink. */
import { execFile, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { ControllerState } from "../can-error-frame.ts";

const commandMillisMax = 2000;
const interfaceUp = 0x1;

/** As far as the kernel tells; a virtual interface has no bit rates. */
export interface CanInterface {
  readonly isUp: boolean;
  readonly fd: boolean;
  readonly state: ControllerState;
  readonly bitRate: number | undefined;
  readonly dataBitRate: number | undefined;
}

interface LinkInformation {
  readonly flags?: readonly string[];
  readonly mtu?: number;
  readonly linkinfo?: {
    readonly info_data?: {
      readonly state?: string;
      readonly bittiming?: { readonly bitrate?: number };
      readonly data_bittiming?: { readonly bitrate?: number };
    };
  };
}

/** Of linux/can.h: the longest frame that an interface takes, which is FD above that of a classic one. */
const classicMtu = 16;

/** Undefined where there is no such interface, or nobody to ask. Blocks: for a card that starts. */
export function readCanInterface(name: string): CanInterface | undefined {
  const { status, stdout } = spawnSync("ip", showing(name), { encoding: "utf8", timeout: commandMillisMax });
  return status === 0 ? canInterfaceOf(stdout) : undefined;
}

/** The same, for a card that has other things to do meanwhile. */
export function lookAtCanInterface(name: string): Promise<CanInterface | undefined> {
  return new Promise((resolve) => {
    execFile("ip", showing(name), { timeout: commandMillisMax }, (error, stdout) => {
      resolve(error === null ? canInterfaceOf(stdout) : undefined);
    });
  });
}

function showing(name: string): string[] {
  return ["-json", "-details", "link", "show", "dev", name];
}

/** What `ip -json -details link show` says. */
export function canInterfaceOf(json: string): CanInterface | undefined {
  const [link] = JSON.parse(json) as readonly LinkInformation[];
  if (link === undefined) return undefined;
  const data = link.linkinfo?.info_data;
  return {
    isUp: link.flags?.includes("UP") === true,
    fd: (link.mtu ?? classicMtu) > classicMtu,
    state: data?.state === "BUS-OFF" ? "bus-off" : data?.state === "ERROR-PASSIVE" ? "passive" : "active",
    bitRate: data?.bittiming?.bitrate,
    dataBitRate: data?.data_bittiming?.bitrate,
  };
}

/** Whether there is such an interface, and it is up. */
export function isInterfaceUp(name: string): boolean {
  try {
    return (Number(readFileSync(`/sys/class/net/${name}/flags`, "latin1")) & interfaceUp) !== 0;
  } catch {
    return false;
  }
}

/** Brings an interface up that is down. @returns whether that worked */
export function bringUp(name: string): Promise<boolean> {
  return ip("link", "set", "dev", name, "up");
}

/** Gets a controller out of bus-off; one whose driver cannot restart is taken down and up. @returns whether that worked */
export async function restartController(name: string): Promise<boolean> {
  if (await ip("link", "set", "dev", name, "type", "can", "restart")) return true;
  return (await ip("link", "set", "dev", name, "down")) && (await bringUp(name));
}

function ip(...given: string[]): Promise<boolean> {
  return new Promise((resolve) => {
    execFile("ip", given, { timeout: commandMillisMax }, (error) => resolve(error === null));
  });
}
