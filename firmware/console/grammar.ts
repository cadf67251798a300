/**
 * The grammar of a command language, from a table: a row a command. Words may be shortened as long as they mean one thing; what comes
 * next at any place, and how a word can go on, follow from the same rows.
 */
import { fail, ok, type Result } from "../result.ts";

export const roles = ["operator", "administrator"] as const;
/** An operator looks; an administrator also acts. */
export type Role = (typeof roles)[number];

/** A kind of argument: how it is read, and what it could be. */
export interface ArgumentKind<Context> {
  /** What it is, as it stands behind "expected: ". */
  readonly help: string;
  /** An error is a sentence about the word, without it. */
  parse(word: string, context: Context): Result<unknown, string>;
  /** What may be typed here, where that can be counted. */
  candidates?(context: Context): readonly string[];
  /** It takes all that follows on the line. */
  readonly rest?: boolean;
}

export interface CommandRow<Run> {
  /** Words, `<argument>`s, and at the end `[optional]` ones: `show circuits [<trunk-group>] [json]`. */
  readonly syntax: string;
  readonly help: string;
  readonly role: Role;
  readonly run: Run;
}

type Element = { readonly word: string } | { readonly argument: string; readonly name: string };

interface Command<Run> {
  readonly row: CommandRow<Run>;
  readonly elements: readonly Element[];
  /** From this place on a line may end. */
  readonly required: number;
}

export interface Match<Run> {
  readonly run: Run;
  /** By their names; words that may be left out are there when they were said. */
  readonly values: Readonly<Record<string, unknown>>;
  /** In full. */
  readonly text: string;
}

export interface HelpLine {
  readonly word: string;
  readonly help: string;
}

/** Commands that fit so far, with what the words have given. */
interface Branch<Run> {
  readonly command: Command<Run>;
  /** The element that the next word is for. */
  readonly place: number;
  readonly values: Readonly<Record<string, unknown>>;
  readonly said: string;
}

interface Word {
  readonly text: string;
  readonly at: number;
}

export class Grammar<Context, Run> {
  readonly #commands: readonly Command<Run>[];
  readonly #kinds: Readonly<Record<string, ArgumentKind<Context>>>;

  constructor(rows: readonly CommandRow<Run>[], kinds: Readonly<Record<string, ArgumentKind<Context>>>) {
    this.#kinds = kinds;
    this.#commands = rows.map((row) => {
      const parts = row.syntax.split(" ");
      const required = parts.filter((part) => !part.startsWith("[")).length;
      return { row, required, elements: parts.map(elementOf) };
    });
  }

  /** An error is one sentence. */
  parse(line: string, role: Role, context: Context): Result<Match<Run>, string> {
    const words = wordsOf(line);
    const walked = this.#walk(line, words, role, context);
    if (!walked.ok) return walked;
    const complete = walked.value.find(({ command, place }) => place >= command.required);
    if (complete !== undefined) {
      const { command, values, said } = complete;
      return ok({ run: command.row.run, values, text: said });
    }
    return fail(
      `"${words.map(({ text }) => text).join(" ")}" is not complete; expected: ${this.#expected(walked.value)}`,
    );
  }

  /** What may follow what stands before the cursor, or complete its last word. */
  help(before: string, role: Role, context: Context): Result<readonly HelpLine[], string> {
    const { words, prefix } = splitLast(before);
    const walked = this.#walk(before, words, role, context);
    if (!walked.ok) return walked;
    const rest = this.#rest(before, words, walked.value);
    if (rest !== undefined) return this.help(rest, role, context);
    const lines = new Map<string, string>();
    for (const { command, place } of walked.value) {
      for (const element of nextOf(command, place)) {
        const { word, help } = this.#helpOf(element, command, place);
        const fits = "argument" in element || word.startsWith(prefix.toLowerCase());
        if (fits && !lines.has(word)) lines.set(word, help);
      }
    }
    const ends = prefix === "" && walked.value.some(({ command, place }) => place >= command.required);
    const found = [...lines].map(([word, help]) => ({ word, help }));
    if (ends && words.length > 0) found.push({ word: "<enter>", help: "do it" });
    if (found.length > 0) return ok(found.sort((one, other) => (one.word < other.word ? -1 : 1)));
    return fail(`nothing begins with "${prefix}" here; expected: ${this.#expected(walked.value)}`);
  }

  /** How the last word can go on: all words that begin with it. */
  completions(
    before: string,
    role: Role,
    context: Context,
  ): { readonly prefix: string; readonly words: readonly string[] } {
    const { words, prefix } = splitLast(before);
    const walked = this.#walk(before, words, role, context);
    if (!walked.ok) return { prefix, words: [] };
    const rest = this.#rest(before, words, walked.value);
    if (rest !== undefined) return this.completions(rest, role, context);
    const found = new Set<string>();
    for (const { command, place } of walked.value) {
      for (const element of nextOf(command, place)) {
        const kind = "argument" in element ? this.#kinds[element.argument] : undefined;
        const candidates = "word" in element ? [element.word] : (kind?.candidates?.(context) ?? []);
        for (const candidate of candidates) if (candidate.startsWith(prefix.toLowerCase())) found.add(candidate);
      }
    }
    return { prefix, words: [...found].sort() };
  }

  /** What stands in the place of an argument that takes the rest of the line: commands of their own. */
  #rest(before: string, words: readonly Word[], branches: readonly Branch<Run>[]): string | undefined {
    for (const { command, place } of branches) {
      for (const at of [place - 1, place]) {
        const element = command.elements[at];
        if (element === undefined || "word" in element || this.#kinds[element.argument].rest !== true) continue;
        return words.length > at ? before.slice(words[at].at) : splitLast(before).prefix;
      }
    }
    return undefined;
  }

  /** Goes along the line word by word, and keeps the commands that fit. */
  #walk(line: string, words: readonly Word[], role: Role, context: Context): Result<readonly Branch<Run>[], string> {
    let branches: readonly Branch<Run>[] = this.#commands
      .filter(({ row }) => roles.indexOf(row.role) <= roles.indexOf(role))
      .map((command) => ({ command, place: 0, values: {}, said: "" }));
    for (const [index, word] of words.entries()) {
      const next = this.#step(branches, word, line, context);
      if (!next.ok) {
        if (role !== "administrator" && this.#walk(line, words.slice(0, index + 1), "administrator", context).ok) {
          return fail(`"${line.trim()}" is for administrators only`);
        }
        return fail(`word ${index + 1}, "${word.text}": ${next.error}`);
      }
      branches = next.value;
      const [{ command, place }] = branches;
      const taken = command.elements[place - 1];
      if ("argument" in taken && this.#kinds[taken.argument].rest) break;
    }
    return ok(branches);
  }

  #step(
    branches: readonly Branch<Run>[],
    word: Word,
    line: string,
    context: Context,
  ): Result<readonly Branch<Run>[], string> {
    const offers = branches.flatMap((branch) =>
      nextOf(branch.command, branch.place).map((element, skipped) => ({ branch, element, skipped })),
    );
    const said = word.text.toLowerCase();
    const literals = new Set(offers.flatMap(({ element }) => ("word" in element ? [element.word] : [])));
    const fitting = literals.has(said) ? [said] : [...literals].filter((literal) => literal.startsWith(said));
    if (fitting.length > 1) return fail(`could be ${fitting.sort().join(", ")}`);
    if (fitting.length === 1) {
      const [literal] = fitting;
      return ok(
        offers.flatMap(({ branch, element, skipped }) =>
          "word" in element && element.word === literal
            ? [advance(branch, skipped, literal, literal, branch.place + skipped >= branch.command.required)]
            : [],
        ),
      );
    }
    return this.#argument(branches, offers, word, line, context);
  }

  #argument(
    branches: readonly Branch<Run>[],
    offers: readonly { branch: Branch<Run>; element: Element; skipped: number }[],
    word: Word,
    line: string,
    context: Context,
  ): Result<readonly Branch<Run>[], string> {
    let error: string | undefined;
    const taken: Branch<Run>[] = [];
    for (const { branch, element, skipped } of offers) {
      if (!("argument" in element)) continue;
      const kind = this.#kinds[element.argument];
      const text = kind.rest ? line.slice(word.at).trim() : word.text;
      const parsed = kind.parse(text, context);
      if (parsed.ok) taken.push(advance(branch, skipped, element.name, parsed.value, true, text));
      else error ??= `${parsed.error}; expected: ${kind.help}`;
    }
    if (taken.length > 0) return ok(taken);
    if (error !== undefined) return fail(error);
    const expected = this.#expected(branches);
    return fail(expected === "" ? "nothing may follow here" : `is not known here; expected: ${expected}`);
  }

  #expected(branches: readonly Branch<Run>[]): string {
    const words = branches.flatMap(({ command, place }) =>
      nextOf(command, place).map((element) => this.#helpOf(element, command, place).word),
    );
    return [...new Set(words)].sort().join(", ");
  }

  #helpOf(element: Element, { row, elements }: Command<Run>, place: number): HelpLine {
    if ("argument" in element) return { word: `<${element.name}>`, help: this.#kinds[element.argument].help };
    // A word that several commands begin with is explained by what it leads to.
    const siblings = this.#commands.filter(
      ({ elements: others }) =>
        others.length > place + 1 &&
        elements.slice(0, place).every((each, index) => sameElement(each, others[index])) &&
        sameElement(element, others[place]),
    );
    const isGroup = siblings.length > 1 && siblings.some(({ required }) => required > place + 1);
    return { word: element.word, help: isGroup ? (groupHelp[element.word] ?? row.help) : row.help };
  }
}

/** Of words that lead to several commands. */
const groupHelp: Readonly<Record<string, string>> = {
  show: "what there is, and how it is",
  terminal: "how this console behaves",
  trace: "messages as they come and go",
  upgrade: "other firmware for this card and the others",
};

function elementOf(part: string): Element {
  const bare = part.replace(/^\[|\]$/g, "");
  if (!bare.startsWith("<")) return { word: bare };
  const [name, argument = name] = bare.slice(1, -1).split(":");
  return { argument, name };
}

/** The elements that a word at this place could be: optional ones may be passed over. */
function nextOf<Run>({ elements, required }: Command<Run>, place: number): readonly Element[] {
  return place < required ? elements.slice(place, place + 1) : elements.slice(place);
}

function advance<Run>(
  branch: Branch<Run>,
  skipped: number,
  name: string,
  value: unknown,
  isValue: boolean,
  said = name,
): Branch<Run> {
  return {
    command: branch.command,
    place: branch.place + skipped + 1,
    values: isValue ? { ...branch.values, [name]: value } : branch.values,
    said: branch.said === "" ? said : `${branch.said} ${said}`,
  };
}

function sameElement(one: Element, other: Element): boolean {
  return "word" in one ? "word" in other && one.word === other.word : "argument" in other && one.name === other.name;
}

function wordsOf(line: string): readonly Word[] {
  return [...line.matchAll(/\S+/g)].map((match) => ({ text: match[0], at: match.index }));
}

/** The words that are whole, and the last one, which may not be. */
function splitLast(before: string): { readonly words: readonly Word[]; readonly prefix: string } {
  const words = wordsOf(before);
  if (words.length === 0 || before.endsWith(" ")) return { words, prefix: "" };
  return { words: words.slice(0, -1), prefix: words[words.length - 1].text };
}
