import { expect, test } from "vitest";
import { applicationStatus, communicationStatus } from "../../../firmware/card/card-status.ts";
import { type CardFigures, metrics } from "../../../firmware/metrics/card-metrics.ts";

const plane = { sent: 10, received: 20, dropped: 1, nominalBits: 3000, dataBits: 400 };
const card: CardFigures = {
  slot: 2,
  cards: [
    { slot: 1, kind: "lim" },
    { slot: 2, kind: "call-server", group: 1 },
  ],
  communication: communicationStatus({
    role: "primary",
    groups: [{ group: 1, role: "primary", term: 2, commit: 633 }],
    realTime: true,
    cards: [{ slot: 1, alive: true, realTime: true, limitMicros: 60_000, gapMeasuredMicros: 20_500 }],
    planes: [plane, { ...plane, dropped: 0 }],
    planeStates: ["active", "passive"],
  }),
  application: applicationStatus({
    ...{ callsInSetUp: 36, callsInConversation: 94, attempts: 200, answered: 116, callsRefusedByCongestion: 3 },
    ...{ releasedByCause: { 16: 20, 34: 2 }, congestionLevel: 1, idleCircuits: { west: 900 } },
    ...{ circuitsLocallyBlocked: 4, circuitsRemotelyBlocked: 0, circuitsInReset: 1 },
    ...{ exchanges: { west: { available: true }, east: { available: false } }, sent: { ACM: 7 }, received: { IAM: 8 } },
    gateways: { gw1: { state: "reachable" } },
  }),
  alarms: [
    {
      ...{ name: "no-backup", severity: "minor", cause: "underlyingResourceUnavailable", object: "group 1" },
      ...{ text: "", raisedAtMillis: 0 },
    },
  ],
  steps: new Map([["begin", 1]]),
  residentOctets: 90_000_000,
  heapOctets: 30_000_000,
  startedAtMillis: 1_700_000_000_500,
};

/** As in `name{label=value} number`. */
function told(of: CardFigures): string[] {
  return metrics.flatMap(({ name, samples }) =>
    samples(of).map(({ value, labels = {} }) => {
      const pairs = Object.entries(labels).map(([label, text]) => `${label}=${text}`);
      return `${name}{${pairs.join()}} ${value}`;
    }),
  );
}

test("a card says of itself, of the others, of the planes, of calls and of the world outside", () => {
  expect(told(card)).toEqual([
    "tandem_card_info{kind=call-server,role=primary} 1",
    "process_start_time_seconds{} 1700000000.5",
    "process_resident_memory_bytes{} 90000000",
    "tandem_application_heap_bytes{} 30000000",
    "tandem_real_time{} 1",
    "tandem_alarms{severity=critical} 0",
    "tandem_alarms{severity=major} 0",
    "tandem_alarms{severity=minor} 1",
    "tandem_alarms{severity=warning} 0",
    "tandem_card_alive{card=1} 1",
    "tandem_beat_gap_seconds{card=1} 0.0205",
    "tandem_detection_limit_seconds{card=1} 0.06",
    "tandem_term{group=1} 2",
    "tandem_commits_total{group=1} 633",
    "tandem_switchover_steps_total{step=begin} 1",
    "tandem_plane_up{plane=A} 1",
    "tandem_plane_up{plane=B} 0",
    "tandem_plane_frames_total{plane=A,direction=sent} 10",
    "tandem_plane_frames_total{plane=A,direction=received} 20",
    "tandem_plane_frames_total{plane=B,direction=sent} 10",
    "tandem_plane_frames_total{plane=B,direction=received} 20",
    "tandem_plane_bit_times_total{plane=A,phase=nominal} 3000",
    "tandem_plane_bit_times_total{plane=A,phase=data} 400",
    "tandem_plane_bit_times_total{plane=B,phase=nominal} 3000",
    "tandem_plane_bit_times_total{plane=B,phase=data} 400",
    "tandem_plane_dropped_total{plane=A} 1",
    "tandem_plane_dropped_total{plane=B} 0",
    "tandem_calls{phase=setup} 36",
    "tandem_calls{phase=conversation} 94",
    "tandem_call_attempts_total{} 200",
    "tandem_calls_answered_total{} 116",
    "tandem_calls_released_total{cause=16} 20",
    "tandem_calls_released_total{cause=34} 2",
    "tandem_calls_refused_total{} 3",
    "tandem_congestion_level{} 1",
    "tandem_circuits_idle{trunk_group=west} 900",
    "tandem_circuits_unusable{why=locally blocked} 4",
    "tandem_circuits_unusable{why=remotely blocked} 0",
    "tandem_circuits_unusable{why=in reset} 1",
    "tandem_association_up{exchange=west} 1",
    "tandem_association_up{exchange=east} 0",
    "tandem_isup_messages_total{direction=sent,type=ACM} 7",
    "tandem_isup_messages_total{direction=received,type=IAM} 8",
    "tandem_gateway_up{gateway=gw1} 1",
  ]);
});

test("a card of which nothing is known yet says that it is there", () => {
  const empty = { ...card, communication: {}, application: {}, alarms: [], steps: new Map() };
  const names = new Set(told(empty).map((line) => line.slice(0, line.indexOf("{"))));
  expect([...names]).toEqual([
    "tandem_card_info",
    "process_start_time_seconds",
    "process_resident_memory_bytes",
    "tandem_application_heap_bytes",
    "tandem_alarms",
  ]);
});

test("names, units and labels are as Prometheus wants them", () => {
  expect(new Set(metrics.map(({ name }) => name)).size).toBe(metrics.length);
  for (const { name, kind, labels, help, samples } of metrics) {
    expect(name).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)+$/);
    expect(name.endsWith("_total")).toBe(kind === "counter");
    expect(name).not.toMatch(/micros|millis|octets|percent/);
    expect(help).toMatch(/^[A-Z1].*\.$/);
    for (const label of labels) expect(label).toMatch(/^[a-z_]+$/);
    const declared = [...labels].sort();
    for (const { labels: given = {} } of samples(card)) expect(Object.keys(given).sort()).toEqual(declared);
  }
});
