/** The rack on a terminal: draws a few times a second, only what has changed, and takes keys. */
import { helpPicture, type PictureSize, rackPicture } from "./picture.ts";
import { type CallLadder, ladderPicture } from "./ladder-picture.ts";
import type { RackView } from "./rack-view.ts";
import type { CardAction, RackAction } from "./schedule.ts";
import { ansiText, isUnicodeLocale, toColumns, type Line } from "./styled-text.ts";

/** What the screen shows and can do. */
export interface ScreenOwner {
  view(): RackView;
  perform(action: RackAction): void;
  changeRate(factor: number): void;
  /** The ladder of a recent call. */
  ladder(): Promise<CallLadder>;
  quit(): void;
}

type Page =
  | { readonly kind: "rack" }
  | { readonly kind: "help" }
  | { readonly kind: "ladder"; readonly call: CallLadder; readonly from: number };

const drawEveryMillis = 250;
const smallest: PictureSize = { columns: 40, rows: 10 };
const enter = "\x1b[?1049h\x1b[?25l\x1b[2J";
const leave = "\x1b[0m\x1b[?25h\x1b[?1049l";
const rateFactor = 1.25;
/** Keys that scroll: escape sequences of arrows and page keys. */
const scrolling: Readonly<Record<string, number>> = { "\x1b[A": -1, "\x1b[B": 1, "\x1b[5~": -10, "\x1b[6~": 10 };

export class Screen {
  readonly #owner: ScreenOwner;
  readonly #timer: NodeJS.Timeout;
  #selected: number;
  #page: Page = { kind: "rack" };
  /** The lines on the terminal, so that only others are sent. */
  #drawn: string[] = [];
  #isOpen = true;
  readonly #isUnicode = isUnicodeLocale(process.env);

  constructor(owner: ScreenOwner) {
    this.#owner = owner;
    const { slots } = owner.view();
    this.#selected = (slots.find(({ kind }) => kind === "call-server") ?? slots[0]).number;
    process.stdout.write(enter);
    if (process.stdin.isTTY) {
      process.stdin.setRawMode(true);
      process.stdin
        .setEncoding("utf8")
        .resume()
        .on("data", this.#onKeys)
        .on("end", this.#onEnd)
        .on("error", this.#onEnd);
    }
    process.stdout.on("resize", this.#onResize);
    this.#timer = setInterval(() => this.#draw(), drawEveryMillis);
    this.#draw();
  }

  /** Gives the terminal back as it was. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    clearInterval(this.#timer);
    process.stdout.off("resize", this.#onResize);
    process.stdin.off("data", this.#onKeys).off("end", this.#onEnd);
    if (process.stdin.isTTY) {
      try {
        process.stdin.setRawMode(false);
      } catch {
        // The terminal is gone.
      }
    }
    process.stdin.pause();
    process.stdout.write(leave);
  }

  readonly #onResize = (): void => {
    this.#drawn = [];
    process.stdout.write("\x1b[2J");
    this.#draw();
  };

  readonly #onEnd = (): void => this.#owner.quit();

  readonly #onKeys = (octets: string | Uint8Array): void => {
    const keys = String(octets);
    // An escape sequence is one key; typed or pasted characters are many.
    for (const key of keys.startsWith("\x1b") ? [keys] : keys) this.#pressed(key);
    this.#draw();
  };

  #pressed(key: string): void {
    if (key === "\x03") this.#owner.quit();
    else if (this.#page.kind === "ladder" && key in scrolling) {
      const { call, from } = this.#page;
      const last = Math.max(call.rungs.length - 1, 0);
      this.#page = { kind: "ladder", call, from: Math.min(Math.max(from + scrolling[key], 0), last) };
    } else if (this.#page.kind !== "rack") this.#page = { kind: "rack" };
    else if (/^\d$/.test(key)) this.#select(Number(key));
    else this.#command(key);
  }

  #select(number: number): void {
    if (this.#owner.view().slots.some((slot) => slot.number === number)) this.#selected = number;
  }

  #command(key: string): void {
    const commands: Readonly<Record<string, () => void>> = {
      p: () => this.#perform("pull"),
      i: () => this.#perform("insert"),
      f: () => this.#perform("freeze"),
      t: () => this.#perform("thaw"),
      a: () => this.#switchPlane("A"),
      b: () => this.#switchPlane("B"),
      l: () => this.#showLadder(),
      "+": () => this.#owner.changeRate(rateFactor),
      "=": () => this.#owner.changeRate(rateFactor),
      "-": () => this.#owner.changeRate(1 / rateFactor),
      "\x1b[D": () => this.#selectNext(-1),
      "\x1b[C": () => this.#selectNext(1),
      "?": () => this.#showHelp(),
      h: () => this.#showHelp(),
      q: () => this.#owner.quit(),
    };
    if (Object.hasOwn(commands, key)) commands[key]();
  }

  #perform(action: CardAction): void {
    this.#owner.perform({ action, target: this.#selected });
  }

  #showHelp(): void {
    this.#page = { kind: "help" };
  }

  #showLadder(): void {
    void this.#owner.ladder().then((call) => {
      this.#page = { kind: "ladder", call, from: 0 };
      this.#draw();
    });
  }

  #selectNext(step: number): void {
    const numbers = this.#owner.view().slots.map(({ number }) => number);
    const place = numbers.indexOf(this.#selected) + step;
    this.#selected = numbers[Math.min(Math.max(place, 0), numbers.length - 1)];
  }

  #switchPlane(plane: "A" | "B"): void {
    const isCut = this.#owner.view().planes.some((each) => each.plane === plane && each.cut);
    this.#owner.perform({ action: isCut ? "mend" : "cut", plane });
  }

  #draw(): void {
    if (!this.#isOpen) return;
    const size = {
      columns: Math.max(process.stdout.columns ?? 80, smallest.columns),
      rows: Math.max(process.stdout.rows ?? 24, smallest.rows),
    };
    const lines = this.#lines(size).map((each) => ansiText(each, this.#isUnicode));
    let changes = "";
    lines.forEach((text, row) => {
      if (text !== this.#drawn[row]) changes += `\x1b[${row + 1};1H${text}`;
    });
    this.#drawn = lines;
    if (changes !== "") process.stdout.write(changes);
  }

  #lines(size: PictureSize): readonly Line[] {
    const page = this.#page;
    if (page.kind === "ladder") return ladderPicture(page.call, page.from, size);
    if (page.kind === "rack") return rackPicture(this.#owner.view(), this.#selected, size);
    const help = helpPicture.slice(0, size.rows).map((each) => toColumns(each, size.columns));
    return [...help, ...Array.from({ length: size.rows - help.length }, () => toColumns([], size.columns))];
  }
}
