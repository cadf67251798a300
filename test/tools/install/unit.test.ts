/** The unit as data: that what it names is there, and that it gives a card what it asks the host for, and no more. */
import { accessSync, constants, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repository } from "./installation.ts";

const unit = new Map<string, string>();
let section = "";
for (const each of readFileSync(join(repository, "tools/install/tandem.service"), "utf8").split("\n")) {
  if (each === "" || each.startsWith("#")) continue;
  const heading = /^\[(\w+)\]$/.exec(each);
  const pair = /^(\w+)=(.+)$/.exec(each);
  if (heading !== null) section = heading[1];
  else if (pair === null) throw new Error(`neither a section nor a setting: ${each}`);
  else if (unit.has(`${section}.${pair[1]}`)) throw new Error(`there twice: ${each}`);
  else unit.set(`${section}.${pair[1]}`, pair[2]);
}
const service = (name: string) => unit.get(`Service.${name}`);

test("the programs that it runs are there, and may be run", () => {
  for (const name of ["ExecStart", "ExecStartPre"]) {
    const file = service(name)?.replace(/^[-+]*\/opt\/tandem\//, "") ?? "";
    expect(file).toMatch(/^tools\/install\/[a-z-]+\.sh$/);
    accessSync(join(repository, file), constants.X_OK);
  }
  const documentation = unit.get("Unit.Documentation")?.replace("file:/opt/tandem/", "") ?? "";
  accessSync(join(repository, documentation));
});

test("a card may have real-time priority, memory that is not swapped, and its interfaces brought back; no more", () => {
  const capabilities = "CAP_SYS_NICE CAP_NET_ADMIN";
  expect([service("AmbientCapabilities"), service("CapabilityBoundingSet")]).toEqual([capabilities, capabilities]);
  expect([service("LimitRTPRIO"), service("LimitMEMLOCK")]).toEqual(["99", "infinity"]);
  expect([service("User"), service("Group"), service("NoNewPrivileges")]).toEqual(["tandem", "tandem", "yes"]);
  expect(service("RestrictRealtime")).toBeUndefined();
  // The machine compiles code while it runs.
  expect(service("MemoryDenyWriteExecute")).toBeUndefined();
  const families = service("RestrictAddressFamilies")?.split(" ") ?? [];
  expect(families.sort()).toEqual(["AF_CAN", "AF_INET", "AF_INET6", "AF_NETLINK", "AF_UNIX"]);
});

test("a card that ends is started again, without end, and one that is told to end may leave its group first", () => {
  const program = readFileSync(join(repository, "tools/card/running-card.ts"), "utf8");
  const leaveWithinMillis = Number(/leaveWithinMillis = ([\d_]+)/.exec(program)?.[1].replaceAll("_", ""));
  expect([service("Restart"), service("RestartSec"), unit.get("Unit.StartLimitIntervalSec")]).toEqual([
    "always",
    "1",
    "0",
  ]);
  expect(service("KillSignal")).toBe("SIGTERM");
  expect(Number(service("TimeoutStopSec")) * 1000).toBeGreaterThan(leaveWithinMillis);
  // Nobody tells systemd that the card is well: with a limit it would be ended for that.
  expect(service("WatchdogSec")).toBeUndefined();
});

test("its console is at a socket too, which nobody reaches who is not in the card's group", () => {
  expect([service("RuntimeDirectory"), service("RuntimeDirectoryMode")]).toEqual(["tandem", "0750"]);
});

test("it is started with the machine, and its records are where the card is told to keep them", () => {
  expect(unit.get("Install.WantedBy")).toBe("multi-user.target");
  expect([service("StateDirectory"), service("WorkingDirectory")]).toEqual(["tandem", "/var/lib/tandem"]);
});
