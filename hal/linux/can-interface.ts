/** A CAN interface of the kernel as a whole: what it is set to, and how it is brought back. Asks `ip` of iproute2, which speaks netlink. */
import { execFile, spawnSync } from "node:child_process";
import type { CanBitRates } from "../can-bits.ts";
import type { ControllerState } from "../can-error-frame.ts";

const commandMillisMax = 2000;

export interface CanInterfaceName {
  /** Of the kernel, such as can0. */
  readonly interface: string;
  /** The network namespace that it is in, as `ip netns` names it; that of the process where none is given. */
  readonly namespace?: string | undefined;
}

/** As in `can0` or `can0@slot-3`. */
export function canInterfaceText({ interface: name, namespace }: CanInterfaceName): string {
  return namespace === undefined ? name : `${name}@${namespace}`;
}

export function canInterfaceNamed(text: string): CanInterfaceName {
  const [name, namespace] = text.split("@", 2);
  return { interface: name, namespace };
}

/** As far as the kernel tells; a virtual interface has no bit rates. */
export interface CanInterface {
  readonly isUp: boolean;
  /** Whether there is a controller behind it, which has bit rates to be set. */
  readonly hasController: boolean;
  readonly fd: boolean;
  readonly state: ControllerState;
  readonly bitRate: number | undefined;
  readonly dataBitRate: number | undefined;
}

interface LinkInformation {
  readonly flags?: readonly string[];
  readonly mtu?: number;
  readonly linkinfo?: {
    readonly info_kind?: string;
    readonly info_data?: {
      readonly state?: string;
      readonly bittiming?: { readonly bitrate?: number };
      readonly data_bittiming?: { readonly bitrate?: number };
    };
  };
}

/** Of a rack: `dataBitRate` where it has FD frames. */
export type InterfaceRates = Pick<CanBitRates, "bitRate"> & Partial<CanBitRates>;

/** Of linux/can.h: the longest frame that an interface takes, which is FD above that of a classic one. */
const classicMtu = 16;

/** Undefined where there is no such interface, or nobody to ask. Blocks: for a card that starts. */
export function readCanInterface(name: CanInterfaceName): CanInterface | undefined {
  const { status, stdout } = spawnSync("ip", showing(name), { encoding: "utf8", timeout: commandMillisMax });
  return status === 0 ? canInterfaceOf(stdout) : undefined;
}

/** The same, for a card that has other things to do meanwhile. */
export function lookAtCanInterface(name: CanInterfaceName): Promise<CanInterface | undefined> {
  return new Promise((resolve) => {
    execFile("ip", showing(name), { timeout: commandMillisMax }, (error, stdout) => {
      resolve(error === null ? canInterfaceOf(stdout) : undefined);
    });
  });
}

function showing(name: CanInterfaceName): string[] {
  return ["-json", "-details", ...within(name), "link", "show", "dev", name.interface];
}

function within({ namespace }: CanInterfaceName): string[] {
  return namespace === undefined ? [] : ["-netns", namespace];
}

/** What `ip -json -details link show` says. */
export function canInterfaceOf(json: string): CanInterface | undefined {
  const [link] = JSON.parse(json) as readonly LinkInformation[];
  if (link === undefined) return undefined;
  const data = link.linkinfo?.info_data;
  return {
    isUp: link.flags?.includes("UP") === true,
    hasController: link.linkinfo?.info_kind === "can",
    fd: (link.mtu ?? classicMtu) > classicMtu,
    state: data?.state === "BUS-OFF" ? "bus-off" : data?.state === "ERROR-PASSIVE" ? "passive" : "active",
    bitRate: data?.bittiming?.bitrate,
    dataBitRate: data?.data_bittiming?.bitrate,
  };
}

/**
 * Brings an interface up that is down.
 * @param rates of its controller; without the rate of data where the bus has classic frames only
 * @returns whether that worked
 */
export async function bringUp(name: CanInterfaceName, rates?: InterfaceRates): Promise<boolean> {
  if (rates === undefined) return set(name, "up");
  const { bitRate, dataBitRate } = rates;
  const data = dataBitRate === undefined ? [] : ["dbitrate", String(dataBitRate), "fd", "on"];
  if (await set(name, "up", "type", "can", "bitrate", String(bitRate), ...data)) return true;
  // One whose rate is not the kernel's to set.
  return set(name, "up");
}

/** Gets a controller out of bus-off; one whose driver cannot restart is taken down and up. @returns whether that worked */
export async function restartController(name: CanInterfaceName): Promise<boolean> {
  if (await set(name, "type", "can", "restart")) return true;
  return (await set(name, "down")) && (await bringUp(name));
}

/** What keeps a card from using an interface, as a sentence without its end; undefined where nothing does. */
export function faultOfInterface(
  name: CanInterfaceName,
  link: CanInterface | undefined,
  rates: InterfaceRates | undefined,
): string | undefined {
  const text = canInterfaceText(name);
  if (link === undefined) return `there is no CAN interface ${text}`;
  if (!link.isUp) return `the CAN interface ${text} is down`;
  if (rates?.dataBitRate !== undefined && !link.fd)
    return `${text} carries classic frames only, and the rack has FD frames`;
  const isWrong = (own: number | undefined, rack: number | undefined) =>
    own !== undefined && rack !== undefined && own !== rack;
  const { bitRate, dataBitRate } = link;
  if (isWrong(bitRate, rates?.bitRate)) return `${text} runs at ${bitRate} bit/s, and the rack at ${rates?.bitRate}`;
  if (isWrong(dataBitRate, rates?.dataBitRate))
    return `${text} runs at ${dataBitRate} bit/s in the data phase, and the rack at ${rates?.dataBitRate}`;
  return undefined;
}

function set(name: CanInterfaceName, ...to: string[]): Promise<boolean> {
  const given = [...within(name), "link", "set", "dev", name.interface, ...to];
  return new Promise((resolve) => {
    execFile("ip", given, { timeout: commandMillisMax }, (error) => resolve(error === null));
  });
}
