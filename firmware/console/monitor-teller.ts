/** What a card tells a monitor each second, from what its console sees. */
import { severities } from "../alarms/severity.ts";
import type { CommunicationStatus } from "../card/card-status.ts";
import type { Card, RackConfiguration } from "../configuration/rack-schema.ts";
import { lampPattern } from "../front-panel/lamp-table.ts";
import type { Micros } from "../time.ts";
import type { CardView } from "./card-view.ts";
import type { MonitorCard, MonitorReport } from "./monitor-report.ts";

/** Of the alarms that are over; a screen has room for few. */
const alarmsOverMax = 8;
const alarmsMax = 64;
const microsPerSecond = 1_000_000;

type View = Pick<CardView, "card" | "configuration" | "communication" | "application" | "alarms">;
type PlaneCounts = NonNullable<CommunicationStatus["planes"]>;
type Heard = NonNullable<CommunicationStatus["cards"]>[number];

/** One for each line that is monitored: loads are of the time since its last report. */
export class MonitorTeller {
  #before: { readonly at: Micros; readonly planes: PlaneCounts } | undefined;

  /** @param startedAt when the card started, on the clock of `now` */
  report(view: View, startedAt: Micros, now: Micros, wallMillis: number): MonitorReport {
    const { card, configuration, communication, application, alarms } = view;
    const status = communication();
    const { pointCode, name } = configuration;
    const { callsInSetUp, callsInConversation, attempts, answered, congestionLevel } = application();
    const planes = this.#planes(status, configuration, now);
    this.#before = { at: now, planes: status.planes ?? [] };
    return {
      monitor: 1,
      rack: { name, pointCode: String(pointCode), slot: card.slot, upMicros: now - startedAt, atMillis: wallMillis },
      cards: configuration.cards.map((each) => cardOf(each, view, status)),
      planes,
      calls: { inSetUp: callsInSetUp, inConversation: callsInConversation, attempts, answered, congestionLevel },
      alarms: alarmsOf(alarms()),
      switchover: status.takeover && { ...status.takeover, to: card.slot },
    };
  }

  #planes(status: CommunicationStatus, { bus }: RackConfiguration, now: Micros): MonitorReport["planes"] {
    const before = this.#before;
    return (["A", "B"] as const).map((plane, place) => {
      const state = status.planeStates?.[place] ?? "active";
      const [old, counts] = [before?.planes[place], status.planes?.[place]];
      if (before === undefined || old === undefined || counts === undefined || now <= before.at)
        return { plane, state };
      const grown = (name: "nominalBits" | "dataBits") => (counts[name] ?? 0) - (old[name] ?? 0);
      const busySeconds = grown("nominalBits") / bus.bitRate + grown("dataBits") / bus.dataBitRate;
      const loadPercent = (100 * busySeconds * microsPerSecond) / (now - before.at);
      // A port that was opened anew counts from 0.
      return { plane, state, ...(loadPercent >= 0 && { loadPercent: Math.min(loadPercent, 100) }) };
    });
  }
}

function cardOf(card: Card, view: View, status: CommunicationStatus): MonitorCard {
  const group = card.kind === "call-server" ? card.group : undefined;
  const base = { slot: card.slot, kind: card.kind, group };
  if (card.slot !== view.card.slot) {
    const heard = status.cards?.find(({ slot }) => slot === card.slot);
    return heard?.alive === true ? { ...base, ...otherCard(heard) } : { ...base, present: false, lamps: {} };
  }
  const { role, term, commit, outOfService, leaving } = status;
  const condition = outOfService ?? leaving ?? wrongWith(status);
  return { ...base, present: true, role, term, commit, condition, lamps: ownLamps(view, status) };
}

/** What hangs, is deaf or mute, in a word. */
function wrongWith({ hung, deaf, mute }: { hung?: boolean | undefined; deaf?: boolean | undefined; mute?: unknown }) {
  return hung === true ? "hung" : deaf === true ? "deaf" : mute === true ? "mute" : undefined;
}

function otherCard(heard: Heard): Omit<MonitorCard, "slot" | "kind"> {
  const { role, objection } = heard;
  const { term, commit } = heard as { readonly term?: number; readonly commit?: number };
  const condition = objection === undefined ? wrongWith(heard) : "does not belong";
  const told = { role, hung: heard.hung, deaf: heard.deaf, outOfService: objection };
  const sight = { communication: told, application: undefined, heard: [true, true], ejector: "in service" } as const;
  // Which planes it hears, what becomes of its links and of its ejector its beats do not say.
  const [active, standby, alarm] = (["active", "standby", "alarm"] as const).map((lamp) => lampPattern(lamp, sight));
  return { present: true, role, term, commit, condition, lamps: { active, standby, alarm } };
}

function ownLamps(view: View, communication: CommunicationStatus): MonitorCard["lamps"] {
  const isUp = (place: number) => (communication.planeStates?.[place] ?? "active") === "active";
  const ejector = communication.leaving === "safe to pull" ? "safe" : communication.leaving ? "draining" : "in service";
  const heard = [isUp(0), isUp(1)] as const;
  const sight = { communication, application: view.application(), heard, ejector } as const;
  const all = ["active", "standby", "alarm", "busA", "busB", "link", "safeToPull"] as const;
  return Object.fromEntries(all.map((lamp) => [lamp, lampPattern(lamp, sight)]));
}

function alarmsOf(alarms: ReturnType<CardView["alarms"]>): MonitorReport["alarms"] {
  const told = alarms.map(({ severity, object, text, raisedAtMillis, clearedAtMillis }) => ({
    // A severity that nobody knows is not to be overlooked.
    severity: severities.find((each) => each === severity) ?? "critical",
    ...{ object, text, raisedAtMillis, clearedAtMillis },
  }));
  const standing = told.filter(({ clearedAtMillis }) => clearedAtMillis === undefined);
  const over = told.filter(({ clearedAtMillis }) => clearedAtMillis !== undefined);
  return [...standing.slice(0, alarmsMax), ...over.slice(0, alarmsOverMax)];
}
