/**
 * A rack as an upgrade sees it: the console of one of its cards, a real session, at a line that may lose and change octets; and cards
 * made up that run what they are given, or come to nothing.
 */
import { createHash } from "node:crypto";
import type { Bundle } from "../../../hal/bundle-store.ts";
import type { ConsoleUser as ConfiguredUser } from "../../../firmware/configuration/rack-schema.ts";
import type { CardView } from "../../../firmware/console/card-view.ts";
import type { CardFirmware, Received, UpgradeActions } from "../../../firmware/upgrade/upgrade-actions.ts";
import { decodeRequest } from "../../../firmware/console/enquiry.ts";
import { LoginGuard } from "../../../firmware/console/login.ts";
import { ConsoleSession, type SessionEvent } from "../../../firmware/console/session.ts";
import { octetsOfText } from "../../../firmware/console/utf8.ts";
import type { UpgradeFailure } from "../../../firmware/upgrade/upgrade-records.ts";
import type { OpenLine, OpenLineListener } from "../../../tools/console/open-line.ts";
import { ExampleCard } from "../../firmware/console/example-card.ts";

/** What becomes of a card that is given firmware. */
export type Outcome = "runs" | "trial" | "silent" | "comes back" | "never" | "forgotten";

export interface RackOptions {
  /** The card at the line. */
  readonly own?: number;
  readonly users?: readonly ConfiguredUser[];
  /** Of slots that are not as the others: `linux arm64`. */
  readonly hosts?: Readonly<Record<number, string>>;
  readonly outcomes?: Readonly<Record<number, Outcome>>;
  /** Nobody hears of it that a card begins anew, as on a serial line. */
  readonly isSerial?: boolean;
  /** What becomes of octets on their way; both ways. */
  readonly noise?: (octets: Uint8Array) => Uint8Array;
}

const stepMillis = 3;
const firstVersion = "1.0";

export class ConsoleRack {
  readonly card = new ExampleCard();
  readonly own: number;
  readonly #options: RackOptions;
  readonly #guard = new LoginGuard();
  #firmware: CardFirmware[];
  #session: ConsoleSession;
  #listener: OpenLineListener | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isDown = false;
  /** Firmware that has come over the line. */
  received: { readonly bundle: Bundle; octets: number[] } | undefined;
  readonly kept = new Map<string, number[]>();
  /** What was ordered. */
  readonly orders: string[] = [];
  /** Octets of each line that was taken. */
  readonly appended: number[] = [];
  /** What the next answers to `receive` and `append` are instead of a number. */
  refusal: string | undefined;
  /** What is said to an order, which is not taken then. */
  givesNothing: string | undefined;
  #hasForgotten = false;
  /** Called with the octets that are there, before they are answered. */
  appending: (octets: number) => void = () => undefined;
  opened = 0;

  constructor(options: RackOptions = {}) {
    this.own = options.own ?? 3;
    this.#options = options;
    this.#firmware = this.card.configuration.cards.map(({ slot }) => settled(slot, firstVersion));
    for (const card of this.card.communication.cards ?? []) Object.assign(card, { alive: true });
    this.#session = this.#newSession();
    if (options.isSerial === true) this.#step({ kind: "opened" });
  }

  readonly opener = async (listener: OpenLineListener): Promise<OpenLine> => {
    if (this.#isDown) throw new Error("the line is down");
    this.opened++;
    this.#listener = listener;
    if (this.#options.isSerial !== true) {
      this.#session = this.#newSession();
      setImmediate(() => this.#step({ kind: "opened" }));
    }
    return {
      write: (text) => {
        const octets = this.#noisy(octetsOfText(text));
        setImmediate(() => {
          if (this.#listener === listener) this.#step({ kind: "octets", octets });
        });
      },
      close: () => {
        if (this.#listener === listener) this.#listener = undefined;
      },
    };
  };

  /** The line is gone, and comes back. */
  drop(): void {
    const listener = this.#listener;
    this.#listener = undefined;
    this.#isDown = true;
    setTimeout(() => {
      this.#isDown = false;
    }, 2 * stepMillis);
    listener?.dropped("the line has dropped");
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#listener = undefined;
  }

  // --- the console

  #newSession(): ConsoleSession {
    const { hosts = {}, users = [] } = this.#options;
    const hostOf = (slot: number) => hosts[slot] ?? "linux arm64";
    const view: CardView = {
      ...this.card.view(this.own),
      versions: { firmware: firstVersion, host: hostOf(this.own) },
      firmware: () => this.#firmware,
    };
    const session = new ConsoleSession({
      ...{ line: "console", isLocal: true, users, idleMicros: 60_000_000, guard: this.#guard, view },
      actions: { ...this.card.actions, upgrade: this.#upgrade },
      enquirer: {
        abandon: () => undefined,
        enquire: (enquiry, slot, request) => {
          const rows = [{ what: "host", value: hostOf(slot) }];
          const isVersion = decodeRequest(request)?.command === "show version json";
          const text = isVersion ? `${JSON.stringify({ show: "version", slot, rows })}\n` : "what?\n";
          setImmediate(() => {
            this.#step({ kind: "answer", enquiry, answer: { kind: "piece", octets: octetsOfText(text) } });
            this.#step({ kind: "answer", enquiry, answer: { kind: "end" } });
          });
        },
      },
    });
    return session;
  }

  #step(event: SessionEvent): void {
    const session = this.#session;
    const now = performance.now() * 1000;
    for (const action of session.step(event, now, 1_000_000_200_000)) {
      if (action.kind === "write") this.#listener?.octets(this.#noisy(action.octets));
      else if (action.kind === "check") {
        const right = action.stored === action.password;
        setImmediate(() => this.#step({ kind: "checked", right }));
      } else if (action.kind === "receive") this.#upgrade.receive(action.bundle, this.#answers(session));
      else if (action.kind === "append") this.#upgrade.append(action.octets, this.#answers(session));
      else if (action.kind === "hang-up" && this.#options.isSerial !== true) this.#hangUp();
    }
    this.#arm();
  }

  #answers(session: ConsoleSession): (received: Received) => void {
    return (received) => {
      if (session === this.#session) this.#step({ kind: "received", received });
    };
  }

  #hangUp(): void {
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.dropped("the other end has hung up");
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const deadline = this.#session.nextDeadline();
    if (deadline === undefined) return;
    const millis = Math.max(0, deadline / 1000 - performance.now());
    this.#timer = setTimeout(() => this.#step({ kind: "deadline" }), millis);
    this.#timer.unref();
  }

  #noisy(octets: Uint8Array): Uint8Array {
    return this.#options.noise?.(octets) ?? octets;
  }

  // --- firmware

  readonly #upgrade: UpgradeActions = {
    receive: (bundle, done) => {
      const digest = Buffer.from(bundle.digest).toString("hex");
      const octets = this.kept.get(digest) ?? [];
      this.kept.set(digest, octets);
      this.received = { bundle, octets };
      const answer = this.refusal ?? octets.length;
      setImmediate(() => done(answer));
    },
    append: (octets, done) => {
      this.appended.push(octets.length);
      this.received?.octets.push(...octets);
      const here = this.received?.octets.length ?? 0;
      this.appending(here);
      const answer = this.refusal ?? here;
      setImmediate(() => done(answer));
    },
    give: (slots, atAllCosts) => {
      this.orders.push(`${slots.join(",")}${atAllCosts ? " now" : ""}`);
      if (this.givesNothing !== undefined) return this.givesNothing;
      for (const slot of slots) this.#set(slot, {}, "waits");
      void this.#run(slots, this.received?.bundle.version ?? "");
      return "upgraded one after the other";
    },
    stop: () => {
      this.orders.push("stop");
      return "no further card is upgraded";
    },
  };

  /** What was received is what was announced. */
  get isWhole(): boolean {
    const { bundle, octets = [] } = this.received ?? {};
    if (bundle === undefined) return false;
    return createHash("sha256").update(Uint8Array.from(octets)).digest().equals(bundle.digest);
  }

  #set(slot: number, status: Partial<NonNullable<CardFirmware["status"]>>, order: string | undefined): void {
    this.#firmware = this.#firmware.map((card) =>
      card.slot === slot && card.status !== undefined ? { slot, status: { ...card.status, ...status }, order } : card,
    );
  }

  async #run(slots: readonly number[], version: string): Promise<void> {
    const step = () => new Promise((resolve) => setTimeout(resolve, stepMillis));
    for (const slot of slots) {
      const outcome = this.#options.outcomes?.[slot] ?? "runs";
      this.#set(
        slot,
        { state: "fetching", held: 50, bundle: this.received && { ...this.received.bundle, octets: 100 } },
        "under way",
      );
      await step();
      const failed = (reason: string, failure: UpgradeFailure = "none") =>
        this.#set(slot, { state: "settled", isTrial: false, running: firstVersion, failure }, `failed: ${reason}`);
      if (outcome === "never") return;
      if (outcome === "forgotten" && !this.#hasForgotten) {
        this.#hasForgotten = true;
        this.#set(slot, { state: "settled" }, undefined);
        this.#restart(this.own, {});
        return;
      }
      if (outcome === "silent") failed("silent");
      else if (slot === this.own) {
        this.#restart(slot, { running: version, isTrial: true, state: "trial" });
        await step();
        await step();
        if (outcome === "comes back") this.#restart(slot, { running: firstVersion, isTrial: false, state: "settled" });
        else this.#set(slot, { isTrial: false, state: "settled" }, undefined);
      } else {
        this.#set(slot, { running: version, isTrial: true, state: "trial" }, "under way");
        await step();
        if (outcome === "trial") failed("trial", "trial");
        else this.#set(slot, { isTrial: false, state: "settled" }, "done");
      }
      if (outcome === "silent" || outcome === "trial") return;
    }
  }

  /** The card at the line begins anew, and knows of no orders. */
  #restart(slot: number, status: Partial<NonNullable<CardFirmware["status"]>>): void {
    for (const card of this.#firmware) this.#set(card.slot, {}, undefined);
    this.#set(slot, status, undefined);
    if (this.#options.isSerial !== true) {
      this.drop();
      return;
    }
    this.#session = this.#newSession();
    this.#step({ kind: "opened" });
  }
}

function settled(slot: number, running: string): CardFirmware {
  const status = { state: "settled", failure: "none", running, isTrial: false, bundle: undefined, held: 0 } as const;
  return { slot, status, order: undefined };
}
