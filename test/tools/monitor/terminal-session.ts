/** A program in a terminal of a size, as a person sees it: tmux holds the terminal. */
import { execFileSync } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";

let count = 0;
const lookMillis = 50;
const withinMillis = 20_000;

export class TerminalSession {
  readonly #tmux: string;
  readonly #server: string;

  /** @param command is run by a shell */
  constructor(tmux: string, command: string, { columns, rows }: { readonly columns: number; readonly rows: number }) {
    this.#tmux = tmux;
    // A server of its own: nobody else's sessions and settings.
    this.#server = `tandem-${process.pid}-${count++}`;
    const size = ["-x", String(columns), "-y", String(rows)];
    this.#run("-f", "/dev/null", "-u", "new-session", "-d", ...size, `${command}; cat`);
  }

  /** What the terminal shows, without blanks at the ends of its lines. */
  screen(): string {
    return this.#run("capture-pane", "-p")
      .split("\n")
      .map((line) => line.trimEnd())
      .join("\n");
  }

  type(text: string): void {
    this.#run("send-keys", "-l", text);
  }

  press(key: string): void {
    this.#run("send-keys", key);
  }

  async until(holds: (screen: string) => boolean): Promise<string> {
    for (let waited = 0; ; waited += lookMillis) {
      const screen = this.screen();
      if (holds(screen)) return screen;
      if (waited >= withinMillis) throw new Error(`not seen within ${withinMillis} ms:\n${screen}`);
      await pause(lookMillis);
    }
  }

  end(): void {
    this.#run("kill-server");
  }

  #run(...given: string[]): string {
    const environment = { ...process.env, LC_ALL: "C.UTF-8", TMUX: "", TERM: "xterm-256color" };
    return execFileSync(this.#tmux, ["-L", this.#server, ...given], { encoding: "utf8", env: environment });
  }
}
