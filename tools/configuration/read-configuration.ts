/** Reads rack.yaml; what is wrong with it comes out as one sentence with file, line, path, what was found and what is allowed. */
import { readFileSync } from "node:fs";
import { type Document, LineCounter, parseDocument, type YAMLParseError } from "yaml";
import { checkBoards } from "../../boards/rack-boards.ts";
import { checkConfiguration } from "../../firmware/configuration/check.ts";
import { type RackConfiguration, rackSchema } from "../../firmware/configuration/rack-schema.ts";
import { type Path, positionOf } from "./yaml-position.ts";

/** A mistake of the user's: its message is for them, as it is. */
export class UserError extends Error {
  override name = "UserError";
}

export interface ReadConfiguration {
  readonly configuration: RackConfiguration;
  readonly text: string;
}

/** @throws UserError when the file cannot be read or says something that is not allowed */
export function readConfiguration(file: string): ReadConfiguration {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UserError(`${file}: ${unreadable[code ?? ""] ?? `cannot be read: ${error}`}`);
  }
  return { configuration: parseConfiguration(text, file), text };
}

const unreadable: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "is a folder; a configuration is one file",
  EACCES: "cannot be read: permission denied",
};

/** @throws UserError */
export function parseConfiguration(text: string, file: string): RackConfiguration {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const complain = (offset: number, complaint: string): never => {
    throw new UserError(`${file}, line ${lines.linePos(offset).line}: ${complaint}`);
  };
  const [syntax] = document.errors;
  if (syntax) complain(syntax.pos[0], syntaxComplaint(syntax, text.slice(syntax.pos[0])));
  const value = contentOf(document, file);
  if (value === null) throw new UserError(`${file}: is empty; a configuration begins with pointCode, cards, exchanges`);
  const parsed = rackSchema.safeParse(value);
  if (!parsed.success) {
    const { path, text } = mostTelling(parsed.error.issues, value);
    return complain(positionOf(document, path), `${nameOf(path)}: ${text}`);
  }
  const [fault] = [...checkConfiguration(parsed.data), ...checkBoards(parsed.data)];
  if (fault) complain(positionOf(document, fault.path), `${nameOf(fault.path)}: ${fault.text}`);
  return parsed.data;
}

function syntaxComplaint({ code, message }: YAMLParseError, place: string): string {
  if (code === "DUPLICATE_KEY") return `${/^[^\s:]*/.exec(place)}: is in this section already; each key may occur once`;
  if (code === "MULTIPLE_DOCS") return "begins a second document; a configuration is one";
  return `is not YAML: ${message}`;
}

/** What the document says, aliases resolved. */
function contentOf(document: Document, file: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new UserError(`${file}: is not YAML: ${(error as Error).message}`);
  }
}

interface Issue {
  readonly code?: string | undefined;
  readonly path: Path;
  readonly message: string;
  readonly keys?: readonly string[];
}

/** One issue as a sentence: a key that is not known first, because one that is missing may be the same, misspelt. */
function mostTelling(issues: readonly Issue[], value: unknown): { readonly path: Path; readonly text: string } {
  const issue = issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0];
  const [unknownKey] = issue.keys ?? [];
  if (unknownKey !== undefined) {
    return { path: [...issue.path, unknownKey], text: `is not known; allowed: ${issue.message}` };
  }
  const found = issue.path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown>)?.[key], value);
  const foundText = issue.code === "invalid_key" ? "is not known" : `found ${inWords(found)}`;
  return { path: issue.path, text: `${foundText}; allowed: ${issue.message}` };
}

/** A found value in a few words. */
function inWords(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object") return "a section";
  const shown = JSON.stringify(value);
  return shown.length > 60 ? `${shown.slice(0, 57)}...` : shown;
}

/** `trunkGroups[0].media.gatewayPort` */
function nameOf(path: Path): string {
  const name = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("");
  return name.replace(/^\./, "") || "the file";
}
