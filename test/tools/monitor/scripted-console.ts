/** A card's console as its other end sees it: login, prompt, the commands `monitor` and `show version`. Sans-I/O. */
import type { MonitorReport } from "../../../firmware/console/monitor-report.ts";

const prompt = "admin@slot 3# ";

export class ScriptedConsole {
  readonly #password: string;
  readonly #write: (text: string) => void;
  readonly #report: () => MonitorReport;
  #state: "name" | "password" | "line" | "monitor" = "name";
  #typed = "";
  /** What was typed, line by line; passwords as `*`. */
  readonly lines: string[] = [];
  reportsGiven = 0;
  knowsMonitor = true;

  constructor(password: string, report: () => MonitorReport, write: (text: string) => void) {
    this.#password = password;
    this.#report = report;
    this.#write = write;
  }

  /** Somebody has connected to a console that nobody is logged in at. */
  greet(): void {
    this.#state = "name";
    this.#write("\r\ndemonstration, slot 3, call-server\r\nlogin: ");
  }

  octets(text: string): void {
    for (const character of text) this.#key(character);
  }

  /** A second has passed. */
  second(): void {
    if (this.#state !== "monitor") return;
    this.reportsGiven++;
    this.#write(`${JSON.stringify(this.#report())}\r\n`);
  }

  #key(character: string): void {
    if (character === "\x03") {
      this.#typed = "";
      this.#write("^C\r\n");
      this.#ask(this.#state === "monitor" ? "line" : this.#state === "password" ? "name" : this.#state);
    } else if (character === "\r") this.#line();
    else {
      this.#typed += character;
      if (this.#state !== "password" && this.#state !== "monitor") this.#write(character);
    }
  }

  #line(): void {
    const line = this.#typed;
    this.#typed = "";
    if (this.#state === "monitor") return;
    this.#write("\r\n");
    this.lines.push(this.#state === "password" ? "*" : line);
    if (this.#state === "name") this.#ask(line === "" ? "name" : "password");
    else if (this.#state === "password") {
      const isRight = line === this.#password;
      this.#write(isRight ? "Type ? for what can be done here.\r\n" : "wrong login; the next may be tried in 1 s\r\n");
      this.#ask(isRight ? "line" : "name");
    } else this.#command(line);
  }

  #command(line: string): void {
    if (line === "monitor" && this.knowsMonitor) {
      this.#state = "monitor";
      return;
    }
    if (line === "show version") this.#write("firmware 0.1.0\r\n\x1b[Kruntime v24.0.0\r\n");
    else if (line !== "" && !line.startsWith("terminal length")) this.#write(`there is no command ${line}\r\n`);
    this.#ask("line");
  }

  #ask(state: "name" | "password" | "line" | "monitor"): void {
    this.#state = state;
    this.#write(state === "name" ? "login: " : state === "password" ? "password: " : prompt);
  }
}
