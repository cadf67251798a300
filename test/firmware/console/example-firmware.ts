/** The firmware of a card as its console sees it, made up for tests: what comes is kept by its digest, and answered when it is told to. */
import type { Bundle } from "../../../hal/bundle-store.ts";
import type { CardFirmware, Received, UpgradeActions } from "../../../firmware/upgrade/upgrade-actions.ts";

export class ExampleFirmware {
  /** Of the rack, as it is to be seen. */
  cards: readonly CardFirmware[] = [];
  /** Nothing is answered before `settle`. */
  isSlow = false;
  /** What the next answers are instead of a number. */
  refusal: string | undefined;
  readonly bundles: Bundle[] = [];
  /** How many octets each `append` brought. */
  readonly appended: number[] = [];
  readonly done: string[] = [];
  readonly #kept = new Map<string, number[]>();
  #here: number[] = [];
  #underWay: (() => void)[] = [];

  readonly actions: UpgradeActions = {
    receive: (bundle, done) => {
      this.bundles.push(bundle);
      const digest = bundle.digest.join();
      if (!this.#kept.has(digest)) this.#kept.set(digest, []);
      this.#here = this.#kept.get(digest) ?? [];
      this.#answer(done);
    },
    append: (octets, done) => {
      this.appended.push(octets.length);
      if (this.refusal === undefined) this.#here.push(...octets);
      this.#answer(done);
    },
    give: (slots, atAllCosts) => {
      this.done.push(`give ${slots.join(", ")}${atAllCosts ? " at all costs" : ""}`);
      return `slot ${slots.join(", ")}: upgraded one after the other`;
    },
    stop: () => {
      this.done.push("stop");
      return "no further card is upgraded";
    },
  };

  /** What has come of the bundle at hand. */
  get here(): readonly number[] {
    return this.#here;
  }

  settle(): void {
    for (const answer of this.#underWay.splice(0)) answer();
  }

  #answer(done: (received: Received) => void): void {
    const received = this.refusal ?? this.#here.length;
    this.#underWay.push(() => done(received));
  }
}
