/** What is typed, and what a terminal shows of it. */
import { describe, expect, it } from "vitest";
import { type LineEvent, LineEditor, lineOctetsMax } from "../../../firmware/console/line-editor.ts";
import { TerminalKeys } from "../../../firmware/console/terminal-keys.ts";
import { octetsOfText, textOfOctets } from "../../../firmware/console/utf8.ts";
import { Screen } from "./screen.ts";

const [left, right, up, down] = ["\x1b[D", "\x1b[C", "\x1b[A", "\x1b[B"];

class Typist {
  readonly editor = new LineEditor();
  readonly keys = new TerminalKeys();
  readonly screen = new Screen();
  readonly events: LineEvent[] = [];
  written = 0;

  constructor(hidden = false) {
    this.editor.begin("> ", { hidden, commands: !hidden });
    this.#show();
  }

  type(typed: string | Uint8Array): this {
    const octets = typeof typed === "string" ? octetsOfText(typed) : typed;
    for (const octet of octets) {
      const key = this.keys.take(octet);
      const event = key && this.editor.take(key);
      if (event !== undefined) this.events.push(event);
    }
    this.#show();
    return this;
  }

  #show(): void {
    const output = this.editor.output();
    this.written += output.length;
    this.screen.write(output);
  }

  /** The lines that were entered. */
  get lines(): readonly string[] {
    return this.events.flatMap((event) => (event.kind === "line" ? [event.text] : []));
  }
}

const lineOf = (typed: string) => new Typist().type(typed).lines;

describe("a line", () => {
  it("ends with CR, LF or CRLF alike, each once", () => {
    expect(lineOf("a\rb\nc\r\nd\r\r")).toEqual(["a", "b", "c", "d", ""]);
  });

  it.each([
    ["backspace and delete", `abd\x7fc${left}${left}\x1b[3~\r`, "ac"],
    ["^A ^E", "bc\x01a\x05d\r", "abcd"],
    ["^U", "abc\x15d\r", "d"],
    ["^U in the middle", `abc${left}\x15\r`, "c"],
    ["^W", "show calls  \x08x \x17\x17rack\r", "show rack"],
    ["^K", `abc${left}${left}\x0b\r`, "a"],
    ["arrows stop at the ends", `ab${left}${left}${left}x${right}${right}${right}y\r`, "xaby"],
    ["Home and End of several terminals", "b\x1b[Ha\x1b[Fc\x1b[1~x\x1b[4~y\x1bOHz\r", "zxabcy"],
    ["control characters that mean nothing", "a\x00\x02\x06\x0f\x1db\r", "ab"],
    ["UTF-8", "käse ☎ 𝄞\x7f\r", "käse ☎ "],
  ])("%s", (_, typed, line) => {
    expect(lineOf(typed)).toEqual([line]);
  });

  it("history: up and down, the line that was begun comes back, and no line twice in a row", () => {
    const typist = new Typist().type("one\rtwo\rtwo\r");
    typist.type(`thr${up}${up}\r`);
    expect(typist.lines.at(-1)).toBe("one");
    typist.type(`x${up}${down}y\r`);
    expect(typist.lines.at(-1)).toBe("xy");
  });

  it("what is shown is what was typed, wherever the cursor is", () => {
    const typist = new Typist().type(`shw calls${left.repeat(7)}`);
    typist.type("o");
    expect(typist.screen.line).toBe("> show calls");
    typist.type("\x05 json\x17");
    expect(typist.screen.line).toBe("> show calls ");
    typist.type(up);
    expect(typist.screen.line).toBe("> show calls ");
  });

  it("a terminal that knows no escape sequences is sent none as long as nobody sends any", () => {
    const editor = new LineEditor();
    const keys = new TerminalKeys();
    editor.begin("> ", { hidden: false, commands: true });
    let output = "";
    for (const octet of octetsOfText("show cald\x7fls\r")) {
      const key = keys.take(octet);
      if (key !== undefined) editor.take(key);
      output += editor.output();
    }
    expect(output).toBe("> show cald\b \bls\r\n");
  });

  it("a line wider than the terminal is shown in part, around the cursor", () => {
    const typist = new Typist();
    typist.editor.width = 20;
    typist.screen.width = 20;
    typist.type("0123456789abcdefghijklmnop");
    expect(typist.screen.lines).toEqual(["> abcdefghijklmnop"]);
    typist.type("\x01");
    expect(typist.screen.lines).toEqual(["> 0123456789abcdefg"]);
  });

  it("what is hidden is not shown, whatever is done to it", () => {
    const typist = new Typist(true).type(`secre${left}x\x7f\x05t\x0c?\t${up}\r`);
    expect(typist.lines).toEqual(["secret?"]);
    expect(typist.screen.text).not.toMatch(/[secrtx?]/);
  });
});

describe("bad input", () => {
  it("100 kB without an end: refused with one bell, never more than the limit, and little is written", () => {
    const typist = new Typist();
    for (let sent = 0; sent < 100; sent++) typist.type("x".repeat(1000));
    expect(typist.screen.bells).toBe(1);
    expect(typist.written).toBeLessThan(100_000);
    typist.type("\rshow rack\r");
    const [long, next] = typist.events;
    expect(long).toMatchObject({ kind: "line", tooLong: true });
    expect(long.kind === "line" && long.text.length).toBe(lineOctetsMax);
    expect(next).toMatchObject({ kind: "line", text: "show rack", tooLong: false });
  });

  it("100 kB into the middle of a line: as much is written as for one screen a piece", () => {
    const typist = new Typist().type(`ab${left}`);
    for (let sent = 0; sent < 100; sent++) typist.type("ü".repeat(500));
    expect(typist.written).toBeLessThan(100 * 200);
    expect(typist.type("\r").events[0]).toMatchObject({ kind: "line", tooLong: true });
  });

  it("the limit counts octets: a character that does not fit whole is refused whole", () => {
    const typist = new Typist().type(`${"x".repeat(lineOctetsMax - 1)}ü\r`);
    expect(typist.events).toMatchObject([{ tooLong: true, text: "x".repeat(lineOctetsMax - 1) }]);
  });

  const whole = `ä☎𝄞${left}\x1b[3~\x1bOH\x1b[1;5Cz`;

  it("cut off anywhere: the next line is as it was typed", () => {
    const octets = octetsOfText(whole);
    for (let length = 0; length <= octets.length; length++) {
      const typist = new Typist().type(octets.subarray(0, length)).type("\rshow rack\r");
      expect(typist.lines.at(-1), `after ${length} octets`).toBe("show rack");
      expect(typist.screen.line, `after ${length} octets`).toBe("");
    }
  });

  it("any octet lost: the next line is as it was typed", () => {
    const octets = octetsOfText(`${whole}\r`);
    for (let lost = 0; lost < octets.length; lost++) {
      const rest = octets.filter((_, place) => place !== lost);
      const typist = new Typist().type(rest).type("\x05\x15show rack\r");
      expect(typist.lines.at(-1), `without octet ${lost}`).toBe("show rack");
    }
  });

  it("every octet there is, alone and behind an escape: nothing but text gets into the line", () => {
    for (const before of ["", "\x1b", "\x1b[", "\x1bO", "\x1b[1;"]) {
      for (let octet = 0; octet < 256; octet++) {
        const typist = new Typist().type(Uint8Array.of(...octetsOfText(before), octet)).type("\r");
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
        for (const line of typist.lines) expect(line).not.toMatch(/[\x00-\x1f\x7f-\x9f]/);
      }
    }
  });

  it("octets that are no UTF-8, characters that turn the direction of text, and separators are left out", () => {
    const octets = Uint8Array.of(0xc0, 0xaf, 0xed, 0xa0, 0x80, 0xf5, 0x80, 0x80, 0x80, 0xff, 0x61, 0x80, 0xe2, 0x62);
    expect(new Typist().type(octets).type("\u202e\u2028\ufeff\u0085c\r").lines).toEqual(["abc"]);
  });

  it("an escape sequence without an end is given up", () => {
    expect(lineOf(`\x1b[${"1".repeat(100)}m x\r`)[0]).toMatch(/^1+m x$/);
  });
});

it("UTF-8: text comes back as it was, whatever its characters", () => {
  for (const text of ["", "abc", "äöü", "☎", "𝄞𝄞", "\u{10ffff}", "\u0800\uffff"]) {
    expect(Buffer.from(octetsOfText(text)).toString("utf8")).toBe(text);
    expect(textOfOctets(octetsOfText(text))).toBe(text);
  }
});
