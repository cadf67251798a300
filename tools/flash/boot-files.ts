/** What a boot partition holds: the kernel, the card's root, the board's device tree, and what the Raspberry Pi boots them with. */
import type { Board } from "../../boards/board.ts";
import { UserError } from "../configuration/read-configuration.ts";
import { boardTree } from "./device-tree.ts";
import type { Ingredients } from "./ingredients.ts";

export interface DiskFile {
  readonly name: string;
  readonly octets: Uint8Array;
}

/** @param root the card's root, as the kernel unpacks it. @throws UserError */
export function bootFiles(
  board: Board,
  ingredients: Ingredients,
  root: Uint8Array,
  partition: number,
): readonly DiskFile[] {
  const { boot } = board;
  if (boot === undefined)
    throw new UserError(`nothing is known of how a ${board.name} boots: install the firmware on its own system`);
  const tree = ingredients.kernel.deviceTrees.get(boot.deviceTree);
  if (tree === undefined) throw new UserError(`Debian's kernel has no device tree ${boot.deviceTree}`);
  return [
    { name: "vmlinuz", octets: ingredients.kernel.image },
    { name: "root.cpio", octets: root },
    { name: "card.dtb", octets: boardTree(board, tree) },
    { name: "config.txt", octets: Buffer.from(configurationText(board)) },
    { name: "cmdline.txt", octets: Buffer.from(`${commandLine(board, partition)}\n`) },
    ...boot.firmware.map((name) => {
      const octets = ingredients.bootFirmware.get(name);
      if (octets === undefined) throw new UserError(`Debian's package of boot firmware holds no ${name}`);
      return { name, octets };
    }),
  ];
}

/** The tree has everything that overlays would add. */
function configurationText({ boot }: Board): string {
  const lines = ["kernel=vmlinuz", "initramfs root.cpio followkernel", "device_tree=card.dtb"];
  return [...lines, ...(boot?.configurationLines ?? []), ""].join("\n");
}

export function commandLine({ console: serial }: Board, partition: number): string {
  const port = serial === undefined ? "" : `console=${serial.device.replace("/dev/", "")},${serial.baudRate} `;
  return `${port}quiet panic=10 card.boot=${partition}`;
}
