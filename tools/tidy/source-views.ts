/**
 * A source text seen in parts: what is code, what is comment, what it imports. Every view has the length and the lines of
 * the source, with blanks in place of what it leaves out, so that a place in one is the place in all.
 */

export interface SourceViews {
  readonly text: string;
  /** Without comments and without what stands in strings, templates and regular expressions. */
  readonly code: string;
  /** Comments only. */
  readonly comments: string;
}

type Kind = "code" | "comment" | "literal";

/** After these a slash begins a regular expression, not a division. */
const beforeExpression =
  /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|do|else|void|delete|await|yield))$/;

export function sourceViews(text: string): SourceViews {
  const kinds = kindsOf(text);
  const only = (wanted: Kind) => Array.from(text, (character, at) => shown(character, kinds[at] === wanted)).join("");
  return { text, code: only("code"), comments: only("comment") };
}

function shown(character: string, isWanted: boolean): string {
  return isWanted || character === "\n" ? character : " ".repeat(character.length);
}

/** What each character of the text belongs to. Quotes count as code, so that a string is still seen to be one. */
function kindsOf(text: string): readonly Kind[] {
  const characters = Array.from(text);
  const kinds: Kind[] = [];
  /** Templates that are open, as the braces open in their substitution. */
  const substitutions: number[] = [];
  let code = "";
  const take = (kind: Kind, count: number) => {
    for (let i = 0; i < count && kinds.length < characters.length; i++) {
      if (kind === "code") code += characters[kinds.length];
      kinds.push(kind);
    }
  };
  const ahead = (pattern: string) => characters.slice(kinds.length, kinds.length + pattern.length).join("") === pattern;
  const takeUntil = (kind: Kind, end: string) => {
    while (kinds.length < characters.length && !ahead(end)) take(kind, 1);
  };
  const takeString = (quote: string) => {
    take("code", 1);
    while (kinds.length < characters.length && !ahead(quote) && !ahead("\n")) take("literal", ahead("\\") ? 2 : 1);
    take("code", 1);
  };
  const takeTemplate = () => {
    while (kinds.length < characters.length && !ahead("`") && !ahead("${")) take("literal", ahead("\\") ? 2 : 1);
    if (ahead("${")) {
      take("code", 2);
      substitutions.push(0);
    } else take("code", 1);
  };
  const takeRegularExpression = () => {
    take("code", 1);
    let inClass = false;
    while (kinds.length < characters.length && !ahead("\n") && (inClass || !ahead("/"))) {
      if (ahead("[")) inClass = true;
      if (ahead("]")) inClass = false;
      take("literal", ahead("\\") ? 2 : 1);
    }
    take("code", 1);
  };
  while (kinds.length < characters.length) {
    const open = substitutions.length - 1;
    if (ahead("//")) takeUntil("comment", "\n");
    else if (ahead("/*")) {
      takeUntil("comment", "*/");
      take("comment", 2);
    } else if (ahead('"') || ahead("'")) takeString(characters[kinds.length]);
    else if (ahead("`")) {
      take("code", 1);
      takeTemplate();
    } else if (ahead("/") && beforeExpression.test(code.trimEnd())) takeRegularExpression();
    else if (ahead("}") && substitutions[open] === 0) {
      substitutions.pop();
      take("code", 1);
      takeTemplate();
    } else {
      if (ahead("{") && open >= 0) substitutions[open]++;
      if (ahead("}") && open >= 0) substitutions[open]--;
      take("code", 1);
    }
  }
  return kinds;
}

/** The number of the line, from 1, that a place in the text is on. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

export interface Import {
  /** The file from the top of the repository (`firmware/result.ts`), or the module as it is named (`node:fs`, `zod`). */
  readonly target: string;
  readonly offset: number;
}

/** Everything that a source imports or exports from elsewhere. `path` is its own, from the top of the repository. */
export function importsOf(path: string, { text, code }: SourceViews): readonly Import[] {
  return Array.from(code.matchAll(/\b(?:from|import)\s*\(?\s*(["'])/g), ({ 0: found, index }) => {
    const start = index + found.length;
    const specifier = text.slice(start, text.indexOf(found[found.length - 1], start));
    return { target: specifier.startsWith(".") ? resolve(path, specifier) : specifier, offset: index };
  });
}

function resolve(path: string, specifier: string): string {
  const parts = path.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}
