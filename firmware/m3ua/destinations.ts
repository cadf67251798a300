/** What one end of an association knows of destinations, and how it tells the other (RFC 4666 3.4, 4.5). */
import type { Message, MessageName } from "./messages.ts";
import type { AffectedPointCode } from "./parameter-formats.ts";

/** Congestion level 0 says that there is none (any more); where a network has no levels, 1 says congested. */
export type DestinationStatus =
  | { readonly status: "available" }
  | { readonly status: "unavailable" }
  | { readonly status: "restricted" }
  | { readonly status: "congested"; readonly level: number };

type Announcement = Extract<Message, { readonly name: "DUNA" | "DAVA" | "DRST" | "SCON" }>;
/** Which routing context and network the point codes belong to. */
export interface Scope {
  readonly networkAppearance?: number | undefined;
  readonly routingContext?: readonly number[] | undefined;
}

const names = {
  available: "DAVA",
  unavailable: "DUNA",
  restricted: "DRST",
  congested: "SCON",
} as const satisfies Record<DestinationStatus["status"], MessageName>;

export class Destinations {
  readonly #known = new Map<number, DestinationStatus>();

  /** `available`: destinations that are reachable from the start, such as one's own point codes. */
  constructor(available: readonly number[]) {
    for (const pointCode of available) this.#known.set(pointCode, { status: "available" });
  }

  /** The message that tells a change; undefined: nothing changed. */
  change(pointCode: number, to: DestinationStatus, scope: Scope): Announcement | undefined {
    const before = this.#known.get(pointCode);
    this.#known.set(pointCode, to);
    if (before && before.status === to.status && levelOf(before) === levelOf(to)) return undefined;
    const affectedPointCode = [{ mask: 0, pointCode }];
    // A destination that was congested stayed available: what ends is the congestion.
    if (before?.status === "congested" && to.status === "available") {
      return { name: "SCON", ...scope, affectedPointCode, congestionIndications: 0 };
    }
    return announcement(to, affectedPointCode, scope);
  }

  /** What who becomes active must know: every destination that it would wrongly take for available (4.5). */
  restrictions(scope: Scope): Announcement[] {
    return this.#announcements(
      [...this.#known].filter(([, known]) => known.status !== "available"),
      scope,
    );
  }

  /** The answer to DAUD (4.5.3). `unknown` are the point codes, or ranges, in which no destination is known. */
  audit(asked: readonly AffectedPointCode[], scope: Scope): { answers: Announcement[]; unknown: AffectedPointCode[] } {
    const found = new Map<number, DestinationStatus>();
    const unknown: AffectedPointCode[] = [];
    for (const range of asked) {
      const inRange = this.#inRange(range);
      for (const [pointCode, known] of inRange) found.set(pointCode, known);
      if (inRange.length === 0) unknown.push(range);
    }
    const congested = [...found].filter(([, known]) => known.status === "congested");
    return {
      // A congested destination is available too, and said to be congested first.
      answers: [
        ...this.#announcements(congested, scope),
        ...this.#announcements(
          [...found].map(([pointCode, known]) =>
            known.status === "congested" ? [pointCode, { status: "available" }] : [pointCode, known],
          ),
          scope,
        ),
      ],
      unknown,
    };
  }

  #inRange({ mask, pointCode }: AffectedPointCode): readonly (readonly [number, DestinationStatus])[] {
    if (mask === 0) {
      const known = this.#known.get(pointCode);
      return known ? [[pointCode, known]] : [];
    }
    const step = 2 ** mask;
    return [...this.#known].filter(([each]) => Math.floor(each / step) === Math.floor(pointCode / step));
  }

  /** One message for all that share a status. */
  #announcements(known: readonly (readonly [number, DestinationStatus])[], scope: Scope): Announcement[] {
    const byStatus = new Map<string, { status: DestinationStatus; pointCodes: AffectedPointCode[] }>();
    for (const [pointCode, status] of known) {
      const key = `${status.status} ${levelOf(status)}`;
      const same = byStatus.get(key) ?? { status, pointCodes: [] };
      same.pointCodes.push({ mask: 0, pointCode });
      byStatus.set(key, same);
    }
    return [...byStatus.values()].map(({ status, pointCodes }) => announcement(status, pointCodes, scope));
  }
}

function announcement(
  to: DestinationStatus,
  affectedPointCode: readonly AffectedPointCode[],
  scope: Scope,
): Announcement {
  return {
    name: names[to.status],
    ...scope,
    affectedPointCode,
    ...(to.status === "congested" ? { congestionIndications: to.level } : {}),
  };
}

function levelOf(known: DestinationStatus): number {
  return known.status === "congested" ? known.level : 0;
}
