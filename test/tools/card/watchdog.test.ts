/** A card as a process, with a file for its watchdog: what the driver would be told is in it. */
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { failOverVariable } from "../../../tools/card/failing-application.ts";
import { LoneCard } from "./lone-card.ts";

let card: LoneCard;
let device: string;
beforeEach(() => {
  card = new LoneCard();
  device = join(card.folder, "watchdog");
  writeFileSync(device, "");
});
afterEach(() => card.close());

const fed = () => readFileSync(device, "latin1");
const patience = { timeout: 20_000, interval: 5 };
const poison = "deadbeef";

test("the card feeds it, and disarms it when it is told to end", async () => {
  await card.start(["--watchdog", device]);
  await expect.poll(() => fed().length, patience).toBeGreaterThan(1);
  expect(fed()).toMatch(/^\0+$/);
  const ended = once(card.process, "exit");
  card.process.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
  expect(fed()).toMatch(/^\0+V$/);
});

test("an application that hangs has it starve", async () => {
  await card.start(["--watchdog", device], { [failOverVariable]: `loop:${poison}` });
  await expect.poll(() => fed().length, patience).toBeGreaterThan(1);
  card.send(Buffer.from(poison, "hex"));
  // Its log cannot be heard: the thread that reports it hangs.
  await pause(800);
  const last = fed();
  await pause(1_100);
  expect(fed()).toBe(last);
  expect(fed()).toMatch(/^\0+$/);
});
