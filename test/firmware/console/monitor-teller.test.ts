import { describe, expect, test } from "vitest";
import type { ApplicationStatus, CommunicationStatus } from "../../../firmware/card/card-status.ts";
import { monitorReport } from "../../../firmware/console/monitor-report.ts";
import { MonitorTeller } from "../../../firmware/console/monitor-teller.ts";
import type { Card } from "../../../firmware/configuration/rack-schema.ts";
import { readConfiguration } from "../../../tools/configuration/read-configuration.ts";

const { configuration } = readConfiguration("boards/simulated/rack.yaml");
const heard = { alive: true, realTime: true, limitMicros: 16_000 };
const takeover = {
  ...{ term: 4, from: 2, detectedMicros: 16_000, claimedMicros: 16_100, beganMicros: 19_000, atMillis: 7 },
  answers: [{ slot: 1, micros: 17_000 }],
};
const communication: CommunicationStatus = {
  ...{ role: "primary", term: 4, commit: 1302, takeover },
  cards: [
    { ...heard, slot: 1, role: "witness", term: 4, commit: 1301 },
    { ...heard, slot: 2, alive: false, role: "primary" },
    { ...heard, slot: 4, role: "witness", hung: true },
  ],
  planes: [
    { nominalBits: 1000, dataBits: 0 },
    { nominalBits: 0, dataBits: 0 },
  ],
  planeStates: ["active", "bus-off"],
};
const application: ApplicationStatus = { callsInSetUp: 3, callsInConversation: 9, attempts: 20, answered: 15 };
const over = (place: number) => ({
  severity: "minor",
  object: `x${place}`,
  text: "",
  raisedAtMillis: 1,
  clearedAtMillis: 2,
});
const alarms = [
  { severity: "major", object: "slot 2", text: "does not beat", raisedAtMillis: 5 },
  ...Array.from({ length: 20 }, (_, place) => over(place)),
];

function viewOf(status: CommunicationStatus, slot = 3) {
  const card = configuration.cards.find((each) => each.slot === slot) as Card;
  return { card, configuration, communication: () => status, application: () => application, alarms: () => alarms };
}

describe("what a card tells a monitor", () => {
  const report = new MonitorTeller().report(viewOf(communication), 1_000_000, 84_000_000, 1_795_881_356_867);

  test("is a report, also when it has been JSON", () => {
    expect(monitorReport.parse(JSON.parse(JSON.stringify(report)))).toMatchObject({ monitor: 1, rack: { slot: 3 } });
    expect(report.rack.upMicros).toBe(83_000_000);
  });

  test("every card of rack.yaml: itself, those it hears, and those it does not", () => {
    expect(report.cards.map(({ slot, present, role, condition }) => [slot, present, role, condition])).toEqual([
      [1, true, "witness", undefined],
      [2, false, undefined, undefined],
      [3, true, "primary", undefined],
      [4, true, "witness", "hung"],
    ]);
  });

  test("its LEDs as they are; of others what their beats say", () => {
    const [first, , own, last] = report.cards.map(({ lamps }) => lamps);
    expect(own).toEqual({
      ...{ active: "on", standby: "off", alarm: "slow blink", busA: "on", busB: "off", link: "off", safeToPull: "off" },
    });
    expect(first).toEqual({ active: "on", standby: "off", alarm: "off" });
    expect(last).toMatchObject({ alarm: "on" });
  });

  test("calls, the takeover, and alarms: those that stand, and a few that are over", () => {
    expect(report.calls).toEqual({ inSetUp: 3, inConversation: 9, attempts: 20, answered: 15 });
    expect(report.switchover).toEqual({ ...takeover, to: 3 });
    expect(report.alarms.length).toBe(9);
    expect(report.alarms[0]).toMatchObject({ severity: "major", object: "slot 2" });
  });

  test("the load of a plane between two reports", () => {
    const teller = new MonitorTeller();
    const { bus } = configuration;
    const first = teller.report(viewOf(communication), 0, 1_000_000, 0);
    expect(first.planes).toEqual([
      { plane: "A", state: "active" },
      { plane: "B", state: "bus-off" },
    ]);
    const planes = [
      { nominalBits: 1000 + bus.bitRate / 10, dataBits: bus.dataBitRate / 10 },
      { nominalBits: 0, dataBits: 0 },
    ];
    const second = teller.report(viewOf({ ...communication, planes }), 0, 2_000_000, 0);
    expect(second.planes).toEqual([
      { plane: "A", state: "active", loadPercent: 20 },
      { plane: "B", state: "bus-off", loadPercent: 0 },
    ]);
    // The port was opened anew.
    const third = teller.report(viewOf(communication), 0, 3_000_000, 0);
    expect(third.planes[0]).toEqual({ plane: "A", state: "active" });
  });

  test("says what is wrong with itself, and that it leaves", () => {
    const own = (status: CommunicationStatus) => {
      const { cards } = new MonitorTeller().report(viewOf({ ...communication, ...status }), 0, 1, 0);
      return cards.find(({ slot }) => slot === 3);
    };
    expect(own({ mute: true })?.condition).toBe("mute");
    expect(own({ leaving: "safe to pull" })).toMatchObject({
      condition: "safe to pull",
      lamps: { active: "off", safeToPull: "on" },
    });
  });

  test("a card that knows nothing yet tells that", () => {
    const nothing = { ...viewOf({}), application: () => ({}), alarms: () => [] };
    expect(monitorReport.safeParse(new MonitorTeller().report(nothing, 0, 1, 0)).success).toBe(true);
  });
});
