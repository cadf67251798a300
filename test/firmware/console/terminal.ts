/** A terminal with a session behind it: what is typed, what is seen, what is done and what is logged. */
import { expect } from "vitest";
import type { ConsoleUser } from "../../../firmware/configuration/rack-schema.ts";
import type { Received } from "../../../firmware/upgrade/upgrade-actions.ts";
import type { Answer } from "../../../firmware/console/enquiry.ts";
import { decodeRequest } from "../../../firmware/console/enquiry.ts";
import { LoginGuard } from "../../../firmware/console/login.ts";
import { ConsoleSession, type SessionAction, type SessionEvent } from "../../../firmware/console/session.ts";
import { octetsOfText, textOfOctets } from "../../../firmware/console/utf8.ts";
import { ExampleCard } from "./example-card.ts";
import { Screen } from "./screen.ts";

export const second = 1_000_000;
export const minute = 60 * second;
export const users: readonly ConsoleUser[] = [
  { name: "root", role: "administrator", password: "right" },
  { name: "guest", role: "operator", password: "welcome" },
];

export class Terminal {
  readonly card = new ExampleCard();
  readonly guard: LoginGuard;
  readonly session: ConsoleSession;
  screen = new Screen();
  readonly logs: { severity: string; text: string }[] = [];
  readonly asked: { enquiry: number; slot: number; request: string }[] = [];
  readonly abandoned: number[] = [];
  hangUps = 0;
  /** What was written when whoever was there had gone. */
  afterHangUp = "";
  checks = 0;
  now = minute;
  /** As it went over the line since the screen was cleared. */
  written = "";
  /** Most octets that were written at once. */
  longest = 0;

  constructor(options: { users?: readonly ConsoleUser[]; isLocal?: boolean; guard?: LoginGuard; slot?: number } = {}) {
    this.guard = options.guard ?? new LoginGuard();
    this.session = new ConsoleSession({
      line: "console on ttyS0",
      isLocal: options.isLocal ?? true,
      users: options.users ?? [],
      idleMicros: 15 * minute,
      view: this.card.view(options.slot),
      actions: this.card.actions,
      guard: this.guard,
      enquirer: {
        enquire: (enquiry, slot, request) => {
          const decoded = decodeRequest(request);
          this.asked.push({ enquiry, slot, request: `${decoded?.role}: ${decoded?.command}` });
        },
        abandon: (enquiry) => void this.abandoned.push(enquiry),
      },
    });
    this.tell({ kind: "opened" });
  }

  static loggedIn(slot?: number): Terminal {
    const terminal = new Terminal({ slot });
    terminal.type("admin\r");
    terminal.type("terminal length 0\r");
    terminal.clear();
    return terminal;
  }

  tell(event: SessionEvent): this {
    this.#perform(this.session.step(event, this.now, 1_000_000_200_000));
    for (let steps = 0; (this.session.nextDeadline() ?? Number.POSITIVE_INFINITY) <= this.now; steps++) {
      expect(steps, "the session is never done").toBeLessThan(10_000);
      this.#perform(this.session.step({ kind: "deadline" }, this.now, 1_000_000_200_000));
    }
    if (!this.card.firmware.isSlow) this.card.firmware.settle();
    return this;
  }

  type(typed: string): this {
    return this.tell({ kind: "octets", octets: octetsOfText(typed) });
  }

  answer(answer: Answer, enquiry = this.asked.at(-1)?.enquiry ?? 0): this {
    return this.tell({ kind: "answer", enquiry, answer });
  }

  piece(text: string): this {
    return this.answer({ kind: "piece", octets: octetsOfText(text) });
  }

  pass(micros: number): this {
    const until = this.now + micros;
    for (;;) {
      const deadline = this.session.nextDeadline();
      if (deadline === undefined || deadline > until) break;
      this.now = Math.max(this.now, deadline);
      this.tell({ kind: "deadline" });
    }
    this.now = until;
    return this;
  }

  clear(): void {
    this.written = "";
    this.screen = new Screen();
  }

  /** What was shown since the screen was cleared. */
  get shown(): string {
    return this.screen.text;
  }

  logIn(name: string, password: string): this {
    return this.type(`${name}\r`).type(`${password}\r`);
  }

  #perform(actions: readonly SessionAction[]): void {
    const { upgrade } = this.card.actions;
    const received = (received: Received) => void this.tell({ kind: "received", received });
    // What is checked is known later than what is written.
    const checks = actions.filter(({ kind }) => kind === "check");
    for (const action of [...actions.filter(({ kind }) => kind !== "check"), ...checks]) {
      if (action.kind === "write") {
        this.longest = Math.max(this.longest, action.octets.length);
        this.written += textOfOctets(action.octets);
        this.screen.write(textOfOctets(action.octets).replaceAll("\r\n", "\n"));
        if (this.hangUps > 0) this.afterHangUp += textOfOctets(action.octets);
      } else if (action.kind === "log") this.logs.push({ severity: action.severity, text: action.text });
      else if (action.kind === "hang-up") this.hangUps++;
      else if (action.kind === "receive") upgrade.receive(action.bundle, received);
      else if (action.kind === "append") upgrade.append(action.octets, received);
      else {
        this.checks++;
        this.tell({ kind: "checked", right: action.stored === action.password });
      }
    }
  }
}
