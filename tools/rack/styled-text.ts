/** Text with colours, as data: made for any width, shown on a terminal or compared as plain text. */

export type Style = "plain" | "dim" | "bold" | "green" | "amber" | "red" | "blue" | "inverse";

export interface Span {
  readonly text: string;
  readonly style: Style;
}

export type Line = readonly Span[];

const graphicRendition: Readonly<Record<Style, string>> = {
  plain: "0",
  dim: "2",
  bold: "1",
  green: "32",
  amber: "33",
  red: "1;31",
  blue: "36",
  inverse: "7",
};

export function span(text: string, style: Style = "plain"): Span {
  return { text, style };
}

/** A line from spans and plain texts. */
export function line(...parts: readonly (Span | string)[]): Line {
  return parts.map((part) => (typeof part === "string" ? span(part) : part));
}

export function plainText(spans: Line): string {
  return spans.map(({ text }) => text).join("");
}

/** Exactly so many columns: cut, or filled with blanks. All characters used here are one column wide. */
export function toColumns(spans: Line, columns: number): Line {
  const fitted: Span[] = [];
  let left = columns;
  for (const { text, style } of spans) {
    const characters = [...text].slice(0, left);
    if (characters.length === 0) continue;
    fitted.push({ text: characters.join(""), style });
    left -= characters.length;
  }
  return left > 0 ? [...fitted, span(" ".repeat(left))] : fitted;
}

/** As a terminal that knows ANSI takes it. */
export function ansiText(spans: Line, isUnicode: boolean): string {
  const shown = (text: string) => (isUnicode ? text : asciiText(text));
  return `${spans.map(({ text, style }) => `\x1b[0m\x1b[${graphicRendition[style]}m${shown(text)}`).join("")}\x1b[0m`;
}

const drawn = "─═│║┌┐└┘╔╗╚╝●○▓╳▶◀…";
const typed = "-=||++++++++*.#X><~";

/** For terminals whose locale knows no more. */
export function asciiText(text: string): string {
  return [...text].map((character) => typed[drawn.indexOf(character)] ?? character).join("");
}

/** What a locale says, as far as it says anything. */
export function isUnicodeLocale({ LC_ALL, LC_CTYPE, LANG }: Readonly<Record<string, string | undefined>>): boolean {
  const locale = LC_ALL || LC_CTYPE || LANG;
  return !locale || /utf-?8/i.test(locale);
}
