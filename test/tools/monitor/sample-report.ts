import type { MonitorReport } from "../../../firmware/console/monitor-report.ts";

/** As a beat tells them, and as a card tells its own. */
const ofBeat = { active: "on", standby: "off", alarm: "off" } as const;
const lit = { ...ofBeat, busA: "on", busB: "on", link: "on", safeToPull: "off" } as const;

/** The demonstration's rack after its primary was pulled. */
export const sampleReport: MonitorReport = {
  monitor: 1,
  rack: { name: "demonstration", slot: 3, upMicros: 83_000_000, atMillis: 1_795_881_356_867 },
  cards: [
    { slot: 1, kind: "lim", present: true, role: "witness", term: 4, commit: 1301, lamps: ofBeat },
    { slot: 2, kind: "call-server", present: false, lamps: {} },
    {
      ...{ slot: 3, kind: "call-server", present: true, role: "primary", term: 4, commit: 1302 },
      lamps: { ...lit, link: "off", busB: "off", alarm: "slow blink" },
    },
    {
      ...{ slot: 4, kind: "transporter", present: true, role: "witness", term: 4, commit: 1301 },
      ...{ condition: "safe to pull", lamps: { ...lit, safeToPull: "on" } },
    },
  ],
  planes: [
    { plane: "A", loadPercent: 6.2, state: "active" },
    { plane: "B", state: "bus-off" },
  ],
  calls: { inSetUp: 31, inConversation: 88, attempts: 1651, answered: 1620 },
  alarms: [
    { severity: "major", object: "slot 2", text: "does not beat", raisedAtMillis: 1_795_881_350_000 },
    {
      ...{ severity: "minor", object: "gateway gw1", text: "does not answer" },
      ...{ raisedAtMillis: 1_795_881_300_000, clearedAtMillis: 1_795_881_310_000 },
    },
  ],
  switchover: {
    ...{ from: 2, to: 3, term: 4, detectedMicros: 16_100, claimedMicros: 16_300 },
    answers: [
      { slot: 1, micros: 17_000 },
      { slot: 4, micros: 18_900 },
    ],
    ...{ beganMicros: 20_000, atMillis: 1_795_881_349_000 },
  },
};
