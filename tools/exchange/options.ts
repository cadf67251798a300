/** The command line of the test exchange. */
import { Command, InvalidArgumentError, Option } from "commander";
import { networkIndicators } from "../../firmware/mtp3/service-information.ts";
import { parsePointCode } from "../../firmware/mtp3/point-code.ts";
import { type Micros, microsPerMilli } from "../../firmware/time.ts";
import type { MicrosRange } from "./call-generator.ts";
import { planDigits } from "./call-plan.ts";
import type { ReleaseTimers } from "./circuit-state.ts";
import { parseDuration, parseDurationRange } from "./duration.ts";
import type { CicRange } from "./exchange.ts";
import type { ExchangeProgramOptions } from "./exchange-program.ts";
import type { LinkTrafficMode, SocketAddress } from "./signalling-link.ts";
import { voiceLimits } from "./voice.ts";
import type { VoicePorts } from "./voice-sockets.ts";

export interface CommandLine {
  readonly program: ExchangeProgramOptions;
  readonly callsPerSecond: number;
  readonly forMicros: Micros | undefined;
  readonly check: boolean;
  readonly reset: boolean;
  readonly script: string | undefined;
  readonly control: boolean;
  readonly json: boolean;
  readonly seed: number;
}

interface Given {
  readonly name: string;
  readonly pointCode: number;
  readonly nodePointCode: number;
  readonly networkIndicator: keyof typeof networkIndicators;
  readonly connect?: readonly SocketAddress[];
  readonly listen?: SocketAddress;
  readonly signalling: "ipsp" | "sgp" | "asp";
  readonly routingContext?: number;
  readonly trafficMode?: LinkTrafficMode;
  readonly heartbeat: Micros;
  readonly cics: readonly CicRange[];
  readonly called: string;
  readonly calling?: string;
  readonly rate: number;
  readonly for?: Micros;
  readonly ring: MicrosRange;
  readonly hold: MicrosRange;
  readonly busy: number;
  readonly unanswered: number;
  readonly abandon: number;
  readonly calledClears: number;
  readonly tolerance: Micros;
  readonly timer?: Partial<ReleaseTimers>;
  readonly voice?: readonly VoiceGiven[];
  readonly voiceCallsMax: number;
  readonly voicePayload: number;
  readonly callsFile?: string;
  readonly check: boolean;
  readonly reset: boolean;
  readonly script?: string;
  readonly control: boolean;
  readonly json: boolean;
  readonly seed: number;
}

/** Reads the arguments; commander prints help and errors and ends the process where they call for it. */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const command = newCommand().parse([...argv], { from: "user" });
  const given = command.opts<Given>();
  const { connect = [], voice = [] } = given;
  if (connect.length === 0 && given.listen === undefined) command.error("give --connect or --listen");
  const chosen =
    given.signalling === "ipsp" ? (given.listen === undefined ? "ipsp-client" : "ipsp-server") : given.signalling;
  return {
    program: {
      exchange: exchangeOf(given),
      link: {
        role: chosen,
        pointCode: given.pointCode,
        nodePointCode: given.nodePointCode,
        networkIndicator: networkIndicators[given.networkIndicator],
        routingContext: given.routingContext,
        trafficMode: given.trafficMode,
        heartbeatMillis: given.heartbeat / microsPerMilli,
        connect,
        listen: given.listen,
      },
      voice: voice.map((ports) => ({ ...ports, cics: ports.cics ?? given.cics[0] })),
      callsFile: given.callsFile,
    },
    callsPerSecond: given.rate,
    forMicros: given.for,
    check: given.check,
    reset: given.reset,
    script: given.script,
    control: given.control,
    json: given.json,
    seed: given.seed,
  };
}

function exchangeOf(given: Given): ExchangeProgramOptions["exchange"] {
  return {
    name: given.name,
    pointCode: given.pointCode,
    nodePointCode: given.nodePointCode,
    cics: given.cics,
    calledPrefix: given.called,
    // Point codes differ, so calling numbers of different exchanges do, too.
    callingPrefix: given.calling ?? String(given.pointCode).padStart(5, "0"),
    mix: {
      ring: given.ring,
      hold: given.hold,
      shares: {
        busy: given.busy / 100,
        "no-answer": given.unanswered / 100,
        abandon: given.abandon / 100,
        "called-clears": given.calledClears / 100,
      },
    },
    tolerance: given.tolerance,
    timers: given.timer ?? {},
    voiceCallsMax: given.voice === undefined ? 0 : given.voiceCallsMax,
    voiceLimits: { ...voiceLimits, payloadOctets: given.voicePayload },
  };
}

function newCommand(): Command {
  const percent = wholeNumber(0, 100);
  return new Command("exchange")
    .description(
      "Test exchange: an SS7 node on the outside of the rack that makes calls, answers calls and counts what goes wrong.",
    )
    .optionsGroup("Signalling:")
    .option("--name <name>", "what the exchange is called", "west")
    .requiredOption("--point-code <code>", "its own point code, plain or 3-8-3", pointCode)
    .requiredOption("--node-point-code <code>", "the point code of the rack", pointCode)
    .addOption(
      new Option("--network-indicator <name>", "of all messages")
        .choices(Object.keys(networkIndicators))
        .default("national"),
    )
    .option(
      "--connect <address:port>",
      "connect to the node here; may be given again for its other card",
      collectAddress,
      [],
    )
    .option("--listen <address:port>", "let the node connect here (port 0: any)", socketAddress)
    .addOption(new Option("--signalling <role>", "M3UA role").choices(["ipsp", "sgp", "asp"]).default("ipsp"))
    .option("--routing-context <number>", "M3UA routing context", wholeNumber(0, 0xffff_ffff))
    .addOption(
      new Option(
        "--traffic-mode <mode>",
        "share messages among the associations, as without it, or send each over all",
      ).choices(["loadshare", "broadcast"]),
    )
    .addOption(withDefault("--heartbeat <time>", "M3UA BEAT interval", duration, "5s"))
    .requiredOption("--cics <ranges>", "circuits, such as 1-300 or 1-31,33-63", cicRanges)
    .option("--timer <name=time>", "T1, T5 or T16, when not the standard's; may be given again", collectTimer)
    .optionsGroup("Calls:")
    .option("--called <prefix>", "digits that lead calls to the exchange that answers them", calledPrefix, "")
    .option("--calling <prefix>", "digits before the running number (default: the point code)", digits(7))
    .option("--rate <number>", "calls a second; 0 answers only", positive, 0)
    .option("--for <time>", "make calls for so long, wait until they are over, print and end", duration)
    .addOption(withDefault("--ring <times>", "ring time, such as 1s or 1s-2s", durationRange, "1s-2s"))
    .addOption(withDefault("--hold <times>", "conversation time, such as 3s or 3s-6s", durationRange, "3s-6s"))
    .option("--busy <percent>", "calls refused with cause 17", percent, 0)
    .option("--unanswered <percent>", "calls given up by the called side with cause 19", percent, 0)
    .option("--abandon <percent>", "calls given up by the calling side while it rings", percent, 0)
    .option("--called-clears <percent>", "conversations released by the called side", percent, 0)
    .addOption(
      withDefault("--tolerance <time>", "how late an answer may be before the call counts as lost", duration, "5s"),
    )
    .option("--seed <number>", "of the choices", wholeNumber(0, 0xffff_ffff), 1)
    .optionsGroup("Voice:")
    .option(
      "--voice <[cics=]local/gateway>",
      "UDP ports of the first circuit here and at the gateway, such as 127.0.0.1:41000/127.0.0.1:31000; may be given again",
      collectVoice,
    )
    .option("--voice-calls-max <number>", "own calls with voice at the same time", wholeNumber(0, 100_000), 10_000)
    .option("--voice-payload <octets>", "of a packet", wholeNumber(20, 1000), voiceLimits.payloadOctets)
    .optionsGroup("What to do:")
    .option("--reset", "reset all circuits first", false)
    .option("--check", "seize every circuit once at the end", false)
    .option("--script <file>", "play a script instead of making and answering calls")
    .option("--calls-file <file>", "write every own call into a file, a JSON line each")
    .option("--json", "print the statistics as JSON", false)
    .option(
      "--control",
      "read requests from standard input and write replies and notices to standard output, JSON lines",
      false,
    );
}

/** An option whose default is written as it would be given. */
function withDefault<T>(flags: string, description: string, parse: (text: string) => T, text: string): Option {
  return new Option(flags, description).argParser(parse).default(parse(text), text);
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < min || value > max) throw new InvalidArgumentError(`${min} to ${max}`);
    return value;
  };
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new InvalidArgumentError("a number, not negative");
  return value;
}

function digits(most: number): (text: string) => string {
  return (text) => {
    if (!/^\d*$/.test(text) || text.length > most) throw new InvalidArgumentError(`digits, at most ${most}`);
    return text;
  };
}

/** The plan takes its digits, and a called number has 15 at most (E.164). */
const calledPrefix = digits(15 - planDigits);

function pointCode(text: string): number {
  const parsed = parsePointCode(text);
  if (!parsed.ok) throw new InvalidArgumentError("such as 2057 or 1-1-1");
  return parsed.value;
}

function duration(text: string): Micros {
  const parsed = parseDuration(text);
  if (parsed === undefined) throw new InvalidArgumentError("such as 500ms, 3s or 2m");
  return parsed;
}

function durationRange(text: string): MicrosRange {
  const parsed = parseDurationRange(text);
  if (parsed === undefined) throw new InvalidArgumentError("such as 3s or 3s-6s");
  return parsed;
}

function cicRanges(text: string): readonly CicRange[] {
  return text.split(",").map((part) => {
    const [first, last = first] = part.split("-").map(Number);
    const isRange = [first, last].every((cic) => Number.isInteger(cic) && cic >= 0 && cic <= 4095) && first <= last;
    if (!isRange) throw new InvalidArgumentError("such as 1-300 or 1-31,33-63");
    return { first, last };
  });
}

function socketAddress(text: string): SocketAddress {
  const parts = /^\[?([^[\]]+)\]?:(\d{1,5})$/.exec(text);
  if (parts === null || Number(parts[2]) > 65_535) throw new InvalidArgumentError("such as 127.0.0.1:2905");
  return { address: parts[1], port: Number(parts[2]) };
}

function collectAddress(text: string, before: readonly SocketAddress[] = []): readonly SocketAddress[] {
  return [...before, socketAddress(text)];
}

function collectTimer(text: string, before: Partial<ReleaseTimers> = {}): Partial<ReleaseTimers> {
  const parts = /^(T1|T5|T16)=(.+)$/.exec(text);
  if (parts === null) throw new InvalidArgumentError("T1, T5 or T16, = and a time");
  return { ...before, [parts[1]]: duration(parts[2]) };
}

type VoiceGiven = Omit<VoicePorts, "cics"> & { readonly cics?: CicRange };

function collectVoice(text: string, before: readonly VoiceGiven[] = []): readonly VoiceGiven[] {
  const parts = /^(?:([\d-]+)=)?([^/]+)\/(.+)$/.exec(text);
  if (parts === null) throw new InvalidArgumentError("such as 127.0.0.1:41000/127.0.0.1:31000");
  const ports = { exchange: socketAddress(parts[2]), gateway: socketAddress(parts[3]) };
  const [cics] = parts[1] === undefined ? [] : cicRanges(parts[1]);
  return [...before, cics === undefined ? ports : { ...ports, cics }];
}
