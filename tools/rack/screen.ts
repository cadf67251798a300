/** The rack on a terminal: draws a few times a second, only what has changed, and takes keys. */
import { helpPicture, type PictureSize, rackPicture } from "./picture.ts";
import { type CallLadder, ladderPicture } from "./ladder-picture.ts";
import type { RackView } from "./rack-view.ts";
import type { CardAction, RackAction } from "./schedule.ts";
import { toColumns, type Line } from "./styled-text.ts";
import { Terminal } from "./terminal.ts";

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
const rateFactor = 1.25;
/** Keys that scroll: escape sequences of arrows and page keys. */
const scrolling: Readonly<Record<string, number>> = { "\x1b[A": -1, "\x1b[B": 1, "\x1b[5~": -10, "\x1b[6~": 10 };

export class Screen {
  readonly #owner: ScreenOwner;
  readonly #timer: NodeJS.Timeout;
  #selected: number;
  #page: Page = { kind: "rack" };
  readonly #terminal: Terminal;

  constructor(owner: ScreenOwner) {
    this.#owner = owner;
    const { slots } = owner.view();
    this.#selected = (slots.find(({ kind }) => kind === "call-server") ?? slots[0]).number;
    this.#terminal = new Terminal({
      lines: (size) => this.#lines(size),
      pressed: (key) => this.#pressed(key),
      ended: () => owner.quit(),
    });
    this.#timer = setInterval(() => this.#terminal.draw(), drawEveryMillis);
    this.#terminal.draw();
  }

  /** Gives the terminal back as it was. */
  close(): void {
    clearInterval(this.#timer);
    this.#terminal.close();
  }

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
      this.#terminal.draw();
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

  #lines(size: PictureSize): readonly Line[] {
    const page = this.#page;
    if (page.kind === "ladder") return ladderPicture(page.call, page.from, size);
    if (page.kind === "rack") return rackPicture(this.#owner.view(), this.#selected, size);
    const help = helpPicture.slice(0, size.rows).map((each) => toColumns(each, size.columns));
    return [...help, ...Array.from({ length: size.rows - help.length }, () => toColumns([], size.columns))];
  }
}
