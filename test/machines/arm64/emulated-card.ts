/** A card's image in an emulated machine, seen over its serial line. */
import { type ChildProcess, spawn } from "node:child_process";

/** Marks the end of what the console has to say. */
export const prompt = "# ";
const waitEveryMillis = 50;

export class EmulatedCard {
  readonly #machine: ChildProcess;
  #said = "";
  /** Of what was said, how much has been waited for. */
  #read = 0;
  #hasEnded = false;

  constructor(given: readonly string[]) {
    this.#machine = spawn("qemu-system-aarch64", given, { stdio: ["pipe", "pipe", "pipe"] });
    const hear = (octets: Buffer) => {
      this.#said += octets.toString("utf8");
    };
    this.#machine.stdout?.on("data", hear);
    this.#machine.stderr?.on("data", hear);
    this.#machine.on("error", (error) => {
      this.#said += `\nqemu-system-aarch64 does not start: ${error.message} ("npm run peers -- machines" installs it)\n`;
      this.#hasEnded = true;
    });
    this.#machine.on("close", () => {
      this.#hasEnded = true;
    });
  }

  /** All that came over the line. */
  get transcript(): string {
    return this.#said.replaceAll("\r", "");
  }

  type(text: string): void {
    this.#machine.stdin?.write(text);
  }

  /**
   * Rejects when it does not come in time, or the machine ends before.
   * @returns what came up to it, since what was waited for last
   */
  async waitFor(text: string, millisMax: number): Promise<string> {
    for (let waited = 0; ; waited += waitEveryMillis) {
      const at = this.#said.indexOf(text, this.#read);
      if (at >= 0) {
        const before = this.#said.slice(this.#read, at + text.length);
        this.#read = at + text.length;
        return before.replaceAll("\r", "");
      }
      if (waited > millisMax || this.#hasEnded) {
        const why = this.#hasEnded ? "the machine has ended" : `it did not come within ${millisMax / 1000} s`;
        throw new Error(`waiting for ${JSON.stringify(text)}: ${why}. The line:\n${this.transcript}`);
      }
      await new Promise((resolve) => setTimeout(resolve, waitEveryMillis));
    }
  }

  /** Types a command at the console. @returns what it printed */
  async command(text: string, millisMax: number): Promise<string> {
    this.type(`${text}\r`);
    await this.waitFor(text, millisMax);
    const answer = await this.waitFor(prompt, millisMax);
    return answer.slice(0, answer.lastIndexOf("\n"));
  }

  /** The machine has switched itself off. */
  async ended(): Promise<void> {
    if (!this.#hasEnded) await new Promise((resolve) => this.#machine.once("close", resolve));
  }

  async stop(): Promise<void> {
    if (this.#hasEnded) return;
    this.#machine.kill("SIGKILL");
    await this.ended();
  }
}
