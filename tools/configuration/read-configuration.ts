/** Reads rack.yaml; what is wrong with it comes out as one sentence with file, line, path, what was found and what is allowed. */
import { readFileSync } from "node:fs";
import { isNode, LineCounter, parseDocument } from "yaml";
import { checkConfiguration } from "../../firmware/configuration/check.ts";
import { type RackConfiguration, rackSchema } from "../../firmware/configuration/rack-schema.ts";

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
    throw new UserError(`${file}: cannot be read: ${(error as NodeJS.ErrnoException).code ?? error}`);
  }
  return { configuration: parseConfiguration(text, file), text };
}

/** @throws UserError */
export function parseConfiguration(text: string, file: string): RackConfiguration {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const lineAt = (path: readonly PropertyKey[]): number => {
    for (let length = path.length; length >= 0; length--) {
      const node = document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
    }
    return 1;
  };
  const valueAt = (path: readonly PropertyKey[]): string => {
    const value: unknown = path.length === 0 ? document.toJS() : document.getIn(path as unknown[]);
    if (value === undefined) return "nothing";
    return isNode(value) ? JSON.stringify(value.toJSON()) : JSON.stringify(value);
  };
  const name = (path: readonly PropertyKey[]): string =>
    path
      .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
      .join("")
      .replace(/^\./, "") || "the file";

  const [syntax] = document.errors;
  if (syntax)
    throw new UserError(
      `${file}, line ${lines.linePos(syntax.pos[0]).line}: is not YAML: ${syntax.message.split("\n")[0]}`,
    );
  const parsed = rackSchema.safeParse(document.toJS());
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const found = valueAt(issue.path);
    const shown = found.length > 60 ? `${found.slice(0, 57)}...` : found;
    throw new UserError(`${file}, line ${lineAt(issue.path)}: ${name(issue.path)}: found ${shown}; ${issue.message}`);
  }
  const [fault] = checkConfiguration(parsed.data);
  if (fault) throw new UserError(`${file}, line ${lineAt(fault.path)}: ${name(fault.path)}: ${fault.text}`);
  return parsed.data;
}
