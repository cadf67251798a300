/** The test exchange as a program: by itself, or steered over IPC or JSON lines (control.ts). */
import { createInterface } from "node:readline";
import { microsPerMilli } from "../../firmware/time.ts";
import { linuxClock } from "../../hal/linux/clock.ts";
import { answerRequest, type FromExchange } from "./control.ts";
import { type ExchangeNotice, ExchangeProgram } from "./exchange-program.ts";
import { type CommandLine, parseCommandLine } from "./options.ts";
import { playScript } from "./script-program.ts";
import { seededChance } from "./seeded-chance.ts";
import { statisticsText } from "./statistics-text.ts";

const clock = linuxClock();

async function main(): Promise<void> {
  const options = parseCommandLine(process.argv.slice(2));
  if (options.script !== undefined) await runScript(options, options.script);
  else if (process.send !== undefined) await steerByIpc(options);
  else if (options.control) await steerByLines(options);
  else await runAlone(options);
}

async function open(options: CommandLine, notify: (notice: ExchangeNotice) => void): Promise<ExchangeProgram> {
  const program = new ExchangeProgram(options.program, clock, seededChance(options.seed), notify);
  await program.open();
  void begin(program, options);
  return program;
}

/** What the command line asks for without further request. */
async function begin(program: ExchangeProgram, { callsPerSecond, forMicros, reset }: CommandLine): Promise<void> {
  await program.available();
  if (reset) program.reset();
  if (callsPerSecond > 0) {
    program.generate(callsPerSecond, forMicros === undefined ? undefined : forMicros / microsPerMilli);
  }
}

async function runScript(options: CommandLine, file: string): Promise<void> {
  const result = await playScript(file, options.program.link, clock);
  if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else {
    for (const line of result.transcript) process.stdout.write(`${line}\n`);
    process.stdout.write(`${result.name}: ${result.passed ? "passed" : result.failure}\n`);
  }
  process.exitCode = result.passed ? 0 : 1;
}

async function steerByIpc(options: CommandLine): Promise<void> {
  const tell = (message: FromExchange): void => {
    if (process.connected) process.send?.(message);
  };
  const program = await open(options, tell);
  process.on("message", (asked) => void answer(program, asked, tell));
  process.on("disconnect", () => void program.close().then(() => process.exit(0)));
  // An interrupt at the terminal goes to all its processes; the one that started this exchange decides what it means.
  process.on("SIGINT", () => {});
}

async function steerByLines(options: CommandLine): Promise<void> {
  const tell = (message: FromExchange): void => {
    process.stdout.write(`${JSON.stringify(message)}\n`);
  };
  const program = await open(options, tell);
  for await (const line of createInterface({ input: process.stdin })) {
    void answer(program, fromJson(line), tell);
  }
  await program.close();
  process.exit(0);
}

async function answer(program: ExchangeProgram, asked: unknown, tell: (message: FromExchange) => void): Promise<void> {
  const reply = await answerRequest(program, asked);
  tell(reply);
  if (reply.ok && typeof asked === "object" && asked !== null && "command" in asked && asked.command === "quit") {
    await program.close();
    // The reply leaves first.
    setTimeout(() => process.exit(0), 20);
  }
}

function fromJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

async function runAlone(options: CommandLine): Promise<void> {
  const program = await open(options, (notice) => process.stderr.write(`${noticeText(notice)}\n`));
  const finish = async (isWell: boolean): Promise<void> => {
    const statistics = program.statistics();
    process.stdout.write(options.json ? `${JSON.stringify(statistics)}\n` : statisticsText(statistics));
    const { lost, circuitsLeaked } = statistics;
    await program.close();
    process.exit(isWell && lost.setup + lost.stable + circuitsLeaked === 0 ? 0 : 1);
  };
  process.once("SIGINT", () => void finish(true));
  process.once("SIGTERM", () => void finish(true));
  const { forMicros, callsPerSecond, check } = options;
  if (forMicros === undefined || callsPerSecond === 0) return;

  await program.available();
  await new Promise((resolve) => setTimeout(resolve, forMicros / microsPerMilli));
  const { ring, hold } = options.program.exchange.mix;
  const longest = (ring.max + hold.max + (options.program.exchange.tolerance ?? 0)) / microsPerMilli;
  let isWell = await program.quiet(longest + timeToSpareMillis);
  if (check && isWell) {
    const result = await program.check();
    process.stderr.write(`circuit check: ${JSON.stringify(result)}\n`);
    isWell = result.released === result.circuits;
  }
  await finish(isWell);
}

const timeToSpareMillis = 5000;

function noticeText(notice: ExchangeNotice): string {
  switch (notice.event) {
    case "ready":
      return notice.listeningPort === undefined ? "ready" : `listening at port ${notice.listeningPort}`;
    case "link":
      return notice.available ? "the node can be reached" : "the node cannot be reached";
    case "lost":
      return `call from ${notice.call.calling} on CIC ${notice.call.cic}: ${notice.call.outcome}, ${notice.call.reason}`;
    case "cut":
      return `a connection to port ${notice.port} has ended`;
    case "note":
      return notice.text;
  }
}

await main();
