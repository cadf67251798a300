/** How far a card is with the firmware that it was ordered to run, by what `show upgrade` tells of it. */
import type { UpgradeRow } from "./console-reports.ts";

export type Standing =
  | { readonly kind: "runs" }
  | { readonly kind: "under way"; readonly text: string }
  | { readonly kind: "failed"; readonly why: string }
  /** Nobody who could see to it knows that it was ordered. */
  | { readonly kind: "not ordered" };

export const hasComeBack = "it came back with what it ran before";

const reasons: Readonly<Record<string, string>> = {
  "no-room": "it has no room for the firmware, or cannot write it",
  digest: "what came to it is not what was given",
  source: "who gave the firmware was not heard any more",
  trial: "on trial it did not come into service",
  unfit: "this firmware is not for it",
  "rolled-back": hasComeBack,
  silent: "it does not answer",
  unable: "it cannot be upgraded over the bus",
};

/** A card in such a state waits for nothing. */
const restful = new Set(["settled", "staged"]);

export function standingOf(row: UpgradeRow | undefined, version: string): Standing {
  if (row === undefined) return { kind: "under way", text: "is not heard" };
  const { order, failure, state, runs } = row;
  const isOnTrial = row.trial !== undefined && row.trial !== false && row.trial !== "no";
  if (runs === version && !isOnTrial) return { kind: "runs" };
  if (order?.startsWith("failed")) return { kind: "failed", why: whyOf(order.replace(/^failed:? ?/, "")) };
  if (order === "stopped") return { kind: "failed", why: "it was stopped at a console" };
  if (order !== undefined || isOnTrial) return { kind: "under way", text: progressOf(row, isOnTrial) };
  if (failure !== undefined && failure !== "none") return { kind: "failed", why: whyOf(failure) };
  if (runs === undefined || (state !== undefined && !restful.has(state)))
    return { kind: "under way", text: progressOf(row, false) };
  return { kind: "not ordered" };
}

function whyOf(reason: string): string {
  return reasons[reason] ?? reason;
}

/** In steps of 10 %. */
function progressOf({ order, state, percent, runs }: UpgradeRow, isOnTrial: boolean): string {
  if (isOnTrial) return `on trial with ${runs}`;
  const isFetching = state === "fetching" && percent !== undefined;
  const step = isFetching ? ` ${10 * Math.floor(percent / 10)} %` : "";
  return order === "waits" || state === undefined ? (order ?? "is not heard") : `${state}${step}`;
}
