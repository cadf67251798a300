/** The statistics as people read them. */
import type { DurationSummary } from "../measurement/duration-samples.ts";
import type { ProgramStatistics } from "./exchange-program.ts";

export function statisticsText(statistics: ProgramStatistics): string {
  const { lost, incoming, voice, now } = statistics;
  const going = now.settingUp + now.conversing + now.incomingRinging + now.incomingAnswered + now.clearing;
  const rows: readonly (readonly [string, string])[] = [
    [
      "calls",
      `${statistics.attempts} made of ${statistics.offered} offered, ${statistics.noCircuit} without a circuit`,
    ],
    ["", `${statistics.answered} answered, ${statistics.completed} as planned, ${statistics.unplanned} otherwise`],
    ["lost", `${lost.setup} in set-up, ${lost.stable} in conversation`],
    ["reasons", counts(statistics.reasons)],
    ["causes", counts(statistics.causes)],
    ["set-up delay", durations(statistics.setupDelay)],
    ["release delay", durations(statistics.releaseDelay)],
    ["incoming", `${incoming.received} received, ${incoming.answered} answered, ${incoming.completed} as planned`],
    ["", `${incoming.unplanned} otherwise, ${incoming.overdue} not released in time`],
    ["still going on", `${going}; circuits not idle: ${statistics.circuitsNotIdle.join(" ") || "none"}`],
    ["service gap", `${statistics.longestServiceGapMillis.toFixed(1)} ms at most`],
    ["repeated", counts(statistics.repeated)],
    ["unexpected", counts(statistics.unexpected)],
    ["undecodable", counts(statistics.undecodable)],
    ["voice", `${voice.sent} packets sent, ${voice.received} received, ${voice.lost} lost, ${voice.foreign} foreign`],
    [
      "",
      `${voice.conversations} conversations, ${voice.broken} broken, ${voice.hostDrops} packets dropped by this host`,
    ],
    ["", `cut-through ${durations(voice.cutThrough)}; packet delay ${durations(voice.delay)}`],
    ["processor", `${statistics.processorMillis} ms`],
  ];
  return rows.map(([name, text]) => `${name.padEnd(16)}${text}\n`).join("");
}

function counts(counted: Readonly<Record<string, number>>): string {
  const entries = Object.entries(counted);
  return entries.length === 0 ? "none" : entries.map(([name, count]) => `${count} x ${name}`).join(", ");
}

function durations({ count, p50Millis, p99Millis, maxMillis }: DurationSummary): string {
  if (count === 0) return "none";
  return `p50 ${p50Millis.toFixed(1)}, p99 ${p99Millis.toFixed(1)}, max ${maxMillis.toFixed(1)} ms`;
}
