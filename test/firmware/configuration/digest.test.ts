import { expect, test } from "vitest";
import { configurationDigest } from "../../../firmware/configuration/digest.ts";

/** Vectors of FNV-1a, 32 bits (draft-eastlake-fnv, appendix C), of which the digest is the low 24. */
test.each([
  ["", 0x811c9dc5],
  ["a", 0xe40c292c],
  ["foobar", 0xbf9cf968],
])("the digest of %j is the low end of its FNV-1a", (text, hash) => {
  expect(configurationDigest(text)).toBe(hash % 2 ** 24);
});

test("any one character changed, added or taken away is noticed", () => {
  const text = "pointCode: 1-1-1\nname: demonstration # ö\n";
  const digests = new Set([configurationDigest(text)]);
  for (let place = 0; place < text.length; place++) {
    digests.add(configurationDigest(`${text.slice(0, place)}~${text.slice(place + 1)}`));
    digests.add(configurationDigest(`${text.slice(0, place)}~${text.slice(place)}`));
  }
  expect(digests.size).toBe(1 + 2 * text.length);
  for (const digest of digests) {
    expect(digest).toBeGreaterThanOrEqual(0);
    expect(digest).toBeLessThan(2 ** 24);
  }
});
