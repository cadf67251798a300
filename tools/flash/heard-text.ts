/** What has come over a line and has not been taken yet: whole lines, and what has come of the next one. */
import { shown } from "../console/console-text.ts";

const charactersMax = 1024 * 1024;

/** The line is gone: its message says how. */
export class LineDropped extends Error {
  override name = "LineDropped";
}

export class HeardText {
  readonly #decoder = new TextDecoder("utf-8");
  #lines: string[] = [];
  #rest = "";
  #reason: string | undefined;
  #woken: (() => void) | undefined;

  octets(octets: Uint8Array): void {
    const parts = (this.#rest + this.#decoder.decode(octets, { stream: true })).split("\n");
    this.#rest = (parts.pop() ?? "").slice(-charactersMax);
    this.#lines.push(...parts.map(shown).filter((line) => line.trim() !== ""));
    this.#woken?.();
  }

  dropped(reason: string): void {
    this.#reason = reason;
    this.#woken?.();
  }

  /** The next whole line that is not empty. */
  takeLine(): string | undefined {
    return this.#lines.shift();
  }

  /** What has come of the line that is not ended, as a terminal shows it. */
  get rest(): string {
    return shown(this.#rest);
  }

  /** The lines; the one that is not ended stays. */
  forgetLines(): void {
    this.#lines = [];
  }

  /** Everything that has come. */
  forget(): void {
    this.#lines = [];
    this.#rest = "";
  }

  /** Waits for octets. @returns false when none came in that time. @throws LineDropped */
  more(millis: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const end = (came: boolean) => {
        clearTimeout(timer);
        this.#woken = undefined;
        if (this.#reason !== undefined) reject(new LineDropped(this.#reason));
        else resolve(came);
      };
      const timer = setTimeout(() => end(false), millis);
      this.#woken = () => end(true);
      if (this.#reason !== undefined) end(false);
    });
  }
}
