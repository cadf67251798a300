/** A card as a process, with a chassis controller on a pseudo-terminal. */
import { once } from "node:events";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lamps } from "../../../hal/front-panel.ts";
import { firmataPins } from "../../../hal/linux/firmata-front-panel.ts";
import { FakeFirmata } from "../../hal/linux/fake-firmata.ts";
import { openPseudoTerminal, type PseudoTerminal } from "../../hal/linux/pseudo-terminal.ts";
import { LoneCard } from "./lone-card.ts";

let card: LoneCard;
let line: PseudoTerminal;
beforeEach(async () => {
  card = new LoneCard();
  line = await openPseudoTerminal();
});
afterEach(() => {
  card.close();
  line.hangUp();
});

const patience = { timeout: 20_000, interval: 5 };

test("the ejector is opened: the card leaves, then blue; it is closed again: the card ends, to be started anew", async () => {
  const firmata = new FakeFirmata((octets) => line.write(octets));
  line.listen((octets) => firmata.hear(octets));
  const lit = () => lamps.filter((lamp) => firmata.level(firmataPins[lamp]) === 1);
  await card.start(["--front-panel", line.path]);
  // Nobody is heard, and nobody has admitted it.
  await expect.poll(lit, patience).toEqual(["standby", "alarm"]);
  firmata.drive(firmataPins.ejector, 1);
  await expect.poll(() => card.lines, patience).toContain("the ejector is opened: the card leaves");
  await expect.poll(lit, patience).toContain("safeToPull");
  await expect
    .poll(() => card.reports.some((report) => report.kind === "milestone" && report.step === "left"), patience)
    .toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 500));
  for (let times = 0; times < 30; times++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(lit()).toContain("safeToPull");
  }
  expect(card.process.exitCode).toBeNull();
  const ended = once(card.process, "exit");
  firmata.drive(firmataPins.ejector, 0);
  expect(await ended).toEqual([75, null]);
  // What the card said last may still lie in the line.
  await expect.poll(lit, patience).toEqual([]);
});

test("a front panel and a watchdog that are not there are said in a line each, and the card goes on", async () => {
  await card.start(["--front-panel", "/dev/no-such-line", "--watchdog", "/dev/no-such-dog"]);
  const said = (what: string) => card.lines.filter((text) => text.includes(what));
  await expect.poll(() => [said("front panel").length, said("watchdog").length], patience).toEqual([1, 1]);
  expect(said("front panel")[0]).toMatch(/^no front panel: the serial line \/dev\/no-such-line cannot be opened: /);
  expect(said("watchdog")[0]).toBe(
    "the watchdog /dev/no-such-dog cannot be opened: there is none: nobody restarts this card when it hangs",
  );
  await expect.poll(() => card.reports.some(({ kind }) => kind === "communication"), patience).toBe(true);
});
