/** The end of an upgrade that has the bundle: offers it to cards, gives what they fetch, and tells how far they are. */
import type { Bundle } from "../../hal/bundle-store.ts";
import type { EnquiryFailure } from "../card/enquiry.ts";
import { enquirySubject } from "../card/enquiry-subjects.ts";
import type { Enquired, ManagementDesk } from "../card/management-desk.ts";
import {
  decodeRequest,
  decodeStatus,
  encodeRequest,
  encodeStatus,
  fetchOctetsMax,
  isSameDigest,
  offerOf,
  type UpgradeRequest,
  type UpgradeStatus,
} from "./upgrade-records.ts";
import type { UpgradeTaker } from "./upgrade-taker.ts";

/** A bundle to be given. */
export interface BundleSource {
  readonly bundle: Bundle;
  /** Octets from `offset` on, `octetsMax` at most; undefined when they cannot be had. */
  read(offset: number, octetsMax: number, done: (octets: Uint8Array | undefined) => void): void;
}

/** What comes of a question to a card about its firmware. "unreadable": it answers otherwise than cards do. */
export interface StatusListener {
  status(status: UpgradeStatus): void;
  failed(reason: EnquiryFailure | "unreadable"): void;
}

const nothing = new Uint8Array(0);

export class UpgradeGiver {
  readonly #desk: ManagementDesk;
  #source: BundleSource | undefined;

  /** @param taker what the same card does when it is upgraded itself */
  constructor(desk: ManagementDesk, taker: UpgradeTaker) {
    this.#desk = desk;
    desk.attend(enquirySubject.upgrade, (enquired) => this.#answer(enquired, taker));
  }

  #answer(enquired: Enquired, taker: UpgradeTaker): void {
    const request = decodeRequest(enquired.octets);
    if (request === undefined) enquired.reply(nothing, true);
    else if (request.kind === "fetch") this.#give(enquired, request);
    else enquired.reply(encodeStatus(taker.request(enquired.slot, request)), true);
  }

  /** An empty answer says that there is nothing (more) of it here. */
  #give(enquired: Enquired, { digest, offset }: UpgradeRequest & { kind: "fetch" }): void {
    const source = this.#source;
    if (source === undefined || !isSameDigest(source.bundle.digest, digest)) enquired.reply(nothing, true);
    else source.read(offset, fetchOctetsMax, (octets) => enquired.reply(octets ?? nothing, true));
  }

  /** From now on this bundle is given, and none that was before. */
  have(source: BundleSource | undefined): void {
    this.#source = source;
  }

  /** Offers what this card has, if it has any. */
  offer(slot: number, listener: StatusListener): void {
    if (this.#source !== undefined) this.#ask(slot, offerOf(this.#source.bundle), listener);
  }

  /** Has a card run what was given. */
  activate(slot: number, listener: StatusListener): void {
    if (this.#source === undefined) return;
    this.#ask(slot, encodeRequest({ kind: "activate", digest: this.#source.bundle.digest }), listener);
  }

  ask(slot: number, listener: StatusListener): void {
    this.#ask(slot, encodeRequest({ kind: "status" }), listener);
  }

  #ask(slot: number, request: Uint8Array, listener: StatusListener): void {
    const parts: number[] = [];
    this.#desk.enquire(slot, enquirySubject.upgrade, request, {
      answered: (octets, last) => {
        parts.push(...octets);
        if (!last) return;
        const status = decodeStatus(Uint8Array.from(parts));
        if (status === undefined) listener.failed("unreadable");
        else listener.status(status);
      },
      failed: (reason) => listener.failed(reason),
    });
  }
}
