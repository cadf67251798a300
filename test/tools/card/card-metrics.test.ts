/** Figures over HTTP, of a card that says what the test lets it say. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Card } from "../../../firmware/configuration/rack-schema.ts";
import { VirtualClock } from "../../../hal/simulated/clock.ts";
import { CardAlarms } from "../../../tools/card/card-alarms.ts";
import { CardMetrics } from "../../../tools/card/card-metrics.ts";
import type { CardReport } from "../../../tools/card/card-start.ts";
import { ownAddress } from "../../own-address.ts";
import { readExposition } from "./exposition-text.ts";

const cards: readonly Card[] = [
  { slot: 1, kind: "lim" },
  { slot: 2, kind: "call-server", group: 1 },
];
const port = 9_400;

function cardIn(slot: number) {
  const reports: CardReport[] = [];
  const clock = new VirtualClock();
  const alarms = new CardAlarms(slot, cards, clock, (report) => reports.push(report));
  return { alarms, clock, reports, metrics: new CardMetrics(alarms, 'a "rack"') };
}

test("a card tells its figures anew each time, and nothing of what is gone", async () => {
  const { alarms, metrics } = cardIn(1);
  const failures: string[] = [];
  metrics.serve({ address: ownAddress, port }, (text) => failures.push(text));
  const read = async () => readExposition(await (await fetch(`http://${ownAddress}:${port}/metrics`)).text());
  metrics.count("begin");
  alarms.application({ exchanges: { west: { available: true } }, received: { IAM: 3 } });
  await read();
  const first = await read();
  const labels = { rack: 'a "rack"', slot: "1" };
  expect(first.get("tandem_switchover_steps_total")).toEqual({
    name: "tandem_switchover_steps_total",
    help: expect.stringContaining("Steps of switchovers"),
    kind: "counter",
    samples: [{ labels: { ...labels, step: "begin" }, value: 1 }],
  });
  expect(first.get("tandem_isup_messages_total")?.samples).toEqual([
    { labels: { ...labels, direction: "received", type: "IAM" }, value: 3 },
  ]);
  alarms.application({ exchanges: { east: { available: false } }, received: { IAM: 4 } });
  const second = await read();
  expect(second.get("tandem_association_up")?.samples).toEqual([{ labels: { ...labels, exchange: "east" }, value: 0 }]);
  expect(second.get("tandem_isup_messages_total")?.samples.map(({ value }) => value)).toEqual([4]);
  expect(failures).toEqual([]);
});

test("a port that is taken is said in a sentence, and the card goes on", async () => {
  const other = createServer().listen(0, ownAddress);
  await once(other, "listening");
  const { port: taken } = other.address() as AddressInfo;
  const failures: string[] = [];
  cardIn(2).metrics.serve({ address: ownAddress, port: taken }, (text) => failures.push(text));
  while (failures.length === 0) await pause(5);
  expect(failures).toEqual([`metrics cannot be told on ${ownAddress}:${taken}: EADDRINUSE`]);
  other.close();
});

test("alarms of a card are reported when they come and go, and can be looked at", () => {
  const { alarms, clock, reports } = cardIn(2);
  const status = (state: string) => ({ role: "primary", planeStates: [state, "active"] });
  for (const state of ["bus-off", "bus-off", "active", "active"]) {
    clock.run(clock.nowMicros() + 2_000_000);
    alarms.communication(status(state));
  }
  alarms.tell("login-failures", { object: "console of slot 2", text: "3 wrong passwords" });
  const changes = reports.flatMap((report) => (report.kind === "alarm" ? [[report.change, report.alarm.object]] : []));
  expect(changes).toEqual([
    ["raised", "plane A"],
    ["cleared", "plane A"],
    ["raised", "console of slot 2"],
  ]);
  expect(alarms.standing().map(({ object }) => object)).toEqual(["console of slot 2"]);
  expect(alarms.list().map(({ name, clearedAtMillis }) => [name, clearedAtMillis !== undefined])).toEqual([
    ["login-failures", false],
    ["plane-lost", true],
  ]);
});
