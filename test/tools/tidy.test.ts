/** The bans of tools/tidy, held against the repository; and proof that each of them finds what it bans. */
import { describe, expect, test } from "vitest";
import { bans } from "../../tools/tidy/bans.ts";
import { check, findingText, type Source } from "../../tools/tidy/check.ts";
import { repositorySources } from "../../tools/tidy/repository-sources.ts";
import { sourceViews } from "../../tools/tidy/source-views.ts";

const sources = repositorySources(process.cwd());

test("the repository holds nothing that is banned", () => {
  expect(check(sources).map(findingText)).toEqual([]);
});

test("and all of it was looked at", () => {
  const paths = new Set(sources.map(({ path }) => path));
  for (const path of ["firmware/result.ts", "hal/clock.ts", "tools/tidy/bans.ts", "test/tools/tidy.test.ts"]) {
    expect(paths).toContain(path);
  }
  expect(sources.some(({ path }) => path.includes("node_modules"))).toBe(false);
});

/** The names of the bans that a source breaks. */
function broken(...planted: readonly Source[]): readonly string[] {
  return check(planted).map(({ ban }) => ban);
}

/** Written so that this file does not hold it. */
const machinePath = ["", "work", "main"].join("/");

/** By ban: a source that breaks it, and one that looks like it and does not. */
const plants: readonly (readonly [ban: string, path: string, bad: string, good: string])[] = [
  ["clock of the host", "firmware/a.ts", "const now = Date.now();", "const date = 'Date'; // Date"],
  ["clock of the host", "hal/a.ts", "new Date()", "validDate()"],
  ["clock of the host", "hal/simulated/a.ts", "new Date()", "/* new Date() */"],
  ["chance of the host", "firmware/a.ts", "Math.random()", "Math.round(1)"],
  ["global object", "firmware/a.ts", "globalThis.x = 1;", "`globalThis`"],
  ["timer of the host", "firmware/a.ts", "setTimeout(f, 1)", "armTimeout(f, 1)"],
  ["timer of the host", "firmware/a.ts", "f(`$" + "{queueMicrotask(f)}`)", "`queueMicrotask(f)`"],
  ["console of the host", "firmware/a.ts", "console.log(1)", "this.console.log(1)"],
  ["process of the host", "firmware/a.ts", "process.exit(1)", "const process = 1;"],
  ["Buffer", "firmware/a.ts", "Buffer.from(x)", "new ArrayBuffer(1)"],
  ["require", "tools/a.ts", 'require("x")', "required(x)"],
  ["module of Node", "firmware/a.ts", 'import { x } from "node:fs";', 'const x = "node:fs";'],
  ["module of Node", "hal/a.ts", 'await import("node:fs")', '// from "node:fs"'],
  [
    "CBOR library",
    "tools/a.ts",
    'import { Encoder } from "cbor-x";',
    'import { encodeCbor } from "../firmware/cbor.ts";',
  ],
  ["upward import", "firmware/x/a.ts", 'import { a } from "../../tools/a.ts";', 'import { a } from "../tools/a.ts";'],
  [
    "upward import",
    "hal/linux/a.ts",
    'import type { a } from "../../boards/a.ts";',
    'import { a } from "../clock.ts";',
  ],
  [
    "implementation in firmware",
    "firmware/a.ts",
    'import { a } from "../hal/linux/a.ts";',
    'import { a } from "../hal/a.ts";',
  ],
  [
    "implementation in firmware",
    "firmware/a.ts",
    'export { a } from "../hal/simulated/a.ts"',
    'import { a } from "./hal/a.ts"',
  ],
  ["any", "tools/a.ts", "let a: any;", "const any = 1; f(any, any.length);"],
  ["any", "tools/a.ts", "const a = b as any;", "expect.any(Number)"],
  ["any", "tools/a.ts", "let a: Map<string, any>;", "// any of them"],
  ["non-null assertion", "tools/a.ts", "a.b!.c", "a.b !== c && !d"],
  ["non-null assertion", "tools/a.ts", "f(a[0]!)", "if (!a) b = !c;"],
  ["enum", "tools/a.ts", "export enum Colour { red }", "enumerated({ red: 1 })"],
  ["default export", "tools/a.ts", "export default 1;", "export const standard = 1;"],
  ["barrel", "tools/a.ts", 'export * from "./b.ts";', 'import { b } from "./b.ts"; export { c };'],
  ["barrel", "tools/a.ts", 'export type { B } from "./b.ts";', "export const from = 1;"],
  ["name that says nothing", "tools/x/utils.ts", "", ""],
  ["name that says nothing", "firmware/helpers/a.ts", "", ""],
  ["name not in kebab-case", "tools/callServer.ts", "", ""],
  ["name not in kebab-case", "tools/call_server.ts", "", ""],
  ["work left over", "tools/a.ts", "// TODO: later", "const text = 'TODO';"],
  ["test switched off", "test/a.test.ts", "test.skip('a', () => expect(1));", "test.skipIf(no)('a', () => expect(1));"],
  ["skip without a reason", "test/a.test.ts", "skip(); expect(1);", "skip('no tshark'); expect(1);"],
  ["path of one machine", "tools/a.ts", `const a = "${machinePath}";`, 'const a = join(tmpdir(), "work/main");'],
  ["path of one machine", ".ci/run", `cd ${machinePath}`, "cd tools/work/main"],
  ["test without expect", "test/a.test.ts", "test('expect', () => f());", "test('a', () => expect(1));"],
  ["stranger at the top level", "src/a.ts", "", ""],
];

describe("a planted violation is found", () => {
  test.each(plants)("%s: %s: %s", (ban, path, bad, good) => {
    expect(broken({ path, text: bad })).toContain(ban);
    const innocent = bad === good ? "tools/call-server.ts" : path;
    expect(broken({ path: innocent, text: good })).toEqual([]);
  });

  test("every ban has been planted", () => {
    const planted = new Set(plants.map(([ban]) => ban));
    expect(bans.map(({ name }) => name).filter((name) => !planted.has(name))).toEqual([]);
  });

  test("file, line and remedy are said", () => {
    const text = "const a = 1;\n\nconst now = Date.now();\n";
    expect(check([{ path: "firmware/a.ts", text }]).map(findingText)).toEqual([
      "firmware/a.ts:3: clock of the host: take the time as a parameter (Micros, or UTC milliseconds)",
    ]);
  });
});

describe("what is allowed is allowed", () => {
  test("the host outside of the firmware", () => {
    const text = 'import { x } from "node:fs";\nconsole.log(Date.now(), process.argv, x);';
    expect(broken({ path: "tools/a.ts", text }, { path: "hal/linux/a.ts", text })).toEqual([]);
  });

  test("cbor-x in its one place, a default export in the configuration of vitest", () => {
    expect(broken({ path: "firmware/cbor.ts", text: 'import { Encoder } from "cbor-x";' })).toEqual([]);
    expect(broken({ path: "vitest.config.ts", text: "export default 1;" })).toEqual([]);
  });

  test("any with a reason on the line before", () => {
    const excuse = "// biome-ignore lint/suspicious/noExplicitAny: a field of whatever type.";
    expect(broken({ path: "firmware/a.ts", text: `${excuse}\ntype A = Field<any>;` })).toEqual([]);
    expect(broken({ path: "firmware/a.ts", text: `${excuse}\n\ntype A = Field<any>;` })).toEqual(["any"]);
  });

  test("a test that runs a contract, where the contract expects", () => {
    const contract = { path: "test/contract/clock.ts", text: "expect(1).toBe(1);" };
    const user = { path: "test/hal/clock.test.ts", text: 'import { c } from "../contract/clock.ts"; c();' };
    expect(broken(contract, user)).toEqual([]);
    expect(broken({ ...contract, text: "" }, user)).toEqual(["test without expect"]);
  });
});

describe("views of a source: what stands in comments and literals is blank in the code, and the other way round", () => {
  // A dollar by itself, so that this file's strings do not look like templates to the linter.
  const $ = "$";
  test.each([
    ["a / b / c // d", "a / b / c", "          // d"],
    [`"a\\"b" + '//' + c`, `"    " + '  ' + c`, ""],
    ["x = /[/]'\\//g; y", "x = /      /g; y", ""],
    [`\`a${$}{ {b: \`c${$}{d}\`} }e\``, `\` ${$}{ {b: \` ${$}{d}\`} } \``, ""],
    ["/* a\n b */ c", "    \n      c", "/* a\n b */"],
    ["`a` // b", "` `", "    // b"],
  ])("%j", (text, code, comments) => {
    const views = sourceViews(text);
    expect(views.code.trimEnd()).toBe(code);
    expect(views.comments.trimEnd()).toBe(comments);
    expect([views.code.length, views.comments.length]).toEqual([text.length, text.length]);
  });
});
