/** The report as people read it. */
import { judge, type RackReport } from "./report.ts";

export function summaryText(report: RackReport): string {
  const { callsLost, undelivered, cdrs, rtp, setupDelayMillis: delay } = report;
  const millis = (value: number | null) => (value === null ? "-" : `${value.toFixed(1)} ms`);
  const switchovers = report.switchovers.map(
    ({ cause, from, to, detectionMillis, totalMillis, longestServiceGapMillis, callsInSetup }, index) => [
      index === 0 ? "switchovers" : "",
      `${cause} of slot ${from}: slot ${to} took over in ${millis(totalMillis)} (noticed after ${millis(detectionMillis)}, ` +
        `longest silence ${millis(longestServiceGapMillis)}), ${callsInSetup} calls in set-up`,
    ],
  );
  const planes = Object.entries(report.planes).map(([plane, { loadPercent, heartbeatPercent, bitsPerCall }]) => [
    `plane ${plane}`,
    `${loadPercent.toFixed(1)} % load, of which ${heartbeatPercent.toFixed(1)} % heartbeats; ${bitsPerCall} bits a call`,
  ]);
  const checks = Object.entries(report.circuitCheck).map(([exchange, { circuits, answered, released }]) => [
    `circuits ${exchange}`,
    `${circuits} seized at the same time, ${answered} answered, ${released} released`,
  ]);
  const rows = [
    ["calls", `${report.callsAttempted} made in ${report.seconds} s, ${report.callsAnswered} answered`],
    ["", `${report.callsReleasedNormally} released as planned`],
    ["lost", `${callsLost.setup} in set-up, ${callsLost.stable} in conversation`],
    ...(undelivered.messages > 0
      ? [
          [
            "",
            `${undelivered.calls} of them by ${undelivered.messages} messages that died with a LIM before they were on the bus`,
          ],
        ]
      : []),
    ...Object.entries(report.reasons).map(([reason, count]) => ["", `${count} x ${reason}`]),
    ...(switchovers.length > 0 ? switchovers : [["switchovers", "none"]]),
    ...(report.secondFaults > 0
      ? [["", `${report.secondFaults} x the primary was taken while there was no backup`]]
      : []),
    ["left behind", `${report.circuitsLeaked} circuits, ${report.connectionsLeaked} connections`],
    ...checks,
    ["call records", `${cdrs.expected} expected, ${cdrs.missing} missing, ${cdrs.duplicated} too many`],
    ...cdrs.cards.map(({ slot, records }) => ["", `${records} in slot ${slot}`]),
    [
      "voice",
      `${rtp.sent} packets sent, ${rtp.lost} lost, ${rtp.foreign} of other calls, ${rtp.hostDrops} dropped here`,
    ],
    ["set-up delay", `p50 ${millis(delay.p50)}, p99 ${millis(delay.p99)}, max ${millis(delay.max)}`],
    ...planes,
  ];
  return [...rows.map(([name, text]) => `${name.padEnd(16)}${text}`.trimEnd()), "", verdictText(report), ""].join("\n");
}

export function verdictText(report: RackReport): string {
  const { exitCode, findings } = judge(report);
  if (exitCode === 0) return "Nothing was lost.";
  return `${exitCode === 3 ? "This run is void" : "Not well"}: ${findings.join("; ")}.`;
}
