/** What is wrong with the wish for an upgrade is said in one sentence, before anything is built or anybody is spoken to. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { runFlash } from "../../../tools/flash/flash-program.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "upgrade-"));
  writeFileSync(join(folder, "text"), "not firmware");
});
afterAll(() => rmSync(folder, { recursive: true }));

async function said(words: readonly string[]): Promise<{ status: number; error: string; out: string }> {
  const out = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const error = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  try {
    const status = await runFlash(words);
    const textOf = ({ mock }: typeof out) => mock.calls.map(([text]) => String(text)).join("");
    return { status, out: textOf(out), error: textOf(error) };
  } finally {
    out.mockRestore();
    error.mockRestore();
  }
}

describe("refused with 2 and one sentence", () => {
  const serial = "--upgrade --card 3 --over serial";
  const ssh = "--upgrade --card 3 --over ssh";
  // biome-ignore format: a refusal a row
  test.each<[string, string, string]>([
    ["an image without its slot", "--rack rack.yaml --out card.img", "say which slot the card is for: --slot <number>"],
    ["an image without its rack", "--slot 3 --out card.img", "say which rack the card is of: --rack <file>"],
    ["an option of an upgrade for an image", "--slot 3 --rack rack.yaml --out card.img --card 3", "--card is for --upgrade"],
    ["an option of an image for an upgrade", `${serial} --line /dev/null --device /dev/sdb`, "--device is for the image of a card, and not for --upgrade"],
    ["neither cards nor a file", "--upgrade", "say which cards and which way: --card <slots> --over <way>; or --out <file> keeps the firmware for later"],
    ["a console and no cards", "--upgrade --line /dev/ttyUSB0", "say which cards, and which way: --card <slots> --over <way>"],
    ["no cards", "--upgrade --over bus --line /dev/ttyUSB0", "say which cards: --card <slots>, such as 3 or 2,3 or all"],
    ["no way", "--upgrade --card 3 --line /dev/ttyUSB0", "say which way: allowed are --over bus, --over serial, --over ssh"],
    ["an unknown way", "--upgrade --card 3 --over mail", "--over mail: allowed are --over bus, --over serial, --over ssh"],
    ["cards that are none", "--upgrade --card two --over bus --line /dev/ttyUSB0", "--card two: allowed is a slot, or several such as 2,3, or all"],
    ["several cards over their own line", "--upgrade --card 2,3 --over serial --line /dev/ttyUSB0", "over serial the card at the line is upgraded, and no other: use --over bus"],
    ["all cards over ssh", "--upgrade --card all --over ssh --host pi@card", "over ssh the card at the line is upgraded, and no other: use --over bus"],
    ["no line", serial, "say where the console is: --line <console>, such as /dev/ttyUSB0"],
    ["no host", ssh, "say where the console is: --host <user@host>"],
    ["neither for the bus", "--upgrade --card 3 --over bus", "say where the console is: --line <console> or --host <user@host>"],
    ["both", "--upgrade --card 3 --over bus --line /dev/ttyUSB0 --host pi@card", "a console is at --line or at --host, not at both"],
    ["a host for a serial line", `${serial} --host pi@card`, "--host is for --over ssh and --over bus: say --line <console>"],
    ["a line for ssh", `${ssh} --line /dev/ttyUSB0`, "--line is for --over serial and --over bus: say --host <user@host>"],
    ["a host that ssh would take for an option", `${ssh} --host=-oProxyCommand=x`, "--host -oProxyCommand=x: allowed is a host of ssh, such as user@192.0.2.3"],
    ["a rate that is none", `${serial} --line /dev/ttyUSB0 --baud fast`, "--baud fast: allowed is a number above 0"],
    ["a line that is a file", `${serial} --line FOLDER/text`, "FOLDER/text: is no serial line and no socket"],
    ["a line that is not there", `${serial} --line FOLDER/nothing`, "the serial line FOLDER/nothing cannot be opened: Error: No such file or directory, cannot open FOLDER/nothing"],
    ["a file for cards", `${serial} --line /dev/ttyUSB0 --out FOLDER/firmware`, "--out keeps firmware for later: leave out --card and --over"],
    ["firmware that is none", `${serial} --line /dev/ttyUSB0 --firmware FOLDER/text`, "FOLDER/text is no firmware: --upgrade --out makes such a file"],
    ["firmware that is not there", `${serial} --line /dev/ttyUSB0 --firmware FOLDER/nothing`, "FOLDER/nothing cannot be read: ENOENT"],
    ["an unknown processor", "--upgrade --out FOLDER/firmware --processor mips", "--processor mips: allowed are arm64, x64"],
    ["a file in no folder", "--upgrade --out FOLDER/no/firmware", "FOLDER/no/firmware: there is no such folder"],
  ])("%s", async (_, words, sentence) => {
    const inFolder = (text: string) => text.replaceAll("FOLDER", folder);
    expect(await said(words.split(" ").map(inFolder))).toEqual({
      ...{ status: 2, out: "" },
      error: `flash: ${inFolder(sentence)}\n`,
    });
  });
});
