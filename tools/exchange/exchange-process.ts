/** A test exchange as a child process, steered over IPC: what the rack tool and the benches use. */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Micros } from "../../firmware/time.ts";
import type { CallRecord } from "./circuit.ts";
import type { CircuitCheckResult } from "./circuit-check.ts";
import type { FromExchange, Request } from "./control.ts";
import type { ExchangeNotice, ProgramStatistics } from "./exchange-program.ts";
import type { FirstMessage } from "../measurement/message-history.ts";

/** A request without its number. */
type Asked = Request extends infer R ? (R extends Request ? Omit<R, "id"> : never) : never;

export class ExchangeProcess {
  readonly #child: ChildProcess;
  readonly #onNotice: (notice: ExchangeNotice) => void;
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  #lastId = 0;

  private constructor(child: ChildProcess, onNotice: (notice: ExchangeNotice) => void) {
    this.#child = child;
    this.#onNotice = onNotice;
    child.on("message", (message) => this.#receive(message as FromExchange));
    child.once("exit", (code, signal) => {
      const error = new Error(`the exchange ended (${signal ?? code})`);
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    });
  }

  /**
   * Starts an exchange with the arguments of its command line. Resolves when its sockets are open, with the port where it
   * listens if it does; fails when it ends before. `launch` starts a program with an IPC channel; the usual one gives it
   * this process's standard error.
   */
  static async start(
    args: readonly string[],
    onNotice: (notice: ExchangeNotice) => void = () => {},
    launch: (program: string, args: readonly string[]) => ChildProcess = launchHere,
  ): Promise<{ readonly exchange: ExchangeProcess; readonly listeningPort: number | undefined }> {
    const program = fileURLToPath(new URL("main.ts", import.meta.url));
    const child = launch(program, args);
    return await new Promise((resolve, reject) => {
      const exchange = new ExchangeProcess(child, (notice) => {
        if (notice.event === "ready") resolve({ exchange, listeningPort: notice.listeningPort });
        onNotice(notice);
      });
      child.once("error", reject);
      child.once("exit", (code, signal) => reject(new Error(`the exchange did not start (${signal ?? code})`)));
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Makes calls at a rate, for a time or until told otherwise; 0 stops. */
  async rate(callsPerSecond: number, forMillis?: number): Promise<void> {
    await this.#ask({ command: "rate", callsPerSecond, ...(forMillis === undefined ? {} : { forMillis }) });
  }

  /** Makes one call. */
  async call(plan: Omit<Extract<Asked, { command: "call" }>, "command"> = {}): Promise<void> {
    await this.#ask({ command: "call", ...plan });
  }

  /** Resolves when the node can be reached. */
  async available(): Promise<void> {
    await this.#ask({ command: "available" });
  }

  /** Whether all calls are over within the time. */
  async quiet(withinMillis: number): Promise<boolean> {
    return (await this.#ask({ command: "quiet", withinMillis })) as boolean;
  }

  async statistics(): Promise<ProgramStatistics> {
    return (await this.#ask({ command: "statistics" })) as ProgramStatistics;
  }

  /** Own calls that ended since the last time. */
  async calls(): Promise<readonly CallRecord[]> {
    return (await this.#ask({ command: "calls" })) as readonly CallRecord[];
  }

  /** Seizes every circuit that the exchange controls, all at the same time. */
  async check(callsPerSecond?: number): Promise<CircuitCheckResult> {
    const asked = callsPerSecond === undefined ? {} : { callsPerSecond };
    return (await this.#ask({ command: "check", ...asked })) as CircuitCheckResult;
  }

  /** The first message that came or comes later than this moment of the host's monotonic clock; now, when left out. */
  async mark(afterMicros?: Micros): Promise<FirstMessage> {
    return (await this.#ask({
      command: "mark",
      ...(afterMicros === undefined ? {} : { afterMicros }),
    })) as FirstMessage;
  }

  /** Resets all circuits. */
  async reset(): Promise<void> {
    await this.#ask({ command: "reset" });
  }

  /** Ends the process. */
  async quit(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => this.#child.once("exit", () => resolve()));
    // It may end before its reply is through, or be stopped: then it has to go without being asked.
    this.#ask({ command: "quit" }).catch(() => {});
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), patienceMillis);
    await ended;
    clearTimeout(timer);
  }

  #ask(asked: Asked): Promise<unknown> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      if (!this.#child.connected) {
        this.#waiting.delete(id);
        reject(new Error("the exchange has ended"));
        return;
      }
      this.#child.send({ id, ...asked });
    });
  }

  #receive(message: FromExchange): void {
    if ("event" in message) {
      this.#onNotice(message);
      return;
    }
    const waiting = message.id === undefined ? undefined : this.#waiting.get(message.id);
    if (waiting === undefined || message.id === undefined) return;
    this.#waiting.delete(message.id);
    if (message.ok) waiting.resolve(message.value);
    else waiting.reject(new Error(message.error));
  }
}

const patienceMillis = 3000;

function launchHere(program: string, args: readonly string[]): ChildProcess {
  return fork(program, [...args], { stdio: ["ignore", "ignore", "inherit", "ipc"], execArgv: [] });
}
