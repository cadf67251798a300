import { afterEach, expect, test } from "vitest";
import { lockCode } from "../../../hal/linux/memory-lock.ts";

const processor = process.arch;
const pretend = (arch: string) => Object.defineProperty(process, "arch", { value: arch });
afterEach(() => {
  pretend(processor);
});

test("code that cannot be locked for want of the part in C is left alone, and the reason given", () => {
  pretend("processor-without-parts");
  expect(lockCode()).toEqual({
    locked: false,
    reason: 'that needs a part written in C: build it with "npm run native"',
  });
});
