/** What cards ask each other about firmware: enquiries of subject `upgrade`, and their answers. */
import type { Bundle } from "../../hal/bundle-store.ts";
import { decode, encode, flag, layout, octets, rest, u8, u32, type ValueOf, variants } from "../layout/layout.ts";
import { octetsFromText, textFromOctets } from "../mgcp/latin1.ts";
import { type UpgradeState, upgradeStates } from "./upgrade-states.ts";

/** SHA-256. */
export const digestOctets = 32;
/** Characters of a version, of one octet each. */
export const versionOctetsMax = 64;
/** Octets that are fetched at once: a part of the memory of a card, and a few seconds of a classic plane. */
export const fetchOctetsMax = 16_384;

const bundle = { digest: octets, octets: u32, version: rest } as const;

export const upgradeRequest = variants("upgrade request", {
  /** "Fetch this from me." Answered by the status, as are all but `fetch`. */
  offer: [0, layout("offer", bundle)],
  /** To whoever has offered it: octets of a bundle, as many as there are, `fetchOctetsMax` at most. Answered by these alone. */
  fetch: [1, layout("fetch", { digest: octets, offset: u32 })],
  status: [2, layout("status")],
  /** "Run what you have fetched." */
  activate: [3, layout("activate", { digest: octets })],
});

export type UpgradeRequest = ValueOf<typeof upgradeRequest>;

const statusRecord = layout(
  "upgrade status",
  { state: u8, failure: u8, isTrial: flag, running: octets, held: u32, size: u32 },
  { digest: octets, version: rest },
);

/** Why the last attempt came to nothing; the card runs on with what it runs. */
export const upgradeFailures = [
  "none",
  /** There is no room for the bundle, or the memory cannot be written. */
  "no-room",
  /** What came is not what was offered. */
  "digest",
  /** Who offered it is not heard any more. */
  "source",
  /** On trial it did not come into service. */
  "trial",
  /** It is no firmware for this card's processor. */
  "unfit",
] as const;
export type UpgradeFailure = (typeof upgradeFailures)[number];

/** How far a card is with an upgrade. */
export interface UpgradeStatus {
  readonly state: UpgradeState;
  readonly failure: UpgradeFailure;
  readonly running: string;
  readonly isTrial: boolean;
  /** What it holds beside it, and how much of that. */
  readonly bundle: Bundle | undefined;
  readonly held: number;
}

/** Undefined where it is no such request, whatever the octets. */
export function decodeRequest(input: Uint8Array): UpgradeRequest | undefined {
  const decoded = decode(upgradeRequest, input);
  if (!decoded.ok) return undefined;
  const { value } = decoded;
  if ("digest" in value && value.digest.length !== digestOctets) return undefined;
  if (value.kind === "offer" && (value.version.length > versionOctetsMax || value.octets === 0)) return undefined;
  return value;
}

export function encodeRequest(request: UpgradeRequest): Uint8Array {
  return encode(upgradeRequest, request);
}

export function offerOf(bundle: Bundle): Uint8Array {
  return encodeRequest({ ...bundle, kind: "offer", version: octetsFromText(bundle.version) });
}

export function bundleOf(offer: UpgradeRequest & { kind: "offer" }): Bundle {
  return { version: textFromOctets(offer.version), octets: offer.octets, digest: offer.digest };
}

export function isSameDigest(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((octet, place) => octet === other[place]);
}

export function encodeStatus({ state, failure, running, isTrial, bundle, held }: UpgradeStatus): Uint8Array {
  return encode(statusRecord, {
    ...{ state: upgradeStates.indexOf(state), failure: upgradeFailures.indexOf(failure), isTrial, held },
    ...{ running: octetsFromText(running), size: bundle?.octets ?? 0 },
    ...{ digest: bundle?.digest ?? new Uint8Array(0), version: octetsFromText(bundle?.version ?? "") },
  });
}

export function decodeStatus(input: Uint8Array): UpgradeStatus | undefined {
  const decoded = decode(statusRecord, input);
  if (!decoded.ok) return undefined;
  const { state, failure, isTrial, running, held, size, digest, version } = decoded.value;
  const bundle = digest.length === 0 ? undefined : { version: textFromOctets(version), octets: size, digest };
  const names = { state: upgradeStates[state], failure: upgradeFailures[failure] };
  if (names.state === undefined || names.failure === undefined) return undefined;
  return { ...names, isTrial, running: textFromOctets(running), bundle, held };
}
