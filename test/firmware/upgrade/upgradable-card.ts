/** A card that can be upgraded: its flash memory outlives it, and the version that it boots may come into service or not. */
import { createHash } from "node:crypto";
import type { ManagementDesk } from "../../../firmware/card/management-desk.ts";
import type { BundleSource } from "../../../firmware/upgrade/upgrade-giver.ts";
import { UpgradeGiver } from "../../../firmware/upgrade/upgrade-giver.ts";
import { UpgradeTaker, type UpgradedCard } from "../../../firmware/upgrade/upgrade-taker.ts";
import type { Bundle } from "../../../hal/bundle-store.ts";
import type { VirtualClock } from "../../../hal/simulated/clock.ts";
import { SimulatedFlash } from "../../../hal/simulated/bundle-store.ts";

export const digestOf = (octets: Uint8Array): Uint8Array =>
  Uint8Array.from(createHash("sha256").update(octets).digest());

export const oldVersion = "1.0.0";

/** A bundle of so many octets. `spoiled`: another one than its digest says. */
export function bundleSource(version: string, octets: number, spoiled = false): BundleSource {
  const content = Uint8Array.from({ length: octets }, (_, place) => (place * 31 + (place >> 9) + version.length) & 255);
  const bundle: Bundle = { version, octets, digest: digestOf(content) };
  if (spoiled) content[octets >> 1] ^= 4;
  return { bundle, read: (offset, max, done) => done(content.slice(offset, offset + max)) };
}

export interface BootedCard {
  readonly taker: UpgradeTaker;
  readonly giver: UpgradeGiver;
}

/** The card starts: what it runs is what its memory says. */
export function boot(flash: SimulatedFlash, clock: VirtualClock, desk: ManagementDesk, card: UpgradedCard): BootedCard {
  const taker = new UpgradeTaker({ clock, desk, store: flash.boot(), card });
  return { taker, giver: new UpgradeGiver(desk, taker) };
}

export function flashOf(clock: VirtualClock): SimulatedFlash {
  return new SimulatedFlash(oldVersion, clock, digestOf);
}
