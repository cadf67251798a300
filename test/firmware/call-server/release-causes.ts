import { readParameter } from "../../../firmware/isup/codec.ts";
import type { Said } from "./call-server-pair.ts";

/** The cause values of the REL messages among what was said. */
export function causes(said: readonly Said[]): (number | undefined)[] {
  return said.flatMap((each) => {
    if (each.kind !== "isup" || each.type !== "REL") return [];
    const indicators = readParameter(each.message, "causeIndicators");
    return [indicators.ok ? indicators.value?.cause : undefined];
  });
}
