/** The trace tool on an interface of the kernel, in a network namespace; the frames are sent by can-utils. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { frameIdentifier, framePart, recordClass } from "../../../firmware/backplane/frame-identifier.ts";
import { blankBeat, heartbeat } from "../../../firmware/backplane/heartbeat.ts";
import { encode } from "../../../firmware/layout/layout.ts";
import { run } from "./kernel-bus.ts";

const namespace = "card-2";

beforeEach(() => {
  run(`ip netns add ${namespace}`);
  run(`ip -n ${namespace} link add dev can0 type vcan`);
  run(`ip -n ${namespace} link set dev can0 up`);
});
afterEach(() => void run(`ip netns del ${namespace}`));

function trace(...given: string[]) {
  const program = spawn(process.execPath, ["tools/trace/main.ts", ...given]);
  const said = { lines: "", errors: "" };
  program.stdout.on("data", (octets: Buffer) => {
    said.lines += octets;
  });
  program.stderr.on("data", (octets: Buffer) => {
    said.errors += octets;
  });
  return { program, said, ended: once(program, "exit") };
}

test("follows it until it is interrupted", { timeout: 40_000 }, async () => {
  const { program, said, ended } = trace(`can0@${namespace}`, "--beats");
  const id = frameIdentifier(recordClass.heartbeat, 2, framePart.whole).toString(16).padStart(3, "0");
  const beat = Buffer.from(encode(heartbeat, blankBeat())).toString("hex");
  while (said.lines === "" && program.exitCode === null) {
    run(`ip netns exec ${namespace} cansend can0 ${id}#${beat}`);
    await pause(500);
  }
  program.kill("SIGINT");
  expect(await ended, said.errors).toEqual([0, null]);
  expect(said.lines).toMatch(/^[\d:.]+ A +2 heartbeat /);
});

test("an interface that is not there is one sentence", { timeout: 40_000 }, async () => {
  const { said, ended } = trace(`can7@${namespace}`);
  expect(await ended).toEqual([2, null]);
  expect(said).toEqual({ lines: "", errors: `trace: there is no CAN interface can7@${namespace}\n` });
});
