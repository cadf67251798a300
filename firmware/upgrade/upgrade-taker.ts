/**
 * The end of an upgrade that is given another firmware: fetches what was offered by enquiries, piece by piece, goes on where it was
 * after whatever break, and boots it on trial when it is told to. What a card runs is never touched before.
 */
import type { Bundle, BundleStore, TryOutcome } from "../../hal/bundle-store.ts";
import type { Clock } from "../../hal/clock.ts";
import { enquirySubject } from "../card/enquiry-subjects.ts";
import type { ManagementDesk } from "../card/management-desk.ts";
import { type UpgradeAction, type UpgradeEvent, upgradeMachine } from "./upgrade-machine.ts";
import {
  bundleOf,
  encodeRequest,
  fetchOctetsMax,
  isSameDigest,
  type UpgradeFailure,
  type UpgradeRequest,
  type UpgradeStatus,
} from "./upgrade-records.ts";
import { retriesMax, type UpgradeState, upgradeTimers } from "./upgrade-states.ts";

const noRoom = "there is no room for it";

const eventOf: Readonly<Record<TryOutcome, UpgradeEvent>> = { done: "written", unfit: "unfit", "no-room": "refused" };

/** The card that is upgraded. */
export interface UpgradedCard {
  /** Leaves its group; `left` is called when nothing is lost with it any more. */
  leave(left: () => void): void;
  /** Ends, and boots what is to be booted. */
  restart(): void;
  log(severity: "info" | "warning" | "alarm", text: string): void;
}

export interface UpgradeTakerParts {
  readonly clock: Clock;
  readonly desk: ManagementDesk;
  readonly store: BundleStore;
  readonly card: UpgradedCard;
}

export class UpgradeTaker {
  readonly #parts: UpgradeTakerParts;
  #state: UpgradeState;
  #failure: UpgradeFailure = "none";
  /** What is being given, and by whom. */
  #bundle: Bundle | undefined;
  #source = 0;
  /** Who offers what is being looked at. */
  #offered: { readonly slot: number; readonly bundle: Bundle } | undefined;
  #retries = 0;
  #disarm: (() => void) | undefined;
  #cancelFetch: (() => void) | undefined;
  /** What was begun for another bundle comes to nothing. */
  #attempt = 0;

  constructor(parts: UpgradeTakerParts) {
    this.#parts = parts;
    const { running } = parts.store;
    this.#state = running.isTrial ? "trial" : "settled";
    parts.card.log("info", `runs ${running.version}${running.isTrial ? ", on trial" : ""}`);
    if (running.rolledBack !== undefined) {
      this.#failure = "trial";
      parts.card.log("alarm", `upgrade to ${running.rolledBack}: it did not stay: runs ${running.version}`);
    }
    this.#armTimer();
  }

  get status(): UpgradeStatus {
    const { store } = this.#parts;
    const held = store.held();
    return {
      ...{ state: this.#state, failure: this.#failure, running: store.running.version },
      ...{ isTrial: this.#state === "trial" || this.#state === "keeping" },
      ...{ bundle: held?.bundle, held: held?.octets ?? 0 },
    };
  }

  /** The card is in service: it does its work with what it runs. */
  served(): void {
    this.#on("served");
  }

  /** What another card, or this one, wants of it. @returns how far it is then */
  request(slot: number, request: UpgradeRequest): UpgradeStatus {
    if (request.kind === "offer") this.#offer(slot, bundleOf(request));
    const bundle = this.#bundle;
    if (request.kind === "activate" && bundle !== undefined && isSameDigest(bundle.digest, request.digest)) {
      this.#on("activate");
    }
    return this.status;
  }

  /**
   * Firmware comes over a line of this card; whoever has sent it has it offered then, by this card to itself or to others.
   * @param done is given how many octets of it are here already, or a sentence
   */
  receive(bundle: Bundle, done: (received: number | string) => void): void {
    const { store } = this.#parts;
    if (upgradeMachine.find(this.#state, "receive") === undefined) {
      done(`this card is being upgraded (${this.#state})`);
      return;
    }
    this.#on("receive");
    const held = store.held();
    if (held !== undefined && isSameDigest(held.bundle.digest, bundle.digest)) done(held.octets);
    else store.begin(bundle, (isDone) => done(isDone ? 0 : noRoom));
  }

  /** The next octets of what is received. @param done as of `receive` */
  append(bundle: Bundle, octets: Uint8Array, done: (received: number | string) => void): void {
    const { store } = this.#parts;
    const held = store.held();
    if (this.#state !== "settled" || held === undefined || !isSameDigest(held.bundle.digest, bundle.digest)) {
      done("other firmware is fetched over the bus now");
    } else store.append(octets, (isDone) => done(isDone ? (store.held()?.octets ?? 0) : noRoom));
  }

  #offer(slot: number, bundle: Bundle): void {
    this.#offered = { slot, bundle };
    const isSame = this.#bundle !== undefined && isSameDigest(this.#bundle.digest, bundle.digest);
    this.#on(isSame && this.#state !== "settled" ? "offer-again" : "offer");
  }

  #on(event: UpgradeEvent): void {
    const transition = upgradeMachine.find(this.#state, event);
    if (transition === undefined) return;
    const isOther = transition.next !== this.#state;
    this.#state = transition.next;
    if (isOther) this.#armTimer();
    for (const action of transition.actions) this.#act(action);
  }

  #armTimer(): void {
    this.#disarm?.();
    this.#disarm = undefined;
    const timer = upgradeTimers[this.#state];
    if (timer === undefined) return;
    const { clock } = this.#parts;
    this.#disarm = clock.at(clock.nowMicros() + timer.micros, () => {
      const isGone = timer.event === "retry" && ++this.#retries > retriesMax;
      this.#on(isGone ? "given-up" : timer.event);
    });
  }

  #act(action: UpgradeAction): void {
    const { store, card } = this.#parts;
    switch (action) {
      case "note-source":
        this.#noteSource();
        break;
      case "forget":
        this.#forget();
        break;
      case "open":
        this.#open();
        break;
      case "fetch":
        this.#fetch();
        break;
      case "verify":
        store.digest(this.#ofAttempt((digest) => this.#verified(digest)));
        break;
      case "discard":
        store.begin(undefined, () => {});
        break;
      case "arm":
        store.tryNext(this.#ofAttempt((outcome) => this.#on(eventOf[outcome])));
        break;
      case "leave":
        card.leave(() => this.#on("left"));
        break;
      case "restart":
        card.restart();
        break;
      case "keep":
        store.keep((isDone) => this.#on(isDone ? "written" : "refused"));
        break;
      case "fail-no-room":
        this.#fail("no-room", noRoom);
        break;
      case "fail-digest":
        this.#fail("digest", "what came is not what was offered");
        break;
      case "fail-unfit":
        this.#fail("unfit", "it is no firmware for this card");
        break;
      case "fail-source":
        this.#fail("source", `slot ${this.#source} gives no more of it`);
        break;
      case "fail-trial":
        this.#fail("trial", "it did not come into service: the version before is booted");
        break;
    }
  }

  /** What is told of an attempt that is over is no news. */
  #ofAttempt<T>(done: (told: T) => void): (told: T) => void {
    const attempt = this.#attempt;
    return (told) => {
      if (attempt === this.#attempt) done(told);
    };
  }

  #fail(failure: UpgradeFailure, why: string): void {
    this.#failure = failure;
    const version = this.#bundle?.version ?? this.#parts.store.running.version;
    this.#parts.card.log("alarm", `upgrade to ${version}: ${why}`);
  }

  /** Whatever was begun comes to nothing; what is held is held still. */
  #forget(): void {
    this.#attempt++;
    this.#cancelFetch?.();
    this.#cancelFetch = this.#bundle = undefined;
    this.#failure = "none";
  }

  #noteSource(): void {
    this.#retries = 0;
    this.#source = this.#offered?.slot ?? this.#source;
  }

  #open(): void {
    const { store, card } = this.#parts;
    this.#attempt++;
    this.#cancelFetch?.();
    this.#failure = "none";
    this.#bundle = this.#offered?.bundle;
    const held = store.held();
    const bundle = this.#bundle;
    const isResumed = held !== undefined && bundle !== undefined && isSameDigest(held.bundle.digest, bundle.digest);
    const from = isResumed ? ` from octet ${held.octets} on` : "";
    card.log("info", `upgrade to ${bundle?.version ?? ""}: fetched from slot ${this.#source}${from}`);
    if (isResumed) this.#written(true);
    else
      store.begin(
        bundle,
        this.#ofAttempt((isDone) => this.#written(isDone)),
      );
  }

  #written(isDone: boolean): void {
    const held = this.#parts.store.held();
    const isWhole = held !== undefined && held.octets >= held.bundle.octets;
    if (!isDone) this.#on("refused");
    else this.#on(isWhole ? "written-whole" : "written");
  }

  /** The next octets. What has come of them is written even if no more comes. */
  #fetch(): void {
    const { desk, store } = this.#parts;
    const held = store.held();
    if (held === undefined) {
      this.#on("lost");
      return;
    }
    const wanted = Math.min(fetchOctetsMax, held.bundle.octets - held.octets);
    const parts: Uint8Array[] = [];
    const done = this.#ofAttempt<boolean>((isWhole) => this.#fetched(parts, wanted, isWhole));
    const request = encodeRequest({ kind: "fetch", digest: held.bundle.digest, offset: held.octets });
    this.#cancelFetch = desk.enquire(this.#source, enquirySubject.upgrade, request, {
      answered: (octets, last) => {
        parts.push(octets);
        if (last) done(true);
      },
      failed: () => done(false),
    });
  }

  #fetched(parts: readonly Uint8Array[], wanted: number, isWhole: boolean): void {
    const { store } = this.#parts;
    this.#cancelFetch = undefined;
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    if (length === 0) {
      this.#on("lost");
      return;
    }
    const octets = new Uint8Array(length);
    let filled = 0;
    for (const part of parts) {
      octets.set(part, filled);
      filled += part.length;
    }
    this.#retries = 0;
    store.append(
      octets.subarray(0, wanted),
      this.#ofAttempt((isDone) => {
        if (isWhole || !isDone) this.#written(isDone);
        else this.#on("lost");
      }),
    );
  }

  #verified(digest: Uint8Array | undefined): void {
    const isGenuine = digest !== undefined && this.#bundle !== undefined && isSameDigest(digest, this.#bundle.digest);
    if (isGenuine) this.#parts.card.log("info", `upgrade to ${this.#bundle?.version}: is whole, may be activated`);
    this.#on(isGenuine ? "genuine" : "spoiled");
  }
}
