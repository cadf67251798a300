import { connect, type Socket } from "node:net";
import type { ArmedFrameFault, ArmedPull, HubCommand, HubEvent, HubReply, HubStatistics } from "./hub-commands.ts";
import { HubMessageReader, HubMessageWriter, hubMessage } from "./hub-protocol.ts";

/** The class of commit records. */
const commitClass = 2;

/** Connects to a hub as a supervisor. Rejects when none answers at the path. */
export function connectHubControl(path: string): Promise<HubControl> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once("error", () => reject(new Error(`no hub answers at ${path}`)));
    socket.once("connect", () => {
      socket.removeAllListeners("error");
      resolve(new HubControl(socket));
    });
  });
}

/**
 * A supervisor's connection to a hub. The hub carries out what it is asked in the order of the calls. A call rejects with the
 * hub's reason, a sentence, or when the hub is gone.
 */
export class HubControl {
  readonly #socket: Socket;
  readonly #writer = new HubMessageWriter();
  readonly #waiting = new Map<number, { resolve: (reply: HubReply) => void; reject: (error: Error) => void }>();
  #requests = 0;
  #isGone = false;
  #onEvent: ((event: HubEvent) => void) | undefined;
  #onGone: (() => void) | undefined;

  /** `socket` is connected. */
  constructor(socket: Socket) {
    this.#socket = socket;
    const reader = new HubMessageReader();
    socket.on("data", (chunk) => {
      reader.read(chunk, (type, _detail, octets, offset, length) => {
        const text = octets.toString("utf8", offset, offset + length);
        if (type === hubMessage.reply) this.#replied(JSON.parse(text));
        else if (type === hubMessage.event) this.#onEvent?.(JSON.parse(text));
      });
    });
    socket.on("error", () => undefined);
    socket.on("close", () => this.#gone());
    this.#writer.signal(hubMessage.control);
    socket.write(this.#writer.take());
  }

  /** Sets who hears of ports that come, go and are severed. */
  onEvent(listener: (event: HubEvent) => void): void {
    this.#onEvent = listener;
  }

  /** Sets who hears that the connection has ended. */
  onGone(listener: () => void): void {
    this.#onGone = listener;
  }

  /** Nothing goes through the plane until `mend`; what ports have queued stays queued. */
  async cut(): Promise<void> {
    await this.#ask({ command: "cut" });
  }

  async mend(): Promise<void> {
    await this.#ask({ command: "mend" });
  }

  /** Unplugs a port, now. Its name is refused until `plug`. */
  async sever(port: string): Promise<void> {
    await this.#ask({ command: "sever", port });
  }

  async plug(port: string): Promise<void> {
    await this.#ask({ command: "plug", port });
  }

  async setDeaf(port: string, on: boolean): Promise<void> {
    await this.#ask({ command: "deaf", port, on });
  }

  async setMute(port: string, on: boolean): Promise<void> {
    await this.#ask({ command: "mute", port, on });
  }

  async busOff(port: string): Promise<void> {
    await this.#ask({ command: "bus-off", port });
  }

  /** Severs `port` right after the `count`-th commit frame that it sends from now on; what it sends later never goes out. */
  async armPullAtCommit(port: string, count: number): Promise<void> {
    await this.armPull({ port, frameClass: commitClass, count, moment: "after" });
  }

  async armPull(pull: ArmedPull): Promise<void> {
    await this.#ask({ command: "arm-pull", ...pull });
  }

  async armFrameFault(fault: ArmedFrameFault): Promise<void> {
    await this.#ask({ command: "arm-frame-fault", ...fault });
  }

  async disarm(): Promise<void> {
    await this.#ask({ command: "disarm" });
  }

  async statistics(): Promise<HubStatistics> {
    const reply = await this.#ask({ command: "statistics" });
    if (!reply.ok || reply.value === undefined) throw new Error("the hub answered without statistics");
    return reply.value;
  }

  /** Ends the connection; a hub that this connection owns ends too. */
  close(): void {
    this.#socket.destroy();
    this.#gone();
  }

  #ask(command: HubCommand): Promise<HubReply> {
    return new Promise((resolve, reject) => {
      if (this.#isGone) {
        reject(new Error("the hub is gone"));
        return;
      }
      this.#requests += 1;
      this.#waiting.set(this.#requests, { resolve, reject });
      this.#writer.text(hubMessage.request, JSON.stringify({ request: this.#requests, ...command }));
      this.#socket.write(this.#writer.take());
    });
  }

  #replied(reply: HubReply): void {
    const waiting = this.#waiting.get(reply.request);
    this.#waiting.delete(reply.request);
    if (reply.ok) waiting?.resolve(reply);
    else waiting?.reject(new Error(reply.reason));
  }

  #gone(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    for (const { reject } of this.#waiting.values()) reject(new Error("the hub is gone"));
    this.#waiting.clear();
    this.#onGone?.();
  }
}
