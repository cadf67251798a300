/** Holds sources against the bans. */
import { type Ban, bans, topLevel } from "./bans.ts";
import { importsOf, lineAt, type SourceViews, sourceViews } from "./source-views.ts";

export interface Source {
  /** From the top of the repository, with slashes. */
  readonly path: string;
  readonly text: string;
}

export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly ban: string;
  readonly remedy: string;
}

const testFile = /^test\/.*\.test\.ts$/;
const expectation = /\bexpect\b/;

/** Everything that is banned in the sources, by path. */
export function check(sources: readonly Source[]): readonly Finding[] {
  const seen = sources.map((source) => ({ source, views: sourceViews(source.text) }));
  const viewsByPath = new Map(seen.map(({ source, views }) => [source.path, views]));
  return [
    ...checkTopLevel(sources),
    ...seen.flatMap(({ source: { path }, views }) => [
      ...bans.filter((ban) => appliesTo(ban, path)).flatMap((ban) => findingsOf(ban, path, views)),
      ...checkExpectation(path, views, viewsByPath),
    ]),
  ];
}

/** `firmware/a.ts:7: clock of the host: take the time as a parameter`. */
export function findingText({ path, line, ban, remedy }: Finding): string {
  return `${path}:${line}: ${ban}: ${remedy}`;
}

function appliesTo({ files, except }: Ban, path: string): boolean {
  return files.test(path) && except?.test(path) !== true;
}

function findingsOf(ban: Ban, path: string, views: SourceViews): readonly Finding[] {
  const lines = views.text.split("\n");
  return offsetsOf(ban, path, views)
    .map((offset) => lineAt(views.text, offset))
    .filter((line) => ban.excuse === undefined || !ban.excuse.test(lines[line - 2] ?? ""))
    .map((line) => ({ path, line, ban: ban.name, remedy: ban.remedy }));
}

function offsetsOf({ view, pattern }: Ban, path: string, views: SourceViews): readonly number[] {
  if (view === "path") return pattern.test(path) ? [0] : [];
  if (view === "imports") {
    return importsOf(path, views)
      .filter(({ target }) => pattern.test(target))
      .map(({ offset }) => offset);
  }
  return Array.from(views[view].matchAll(new RegExp(pattern, "g")), ({ index }) => index);
}

/** A test that expects nothing cannot fail. The contract tests expect in the file that they import. */
function checkExpectation(
  path: string,
  views: SourceViews,
  viewsByPath: ReadonlyMap<string, SourceViews>,
): readonly Finding[] {
  if (!testFile.test(path) || expectation.test(views.code)) return [];
  const imported = importsOf(path, views).filter(({ target }) => target.startsWith("test/"));
  if (imported.some(({ target }) => expectation.test(viewsByPath.get(target)?.code ?? ""))) return [];
  return [{ path, line: 1, ban: "test without expect", remedy: "expect something that can be wrong" }];
}

function checkTopLevel(sources: readonly Source[]): readonly Finding[] {
  const names = new Set(sources.map(({ path }) => path.split("/")[0]));
  return [...names]
    .filter((name) => !topLevel.has(name))
    .map((path) => ({
      path,
      line: 1,
      ban: "stranger at the top level",
      remedy: "put it into firmware, hal, boards, tools or test; configuration files are listed in tools/tidy/bans.ts",
    }));
}
