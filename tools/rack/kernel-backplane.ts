/**
 * Both planes out of what the kernel has: every card has a network namespace of its own with `can0` and `can1` in it, virtual cables
 * lead from there into one namespace a plane, and the kernel's CAN gateway joins their ends to a bus.
 */
import { execFile, spawnSync } from "node:child_process";
import { readdirSync, existsSync } from "node:fs";
import { promisify } from "node:util";
import type { RackConfiguration } from "../../firmware/configuration/rack-schema.ts";
import { nativePart } from "../../hal/linux/native-part.ts";
import { namespacesFolder } from "../../hal/linux/network-namespace.ts";
import { UserError } from "../configuration/read-configuration.ts";
import { KernelPlane } from "./kernel-plane.ts";

const shell = promisify(execFile);
const classicMtu = 16;
const fdMtu = 72;
const mark = "tandem";

export interface KernelBackplane {
  readonly planes: readonly [KernelPlane, KernelPlane];
  close(): void;
}

/**
 * Lays the cables.
 * @throws UserError with what this machine lacks
 */
export async function layKernelBackplane(configuration: RackConfiguration): Promise<KernelBackplane> {
  const { cards, bus } = configuration;
  if (nativePart("can-socket") === undefined) {
    throw new UserError('--bus socketcan needs a part written in C: build it with "npm run native"');
  }
  if (process.getuid?.() !== 0) throw new UserError("--bus socketcan makes network interfaces: only root may do that");
  clearAway(left());
  const rack = `${mark}-${process.pid}`;
  const namespaces = ["a", "b", ...cards.map(({ slot }) => `slot-${slot}`)].map((name) => `${rack}-${name}`);
  const close = () => clearAway(namespaces);
  try {
    await run(
      "ip -V && command -v cangw",
      "--bus socketcan needs the programs ip and cangw (Debian: iproute2, can-utils)",
    );
    await run(namespaces.map((name) => `ip netns add ${name}`).join("\n"), "this machine makes no network namespaces");
    const slots = cards.map(({ slot }) => slot);
    const mtu = bus.frames === "fd" ? fdMtu : classicMtu;
    const cables = (["a", "b"] as const).flatMap((plane, index) => {
      const backplane = `${rack}-${plane}`;
      const toCards = slots.map((slot) => ({
        near: `slot${slot}`,
        far: `can${index}`,
        namespace: `${rack}-slot-${slot}`,
      }));
      const all = [...toCards, { near: "tap", far: "listen", namespace: backplane }];
      return all.flatMap(({ near, far, namespace }) => [
        `ip -n ${backplane} link add dev ${near} type vxcan peer name ${far} netns ${namespace}`,
        `ip -n ${backplane} link set dev ${near} mtu ${mtu} up`,
        `ip -n ${namespace} link set dev ${far} mtu ${mtu} up`,
      ]);
    });
    await run(cables.join("\n"), "this kernel has no virtual CAN cables (modules vxcan and can-gw)");
    const planes = (["A", "B"] as const).map((name) => new KernelPlane({ name, rack, slots, bus }));
    for (const plane of planes) await plane.mend();
    return { planes: [planes[0], planes[1]], close };
  } catch (error) {
    close();
    throw error;
  }
}

async function run(script: string, whatIfNot: string): Promise<void> {
  try {
    await shell("sh", ["-ec", script]);
  } catch (error) {
    const [reason] = String((error as { stderr?: string }).stderr ?? "").split("\n");
    throw new UserError(reason === "" ? whatIfNot : `${whatIfNot}: ${reason}`);
  }
}

/** Namespaces of racks that were killed. */
function left(): readonly string[] {
  if (!existsSync(namespacesFolder)) return [];
  return readdirSync(namespacesFolder).filter((name) => {
    const [, pid] = /^tandem-(\d+)-/.exec(name) ?? [];
    return pid !== undefined && !existsSync(`/proc/${pid}`);
  });
}

/** What is in a namespace goes with it. */
function clearAway(namespaces: readonly string[]): void {
  for (const name of namespaces) spawnSync("ip", ["netns", "del", name], { stdio: "ignore" });
}
