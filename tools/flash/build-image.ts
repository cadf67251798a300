/** From ingredients to an image. */
import { join } from "node:path";
import { cardConfiguration, type CardIdentity } from "./card-configuration.ts";
import { bootFiles, type DiskFile } from "./boot-files.ts";
import { partitions, imageTimeSeconds, writeCardImage } from "./card-image.ts";
import { cardRoot } from "./card-root.ts";
import { gatherIngredients, type Ingredients, nativeParts } from "./ingredients.ts";
import { initramfs } from "./initramfs.ts";

const repository = join(import.meta.dirname, "../..");

/** The parts of an image that no card has for itself. */
export interface Build {
  readonly ingredients: Ingredients;
  /** As the kernel unpacks it. */
  readonly root: Uint8Array;
}

/** @param cache a folder that keeps what was fetched. @throws UserError */
export async function buildRoot(cache: string, progress: (text: string) => void): Promise<Build> {
  const ingredients = await gatherIngredients(cache, progress);
  progress("compiles the parts written in C");
  const native = nativeParts(repository);
  progress("puts the card's root together");
  return { ingredients, root: initramfs(cardRoot(ingredients, native), imageTimeSeconds) };
}

/** @param rackText rack.yaml as it stands in its file. @throws UserError */
export function buildImage(file: string, build: Build, identity: CardIdentity, rackText: string): void {
  const [, bootA, bootB] = partitions;
  const boot = (partition: number): readonly DiskFile[] =>
    bootFiles(identity.board, build.ingredients, build.root, partition);
  writeCardImage(file, {
    configuration: [
      { name: "autoboot.txt", octets: Buffer.from(`[all]\nboot_partition=${bootA.number}\n`) },
      { name: "card.conf", octets: Buffer.from(cardConfiguration(identity)) },
      { name: "rack.yaml", octets: Buffer.from(rackText) },
    ],
    bootA: boot(bootA.number),
    bootB: boot(bootB.number),
  });
}
