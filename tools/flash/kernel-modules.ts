/** Drivers that Debian's kernel has as modules: those that a card needs, and what they depend on. */
import { UserError } from "../configuration/read-configuration.ts";

/** In the order in which they are wanted. Those for emulated machines are few, and let the very image be tested. */
export const wantedModules: readonly string[] = [
  // Planes.
  ...["can", "can-raw", "can-dev", "spi-bcm2835", "spi-bcm2835aux", "mcp251xfd", "vcan"],
  // The disk and its file systems.
  ...["sdhci-iproc", "bcm2835", "nls_ascii", "nls_cp437", "vfat", "crc32c_generic", "ext4"],
  // Network, and USB for the E1 interface.
  ...["mdio-bcm-unimac", "broadcom", "genet", "reset-raspberrypi", "xhci-pci", "dwc2", "sctp"],
  ...["bcm2835_wdt", "bcm2711_thermal"],
  // Emulated machines.
  ...["virtio_pci", "virtio_blk", "virtio_net", "kvaser_pci", "can-gw", "vxcan"],
];

export interface KernelModule {
  /** In the kernel's folder of modules. */
  readonly path: string;
  readonly octets: Uint8Array;
}

/**
 * Modules in an order in which each finds what it depends on.
 * @param modules all modules of the kernel, by name; in names `-` and `_` are the same
 * @throws UserError when one is missing
 */
export function inLoadingOrder(wanted: readonly string[], modules: ReadonlyMap<string, KernelModule>): KernelModule[] {
  const order: KernelModule[] = [];
  const visit = (name: string): void => {
    const module = modules.get(moduleName(name));
    if (module === undefined) throw new UserError(`Debian's kernel has no module ${name}`);
    if (order.includes(module)) return;
    for (const needed of dependenciesOf(module.octets)) visit(needed);
    order.push(module);
  };
  for (const name of wanted) visit(name);
  return order;
}

export function moduleName(text: string): string {
  return text.replaceAll("-", "_");
}

/** What stands in a module's own description: `depends=`, and a list with commas. */
export function dependenciesOf(module: Uint8Array): readonly string[] {
  const octets = Buffer.from(module.buffer, module.byteOffset, module.length);
  const at = octets.indexOf("\0depends=");
  if (at < 0) return [];
  const from = at + "\0depends=".length;
  const list = octets.subarray(from, octets.indexOf(0, from)).toString("latin1");
  return list === "" ? [] : list.split(",");
}
