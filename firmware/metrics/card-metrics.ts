/**
 * What a card tells to those who collect figures: a row a metric, over the statuses of its two processors. Names and units as Prometheus
 * wants them (base units, `_total` for what only grows). What a card has nothing to say of has no samples.
 */
import type { Alarm } from "../alarms/alarm-list.ts";
import type { CardSight } from "../alarms/card-sight.ts";
import { severities } from "../alarms/severity.ts";
import type { Milestone } from "../backplane/membership.ts";

export interface CardFigures extends CardSight {
  /** Those that stand. */
  readonly alarms: readonly Alarm[];
  /** How often each step of a switchover was taken here. */
  readonly steps: ReadonlyMap<Milestone, number>;
  readonly residentOctets: number;
  readonly heapOctets: number;
  /** UTC. */
  readonly startedAtMillis: number;
}

export interface Sample {
  readonly value: number;
  readonly labels?: Readonly<Record<string, string | number>>;
}

export interface Metric {
  readonly name: string;
  readonly kind: "counter" | "gauge";
  readonly labels: readonly string[];
  readonly help: string;
  samples(card: CardFigures): readonly Sample[];
}

const microsPerSecond = 1_000_000;

// biome-ignore format: a metric a row
export const metrics: readonly Metric[] = [
  // --- the card
  { name: "tandem_card_info", kind: "gauge", labels: ["kind", "role"], help: "The card of this slot, and what it is to its group; always 1.",
    samples: ({ slot, cards, communication }) => cards.filter((card) => card.slot === slot).map(({ kind }) => ({ value: 1, labels: { kind, role: communication.role ?? "starting" } })) },
  { name: "process_start_time_seconds", kind: "gauge", labels: [], help: "When the card's program was started, in seconds since 1970.",
    samples: ({ startedAtMillis }) => [{ value: startedAtMillis / 1000 }] },
  { name: "process_resident_memory_bytes", kind: "gauge", labels: [], help: "Memory that the card's program has.",
    samples: ({ residentOctets }) => [{ value: residentOctets }] },
  { name: "tandem_application_heap_bytes", kind: "gauge", labels: [], help: "Of it, the heap of the application processor in use.",
    samples: ({ heapOctets }) => [{ value: heapOctets }] },
  { name: "tandem_real_time", kind: "gauge", labels: [], help: "1 when the thread that beats has real-time priority.",
    samples: ({ communication: { realTime } }) => one(realTime) },
  { name: "tandem_alarms", kind: "gauge", labels: ["severity"], help: "Alarms that stand, as this card sees the rack.",
    samples: ({ alarms }) => severities.map((severity) => ({ value: alarms.filter((alarm) => alarm.severity === severity).length, labels: { severity } })) },

  // --- the others
  { name: "tandem_card_alive", kind: "gauge", labels: ["card"], help: "1 when the card in this slot is heard.",
    samples: heard(({ alive }) => Number(alive)) },
  { name: "tandem_beat_gap_seconds", kind: "gauge", labels: ["card"], help: "Longest time between two beats of a card within the present minute.",
    samples: heard(({ gapMeasuredMicros }) => seconds(gapMeasuredMicros)) },
  { name: "tandem_detection_limit_seconds", kind: "gauge", labels: ["card"], help: "After so long a silence the card counts as dead.",
    samples: heard(({ limitMicros }) => seconds(limitMicros)) },
  { name: "tandem_term", kind: "gauge", labels: ["group"], help: "Of the primary that this card follows.",
    samples: ({ communication: { groups = [] } }) => groups.map(({ group, term }) => ({ value: term, labels: { group } })) },
  { name: "tandem_commits_total", kind: "counter", labels: ["group"], help: "Commits of the group since its cold start, as far as this card has them.",
    samples: ({ communication: { groups = [] } }) => groups.flatMap(({ group, commit }) => commit === undefined ? [] : [{ value: commit, labels: { group } }]) },
  { name: "tandem_switchover_steps_total", kind: "counter", labels: ["step"], help: "Steps of switchovers that this card took or saw; begin: it became primary, death: it found a card dead.",
    samples: ({ steps }) => [...steps].map(([step, value]) => ({ value, labels: { step } })) },

  // --- the planes
  { name: "tandem_plane_up", kind: "gauge", labels: ["plane"], help: "1 when this card's port on the plane is error-active.",
    samples: ({ communication: { planeStates = [] } }) => planeStates.map((state, index) => ({ value: Number(state === "active"), labels: { plane: "AB"[index] } })) },
  { name: "tandem_plane_frames_total", kind: "counter", labels: ["plane", "direction"], help: "Frames sent and acknowledged, and frames received.",
    samples: planes(({ sent = 0, received = 0 }) => [{ value: sent, labels: { direction: "sent" } }, { value: received, labels: { direction: "received" } }]) },
  { name: "tandem_plane_bit_times_total", kind: "counter", labels: ["plane", "phase"], help: "Bit times of these frames at the nominal and at the data bit rate, stuff bits among them.",
    samples: planes(({ nominalBits = 0, dataBits = 0 }) => [{ value: nominalBits, labels: { phase: "nominal" } }, { value: dataBits, labels: { phase: "data" } }]) },
  { name: "tandem_plane_dropped_total", kind: "counter", labels: ["plane"], help: "Frames that this card knows it has missed.",
    samples: planes(({ dropped = 0 }) => [{ value: dropped }]) },

  // --- calls, of a call server: both of a group have the calls, the primary alone counts what becomes of them
  { name: "tandem_calls", kind: "gauge", labels: ["phase"], help: "Calls in set-up and in conversation.",
    samples: ({ application: { callsInSetUp, callsInConversation } }) => [...labelled(callsInSetUp, { phase: "setup" }), ...labelled(callsInConversation, { phase: "conversation" })] },
  { name: "tandem_call_attempts_total", kind: "counter", labels: [], help: "Calls that this card has seen begin.",
    samples: ({ application: { attempts } }) => labelled(attempts) },
  { name: "tandem_calls_answered_total", kind: "counter", labels: [], help: "Calls that this card has seen answered.",
    samples: ({ application: { answered } }) => labelled(answered) },
  { name: "tandem_calls_released_total", kind: "counter", labels: ["cause"], help: "Calls that this card has seen released, by cause value of Q.850.",
    samples: ({ application: { releasedByCause = {} } }) => Object.entries(releasedByCause).map(([cause, value]) => ({ value, labels: { cause } })) },
  { name: "tandem_calls_refused_total", kind: "counter", labels: [], help: "Calls refused because of congestion (Q.764 2.11).",
    samples: ({ application: { callsRefusedByCongestion } }) => labelled(callsRefusedByCongestion) },
  { name: "tandem_congestion_level", kind: "gauge", labels: [], help: "Automatic congestion level (Q.763 3.4), 0 for none.",
    samples: ({ application: { congestionLevel } }) => labelled(congestionLevel) },
  { name: "tandem_circuits_idle", kind: "gauge", labels: ["trunk_group"], help: "Circuits that a call could have.",
    samples: ({ application: { idleCircuits = {} } }) => Object.entries(idleCircuits).map(([trunk_group, value]) => ({ value, labels: { trunk_group } })) },
  { name: "tandem_circuits_unusable", kind: "gauge", labels: ["why"], help: "Circuits blocked from here, from the other end, and waiting for their reset to be acknowledged.",
    samples: ({ application: { circuitsLocallyBlocked, circuitsRemotelyBlocked, circuitsInReset } }) => [
      ...labelled(circuitsLocallyBlocked, { why: "locally blocked" }), ...labelled(circuitsRemotelyBlocked, { why: "remotely blocked" }), ...labelled(circuitsInReset, { why: "in reset" }),
    ] },

  // --- the world outside
  { name: "tandem_association_up", kind: "gauge", labels: ["exchange"], help: "1 when the exchange is reached over this LIM.",
    samples: ({ application: { exchanges = {} } }) => Object.entries(exchanges).map(([exchange, { available }]) => ({ value: Number(available), labels: { exchange } })) },
  { name: "tandem_isup_messages_total", kind: "counter", labels: ["direction", "type"], help: "ISUP messages of this LIM.",
    samples: ({ application: { sent, received } }) => [...byType(sent, "sent"), ...byType(received, "received")] },
  { name: "tandem_gateway_up", kind: "gauge", labels: ["gateway"], help: "1 when the gateway answers this transporter.",
    samples: ({ application: { gateways = {} } }) => Object.entries(gateways).map(([gateway, { state }]) => ({ value: Number(state === "reachable"), labels: { gateway } })) },
];

function labelled(value: number | undefined, labels: Sample["labels"] = {}): readonly Sample[] {
  return value === undefined ? [] : [{ value, labels }];
}

function one(value: boolean | undefined): readonly Sample[] {
  return value === undefined ? [] : [{ value: Number(value) }];
}

function seconds(micros: number | undefined): number | undefined {
  return micros === undefined ? undefined : micros / microsPerSecond;
}

type Heard = NonNullable<CardSight["communication"]["cards"]>[number];

function heard(of: (card: Heard) => number | undefined): Metric["samples"] {
  return ({ communication: { cards = [] } }) => cards.flatMap((card) => labelled(of(card), { card: card.slot }));
}

type Plane = NonNullable<CardSight["communication"]["planes"]>[number];

function planes(of: (plane: Plane) => readonly Sample[]): Metric["samples"] {
  return ({ communication: { planes: both = [] } }) =>
    both.flatMap((plane, index) =>
      of(plane).map(({ value, labels }) => ({ value, labels: { plane: "AB"[index], ...labels } })),
    );
}

function byType(counts: Readonly<Record<string, number>> | undefined, direction: string): readonly Sample[] {
  return Object.entries(counts ?? {}).map(([type, value]) => ({ value, labels: { direction, type } }));
}
