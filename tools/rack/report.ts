/** What a run has shown, and whether anything was lost in it. Everything in it was measured at exchanges, gateways and planes. */
import type { CircuitCheckResult } from "../exchange/circuit-check.ts";
import type { CallDetailCheck } from "./call-detail-check.ts";
import type { SwitchoverCause } from "./switchovers.ts";

export interface RackReport {
  /** Time in which calls were made. */
  readonly seconds: number;
  readonly callsAttempted: number;
  readonly callsAnswered: number;
  readonly callsReleasedNormally: number;
  readonly callsLost: {
    /** Would have been answered, but were not within 5 s after their ring time. */
    readonly setup: number;
    /** Answered, then released unasked, or their voice interrupted. */
    readonly stable: number;
  };
  /** Messages that died with a pulled LIM before they were on the bus; and how many of the calls lost they belonged to. */
  readonly undelivered: { readonly messages: number; readonly calls: number };
  /** By why they count as lost. */
  readonly reasons: Readonly<Record<string, number>>;
  /** Sum over all pulls and freezes of the primary. */
  readonly callsInSetupAtPull: number;
  /** Circuits not idle, and connections in a gateway, when all calls were over. */
  readonly circuitsLeaked: number;
  readonly connectionsLeaked: number;
  readonly cdrs: CallDetailCheck;
  readonly rtp: {
    readonly sent: number;
    readonly lost: number;
    /** Packets that the kernel dropped because a program of ours was too slow: such a run says nothing. */
    readonly hostDrops: number;
    readonly foreign: number;
  };
  readonly switchovers: readonly SwitchoverFigures[];
  readonly unpromptedSwitchovers: number;
  /** How often the primary was taken while there was no backup: beyond what a rack promises. */
  readonly secondFaults: number;
  readonly planes: Readonly<Record<string, PlaneFigures>>;
  readonly setupDelayMillis: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Every circuit seized once, all at the same time; by exchange. */
  readonly circuitCheck: Readonly<Record<string, CircuitCheckResult>>;
  /** Cards that ended by themselves, and cards put back that did not come to do their part again. */
  readonly cardsFailed: number;
  readonly cardsNotBack: readonly string[];
  /** What the run could not do, a sentence each: calls that were not over in time, a program that did not answer. */
  readonly faults: readonly string[];
}

export interface SwitchoverFigures {
  readonly cause: SwitchoverCause;
  readonly group: number;
  readonly from: number;
  readonly to: number;
  readonly detectionMillis: number | null;
  readonly totalMillis: number | null;
  readonly longestServiceGapMillis: number | null;
  readonly callsInSetup: number;
}

export interface PlaneFigures {
  readonly loadPercent: number;
  readonly heartbeatPercent: number;
  /** Heartbeats apart, and what brings an inserted card up to date apart. */
  readonly bitsPerCall: number;
  readonly resynchronisationBits: number;
}

export interface Verdict {
  /** 0: nothing was lost. 1: something was. 3: the host dropped voice, so that the run says nothing. */
  readonly exitCode: 0 | 1 | 3;
  /** What was wrong, a clause each. */
  readonly findings: readonly string[];
}

export function judge(report: RackReport): Verdict {
  const { callsLost, cdrs, rtp } = report;
  const failedCircuits = Object.entries(report.circuitCheck).flatMap(([exchange, { circuits, answered, released }]) =>
    answered === circuits && released === circuits ? [] : [`${exchange}: ${released} of ${circuits}`],
  );
  const counted: readonly (readonly [number, string])[] = [
    [callsLost.setup, "calls lost in set-up"],
    [callsLost.stable, "calls lost in conversation"],
    [report.circuitsLeaked, "circuits not idle after the last call"],
    [report.connectionsLeaked, "connections left in a gateway"],
    [cdrs.missing, "call detail records missing"],
    [cdrs.duplicated, "call detail records too many"],
    [cdrs.unexpected, "call detail records of calls that nobody made"],
    [rtp.lost, "voice packets lost"],
    [rtp.foreign, "voice packets of other calls"],
    [report.unpromptedSwitchovers, "switchovers without anybody's doing"],
    [report.cardsFailed, "cards failed"],
  ];
  const findings = [
    ...counted.flatMap(([count, what]) => (count > 0 ? [`${count} ${what}`] : [])),
    ...(failedCircuits.length > 0 ? [`circuits that carried no call at the end (${failedCircuits.join(", ")})`] : []),
    ...report.cardsNotBack.map((card) => `${card} did not come back`),
    ...(report.callsAttempted === 0 ? ["no call was made"] : []),
    ...report.faults,
  ];
  if (rtp.hostDrops > 0) {
    return { exitCode: 3, findings: [`void: this host dropped ${rtp.hostDrops} voice packets`, ...findings] };
  }
  return { exitCode: findings.length > 0 ? 1 : 0, findings };
}
