/** A software media gateway as a child process, asked over IPC. */
import type { ChildProcess } from "node:child_process";
import { z } from "zod";
import type { Micros } from "../../firmware/time.ts";
import type { GatewaySnapshot } from "../gateway/snapshot.ts";
import type { FirstMessage } from "../measurement/message-history.ts";
import { hasEnded } from "./supervised-process.ts";

const readyMessage = z.looseObject({ ready: z.literal(true) });
const answer = z.looseObject({ id: z.int(), ok: z.boolean() });

export class GatewayProcess {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve: (value: object) => void; reject: (error: Error) => void }>();
  #requests = 0;

  private constructor(name: string, child: ChildProcess) {
    this.name = name;
    this.#child = child;
    child.on("message", (message) => {
      const parsed = answer.safeParse(message);
      if (parsed.success) this.#answered(parsed.data);
    });
    child.once("exit", () => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`gateway ${name} has ended`));
      this.#waiting.clear();
    });
  }

  /** Resolves when the gateway of that name can be commanded. */
  static started(name: string, child: ChildProcess): Promise<GatewayProcess> {
    return new Promise((resolve, reject) => {
      const gateway = new GatewayProcess(name, child);
      child.on("message", (message) => {
        if (readyMessage.safeParse(message).success) resolve(gateway);
      });
      child.once("error", reject);
      child.once("exit", (code, signal) => reject(new Error(`gateway ${name} did not start (${signal ?? code})`)));
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** The gateway's own view of itself. */
  async snapshot(): Promise<GatewaySnapshot> {
    const { snapshot } = (await this.#ask({ do: "snapshot" })) as { readonly snapshot: GatewaySnapshot };
    return snapshot;
  }

  /** The first command that came or comes later than this moment of the host's monotonic clock. */
  async firstCommandAfter(afterMicros: Micros): Promise<FirstMessage> {
    const { first } = (await this.#ask({ do: "first-command", afterMicros })) as { readonly first: FirstMessage };
    return first;
  }

  #ask(what: object): Promise<object> {
    return new Promise((resolve, reject) => {
      if (hasEnded(this.#child) || !this.#child.connected) {
        reject(new Error(`gateway ${this.name} has ended`));
        return;
      }
      const id = ++this.#requests;
      this.#waiting.set(id, { resolve, reject });
      this.#child.send({ ...what, id });
    });
  }

  #answered(message: z.output<typeof answer>): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.ok) waiting?.resolve(message);
    else waiting?.reject(new Error(String(message.error)));
  }
}
