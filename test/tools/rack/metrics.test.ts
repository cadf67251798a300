/** The figures that the cards of a rack of processes tell, fetched as Prometheus does. */
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { type Family, readExposition } from "../card/exposition-text.ts";
import { makeSmallRack, runRack } from "./small-rack.ts";

const slots = [1, 2, 3, 4];

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<boolean>();
  server.once("error", () => resolve(false));
  server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  return await promise;
}

/** Of slot 0, where those of all slots are free. */
async function freePorts(): Promise<number> {
  for (let base = 10_000 + (process.pid % 1000) * 8; base < 20_000; base += 8) {
    const free = await Promise.all(slots.map((slot) => isFree(base + slot)));
    if (!free.includes(false)) return base;
  }
  throw new Error("no free ports");
}

/**
 * Resolves when some card has seen a call answered, and both call servers have one in conversation: each tells as of its own last
 * status. What hangs is ended by the test's own limit.
 */
async function answeredCall(urls: readonly string[]): Promise<void> {
  for (;;) {
    const texts = await Promise.all(urls.map(async (url) => (await fetch(url)).text()));
    const conversing = texts.filter((text) => /^tandem_calls\{.*conversation.*\} [1-9]/m.test(text)).length;
    if (conversing === 2 && texts.some((text) => /^tandem_calls_answered_total\{.*\} [1-9]/m.test(text))) return;
    await pause(100);
  }
}

test("every card tells its own by the format's grammar, and they agree about calls and with each other", async () => {
  const rack = makeSmallRack(3);
  const base = await freePorts();
  const run = runRack(rack, ["--metrics", `${base}`, "--no-rehearsal", "--no-voice", "--ring", "100ms"]);
  try {
    await run.until("calls run");
    const urls = slots.map((slot) => `http://127.0.0.1:${base + slot}/metrics`);
    await answeredCall(urls);
    const answers = await Promise.all(urls.map((url) => fetch(url)));
    for (const { status, headers } of answers) {
      expect(status).toBe(200);
      expect(headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    }
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    const told = texts.map(readExposition);
    const values = (families: ReadonlyMap<string, Family>, name: string) => {
      const samples = families.get(name)?.samples ?? [];
      return Object.fromEntries(
        samples.map(({ value, labels: { rack: _, slot: __, ...own } }) => [Object.values(own).join(), value]),
      );
    };
    told.forEach((families, index) => {
      for (const { samples } of families.values()) {
        for (const { labels } of samples) expect(labels).toMatchObject({ rack: "small", slot: String(slots[index]) });
      }
      const others = Object.fromEntries(slots.filter((slot) => slot !== slots[index]).map((slot) => [slot, 1]));
      expect(values(families, "tandem_card_alive")).toEqual(others);
      expect(values(families, "tandem_plane_up")).toEqual({ A: 1, B: 1 });
      expect(values(families, "tandem_plane_dropped_total")).toEqual({ A: 0, B: 0 });
      expect(values(families, "tandem_term")).toEqual(values(told[0], "tandem_term"));
      expect(values(families, "tandem_term")[1]).toBeGreaterThan(0);
      expect(values(families, "tandem_commits_total")[1]).toBeGreaterThan(10);
      expect(values(families, "tandem_plane_frames_total")["A,received"]).toBeGreaterThan(50);
      expect(values(families, "process_resident_memory_bytes")[""]).toBeGreaterThan(10_000_000);
    });
    const [lim, one, other, transporter] = told;
    expect(values(lim, "tandem_association_up")).toEqual({ west: 1, east: 1 });
    expect(values(lim, "tandem_isup_messages_total")["received,IAM"]).toBeGreaterThan(1);
    expect(values(transporter, "tandem_gateway_up")).toEqual({ gw1: 1 });
    const callServers = [one, other];
    const roles = callServers.map((families) => Object.keys(values(families, "tandem_card_info"))[0]).sort();
    expect(roles).toEqual(["call-server,backup", "call-server,primary"]);
    for (const families of callServers) expect(values(families, "tandem_calls").conversation).toBeGreaterThan(0);
    const answered = callServers.map((families) => values(families, "tandem_calls_answered_total")[""]);
    expect(Math.max(...answered)).toBeGreaterThan(0);

    const elsewhere = await fetch(`http://127.0.0.1:${base + 1}/`);
    expect([elsewhere.status, await elsewhere.text()]).toEqual([404, "only /metrics is here\n"]);
    const posted = await fetch(urls[0], { method: "POST", body: "x" });
    expect(posted.status).toBe(405);
  } finally {
    run.child.kill("SIGTERM");
    await run.ended;
    rack.remove();
  }
});
