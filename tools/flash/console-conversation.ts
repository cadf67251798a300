/**
 * A conversation with a card's console, as a person has it: wakes it, logs in, gives commands and reads what they say. The line may lose
 * octets or change them: a command is entered only when the console has shown all of it, and what cannot be read is asked for again.
 */
import { enter, interrupt, prompt, typedAtPrompt } from "../console/console-text.ts";
import type { OpenLine, OpenLineListener } from "../console/open-line.ts";
import { UserError } from "../configuration/read-configuration.ts";
import { HeardText, LineDropped } from "./heard-text.ts";

/** Rejects with a sentence where nobody is there. */
export type LineOpener = (listener: OpenLineListener) => Promise<OpenLine>;

export interface ConversationTimes {
  /** A prompt is one when nothing has come behind it for so long. */
  readonly settledMillis: number;
  /** For what the console itself has to say. */
  readonly answerMillis: number;
  /** For a command, which may ask another card and wait for it. */
  readonly commandMillis: number;
}

export const usualTimes: ConversationTimes = { settledMillis: 100, answerMillis: 5000, commandMillis: 15_000 };

export interface ConsoleUser {
  readonly name: string;
  /** Asked for only when the console asks. */
  password(): Promise<string>;
  /** They have been let in before: a login that is wrong now is one that the line has changed. */
  isKnown: boolean;
}

/** The console does not answer, or nobody is logged in there any more: its message says so. */
export class SessionLost extends Error {
  override name = "SessionLost";
}

/** The card does not do what it was told: its message is what it says. */
export class CommandRefused extends Error {
  override name = "CommandRefused";
}

const namePrompt = "login: ";
const passwordPrompt = "password: ";
const attemptsMax = 5;
/** That the line brings of what was being said when the console was interrupted. */
const partsMax = 1000;
const wrongLogin = /^wrong login(?:.*?(\d+) s)?/;
const refusedPauseMillisMax = 30_000;

type Place = "name" | "password" | "prompt";

export class ConsoleConversation {
  readonly #heard: HeardText;
  readonly #line: OpenLine;
  readonly #times: ConversationTimes;
  #prompt = "";

  private constructor(heard: HeardText, line: OpenLine, times: ConversationTimes) {
    this.#heard = heard;
    this.#line = line;
    this.#times = times;
  }

  /** @throws LineDropped when the line cannot be opened */
  static async open(opener: LineOpener, times: ConversationTimes): Promise<ConsoleConversation> {
    const heard = new HeardText();
    try {
      const line = await opener({
        octets: (octets) => heard.octets(octets),
        dropped: (reason) => heard.dropped(reason),
      });
      return new ConsoleConversation(heard, line, times);
    } catch (error) {
      throw error instanceof UserError ? error : new LineDropped((error as Error).message);
    }
  }

  close(): void {
    this.#line.close();
  }

  get times(): ConversationTimes {
    return this.#times;
  }

  // --- who is there

  /** Whoever was logged in before is logged out. @throws UserError, SessionLost, LineDropped */
  async logIn(user: ConsoleUser): Promise<void> {
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const place = await this.#wake();
      if (place === "prompt") {
        this.#prompt = this.#heard.rest;
        if (await this.#type("exit")) this.#send(enter);
        await this.#at(namePrompt);
      } else if (place === "name") {
        this.#prompt = namePrompt;
        if ((await this.#type(user.name)) && (await this.#letIn(user))) return;
      }
    }
    throw new SessionLost(`${user.name} does not get in: too much is lost on this line`);
  }

  async #letIn(user: ConsoleUser): Promise<boolean> {
    this.#heard.forgetLines();
    this.#send(enter);
    if (await this.#at(passwordPrompt)) {
      const password = await user.password();
      this.#heard.forget();
      this.#send(password + enter);
    }
    if (!(await this.#at(prompt))) {
      await this.#refused(user);
      return false;
    }
    this.#prompt = this.#heard.rest;
    if (this.#prompt.endsWith("> "))
      throw new UserError(`${user.name} is an operator here: an upgrade is for administrators`);
    user.isKnown = true;
    // Nothing waits for a key after a page, and no line is shown in parts.
    await this.command("terminal length 0");
    await this.command("terminal width 512");
    return true;
  }

  /** Nobody has been let in. */
  async #refused(user: ConsoleUser): Promise<void> {
    for (let line = this.#heard.takeLine(); line !== undefined; line = this.#heard.takeLine()) {
      const wrong = wrongLogin.exec(line);
      if (wrong === null) continue;
      if (!user.isKnown) throw new UserError(`the card does not let ${user.name} in: ${line}`);
      await this.#at(
        namePrompt,
        Math.min(Number(wrong[1] ?? 0) * 1000 + this.#times.answerMillis, refusedPauseMillisMax),
      );
      return;
    }
  }

  /** Logs out, as far as that can be done. */
  async logOut(): Promise<void> {
    try {
      this.#heard.forgetLines();
      if (await this.#type("exit")) {
        this.#send(enter);
        await this.#heard.more(this.#times.answerMillis);
      }
    } catch (error) {
      if (!(error instanceof LineDropped)) throw error;
    }
  }

  // --- commands

  /** What the command says, line by line. It may be done more than once. @throws SessionLost, LineDropped */
  async command(text: string): Promise<readonly string[]> {
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const lines = (await this.enter(text)) ? await this.#output() : undefined;
      if (lines !== undefined) return lines;
    }
    throw new SessionLost("too much is lost on this line");
  }

  /**
   * What a command says as one line of JSON.
   * @param read undefined: it has another form than it should have, and is asked for again
   * @throws CommandRefused where the command says something else, however often it is asked
   */
  async json<T>(text: string, read: (told: unknown) => T | undefined): Promise<T> {
    let said = "";
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const lines = await this.command(text);
      said = lines.join(" ");
      const value = read(jsonIn(lines));
      if (value !== undefined) return value;
    }
    throw new CommandRefused(said === "" ? `nothing came of ${text}` : said);
  }

  /** Has a command begun at the prompt. @returns false when it has not: it can be tried again */
  async enter(text: string): Promise<boolean> {
    const isReady = this.#heard.rest === this.#prompt || (await this.#at(prompt));
    if (!isReady && (await this.#wake()) !== "prompt") throw new SessionLost("nobody is logged in any more");
    this.#prompt = this.#heard.rest;
    if (await this.#type(text)) {
      this.#send(enter);
      return true;
    }
    await this.#wake();
    return false;
  }

  async #output(): Promise<readonly string[] | undefined> {
    const lines: string[] = [];
    for (;;) {
      const next = await this.next(this.#times.commandMillis);
      if (next === undefined) return undefined;
      if (next === "prompt") return lines;
      lines.push(next.line);
    }
  }

  /**
   * What comes next of a command that has begun: a line, or the prompt behind its end; undefined when it says nothing for so long.
   * Notices of the card are left out. @throws SessionLost, LineDropped
   */
  async next(millis: number): Promise<{ readonly line: string } | "prompt" | undefined> {
    for (;;) {
      for (let line = this.#heard.takeLine(); line !== undefined; line = this.#heard.takeLine()) {
        if (!typedAtPrompt.test(line) && !line.startsWith("% ")) return { line };
      }
      const { rest } = this.#heard;
      if (rest === this.#prompt) return "prompt";
      if (rest === namePrompt) throw new SessionLost("nobody is logged in any more");
      if (!(await this.#heard.more(millis))) return undefined;
    }
  }

  /** Something that is no command. */
  send(text: string): void {
    this.#send(text);
  }

  // --- the line

  #send(text: string): void {
    this.#line.write(text);
  }

  /** Types behind the prompt. @returns whether the console has shown just that */
  async #type(text: string): Promise<boolean> {
    const wanted = this.#prompt + text;
    this.#heard.forgetLines();
    this.#send(text);
    while (this.#heard.rest.length < wanted.length) {
      if (!(await this.#heard.more(this.#times.answerMillis))) return false;
    }
    return this.#heard.rest === wanted;
  }

  /** What stands in the line that is not ended becomes this. */
  async #at(wanted: RegExp | string, millis = this.#times.answerMillis): Promise<boolean> {
    const is = () => (typeof wanted === "string" ? this.#heard.rest === wanted : wanted.test(this.#heard.rest));
    const isElsewhere = () => this.#place() !== undefined;
    for (;;) {
      const wait = is() || isElsewhere() ? this.#times.settledMillis : millis;
      if (!(await this.#heard.more(wait))) return is();
    }
  }

  #place(): Place | undefined {
    const { rest } = this.#heard;
    if (rest === namePrompt) return "name";
    if (rest === passwordPrompt) return "password";
    return prompt.test(rest) ? "prompt" : undefined;
  }

  /** Gives up whatever the console is at. @throws SessionLost when it says nothing */
  async #wake(): Promise<Place> {
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      this.#heard.forget();
      this.#send(interrupt + enter);
      const place = await this.#settledPlace();
      if (place !== undefined) return place;
    }
    throw new SessionLost("the console does not answer");
  }

  async #settledPlace(): Promise<Place | undefined> {
    // One that never ends saying something says nothing.
    for (let parts = 0; parts < partsMax; parts++) {
      const { settledMillis, answerMillis } = this.#times;
      const millis = this.#place() === undefined ? answerMillis : settledMillis;
      if (!(await this.#heard.more(millis))) break;
    }
    return this.#place();
  }
}

function jsonIn(lines: readonly string[]): unknown {
  try {
    return JSON.parse(lines.find((line) => line.startsWith("{")) ?? "");
  } catch {
    return undefined;
  }
}
