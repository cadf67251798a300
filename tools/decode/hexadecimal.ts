import { fail, ok, type Result } from "../../firmware/result.ts";

/**
 * The octets of hexadecimal digits; blanks, line ends and colons between them are skipped.
 * The error is a sentence for the person who typed them.
 */
export function octetsFromHex(text: string): Result<Uint8Array, string> {
  const stranger = /[^\s:0-9A-Fa-f]/.exec(text);
  if (stranger !== null) {
    return fail(`Not hexadecimal: character ${stranger.index + 1} is ${JSON.stringify(stranger[0])}.`);
  }
  const digits = text.replace(/[\s:]/g, "");
  if (digits.length % 2 === 1) return fail(`Half an octet: there are ${digits.length} hexadecimal digits.`);
  return ok(Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)));
}
