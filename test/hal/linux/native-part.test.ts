import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadNativePart, nativePart } from "../../../hal/linux/native-part.ts";
import { compile } from "../../../tools/native/compile.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "native-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("a part that was not built is said in one sentence, with what it is needed for", () => {
  expect(nativePart("no-such-part")).toBeUndefined();
  expect(() => loadNativePart("no-such-part", "SocketCAN")).toThrow(
    'SocketCAN needs a part written in C: build it with "npm run native"',
  );
});

describe("compiling", () => {
  test("without the compiler is said in one sentence", () => {
    const into = join(folder, "a.node");
    expect(() => compile("a.c", into, [], { compiler: "no-such-compiler" })).toThrow(
      "there is no no-such-compiler, which compiles the parts written in C: install it",
    );
  });

  test("what does not compile is said with what the compiler says", () => {
    const compiler = join(folder, "compiler");
    writeFileSync(compiler, "#!/bin/sh\necho 'a.c:1: no such thing' >&2\nexit 1\n", { mode: 0o755 });
    expect(() => compile("a.c", join(folder, "a.node"), [], { compiler })).toThrow(
      /^a\.c does not compile:\na\.c:1: no/,
    );
  });
});
