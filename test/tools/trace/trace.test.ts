import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { encodeCommit } from "../../../firmware/backplane/commit.ts";
import { type RecordClass, recordClass } from "../../../firmware/backplane/frame-identifier.ts";
import { blankBeat, heartbeat } from "../../../firmware/backplane/heartbeat.ts";
import { inputRecord } from "../../../firmware/backplane/input-record.ts";
import { repairRecord } from "../../../firmware/backplane/repair-records.ts";
import { takeoverRecord } from "../../../firmware/backplane/takeover-records.ts";
import { type Input, input } from "../../../firmware/interchange/input.ts";
import { type Output, outputs } from "../../../firmware/interchange/output.ts";
import { encode } from "../../../firmware/layout/layout.ts";
import type { CanFrame } from "../../../hal/can-frame.ts";
import { startHub } from "../../../hal/software-bus/hub.ts";
import { connectHubControl } from "../../../hal/software-bus/hub-control.ts";
import { connectSoftwareCanPort } from "../../../hal/software-bus/software-can-port.ts";
import { linkHub } from "../../../tools/rack/run-folder.ts";
import { lineOfFrame } from "../../../tools/trace/candump-line.ts";
import { runTrace } from "../../../tools/trace/trace-program.ts";
import { segmented } from "../../firmware/backplane/segmented.ts";

const folder = mkdtempSync(join(tmpdir(), "trace-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Run {
  readonly exitCode: number;
  readonly lines: readonly string[];
  readonly errors: string;
}

async function run(
  words: readonly string[],
  stdin = "",
  interrupted = new Promise<void>(() => undefined),
): Promise<Run> {
  let output = "";
  let errors = "";
  const exitCode = await runTrace(words, {
    folder,
    input: Readable.from([stdin]),
    write: (text) => {
      output += text;
      return true;
    },
    drained: async () => undefined,
    writeError: (text) => {
      errors += text;
    },
    interrupted,
  });
  return { exitCode, lines: output.split("\n").filter((line) => line !== ""), errors };
}

// ---------------------------------------------------------------------------------------------------- what is on the bus

const rel = Uint8Array.of(0x0c, 2, 0, 2, 0x84, 0x91);
const rlc = Uint8Array.of(0x10, 0);

function inputOf(number: number, payload: Input): Uint8Array {
  return encode(inputRecord, { group: 1, number, payload: encode(input, payload) });
}

function commitOf(sequence: number, slot: number, number: number, performed: readonly Output[]): Uint8Array {
  return encodeCommit({
    ...{ group: 1, term: 5, sequence, refersToInput: true, timeMillis: 0 },
    consumed: { kind: "input", slot, number },
    body: Uint8Array.of(...encode(outputs, [...performed]), 0xca, 0xfe),
  });
}

interface Spoken {
  readonly name: RecordClass;
  readonly slot: number;
  readonly record: Uint8Array;
}

const call = { call: 9, circuit: 1, otherCircuit: 120, identifier: 0xbeef, secondIdentifier: 0 } as const;
const remove: Output = { kind: "instruct", slot: 4, instruction: { kind: "delete", ...call } };
const heardRel = inputOf(17, { kind: "isup", circuit: 1, message: rel });
const released = commitOf(513, 1, 17, [
  { kind: "copy", slot: 1, circuit: 120 },
  { kind: "message", slot: 1, circuit: 1, message: rlc },
  remove,
]);
const story: readonly Spoken[] = [
  { name: recordClass.input, slot: 1, record: heardRel },
  {
    name: recordClass.heartbeat,
    slot: 2,
    record: encode(heartbeat, { ...blankBeat(), role: 5, term: 5, group: 1, realTime: 1 }),
  },
  { name: recordClass.commit, slot: 2, record: released },
  { name: recordClass.input, slot: 4, record: inputOf(3, { kind: "done", call: 9, verb: 3 }) },
  { name: recordClass.commit, slot: 2, record: commitOf(514, 4, 3, []) },
  {
    name: recordClass.takeover,
    slot: 3,
    record: encode(takeoverRecord, { kind: "grant", group: 1, term: 7, claimant: 3, after: 9, salvaged: 1 }),
  },
];

const startMicros = 1_700_000_000_000_000;

/** The story on both planes, the second one somewhat later. */
function logOf(spoken: readonly Spoken[], frameOctets: 8 | 64 = 8): string {
  const lines: string[] = [];
  spoken.forEach(({ name, slot, record }, place) => {
    const frames = framesOf(name, slot, record, place, frameOctets);
    for (const [lag, plane] of ["can0", "can1"].entries()) {
      for (const { id, fd, data } of frames) {
        const micros = startMicros + place * 1000 + lag * 100;
        lines.push(lineOfFrame({ micros, plane, identifier: id, fd, octets: data }));
      }
    }
  });
  return `${lines.join("\n")}\n`;
}

function framesOf(
  name: RecordClass,
  slot: number,
  record: Uint8Array,
  sequence: number,
  octets: 8 | 64,
): readonly CanFrame[] {
  if (name === recordClass.heartbeat) return [{ id: slot << 2, fd: octets === 64, data: record }];
  return segmented(record, name, slot, sequence, octets);
}

const rack = fileURLToPath(new URL("../../../boards/simulated/rack.yaml", import.meta.url));

const told = [
  "22:13:20.000000 A   1 input      #17 REL on west/2",
  "22:13:20.002000 A   2 commit     #513 term 5 consumes 1/#17, REL on west/2; to 1: REL on west/121; to 1: RLC on west/2; to 4: DLCX for call 9: west/2 west/121",
  "22:13:20.003000 A   4 input      #3 DLCX done for call 9",
  "22:13:20.004000 A   2 commit     #514 term 5 consumes 4/#3, DLCX done for call 9",
  "22:13:20.005000 A   3 takeover   grant, group 1, term 7, claimant 3, after 9, salvaged 1",
] as const;
const beat = "22:13:20.001000 A   2 heartbeat  primary of group 1, term 5, identity 0";

describe("a log", () => {
  test.each([8, 64] as const)(
    "with frames of %i octets: a line a record, whichever plane brings it first",
    async (octets) => {
      const result = await run(["-", "--rack", rack], logOf(story, octets));
      expect(result).toEqual({ exitCode: 0, errors: "", lines: told });
    },
  );

  test.each([
    [
      ["--slot", "2"],
      [told[1], told[3]],
    ],
    [
      ["--slot", "3", "4"],
      [told[2], told[4]],
    ],
    [
      ["--class", "input"],
      [told[0], told[2]],
    ],
    [["--isup"], [told[0], told[1]]],
    [["--mgcp"], [told[1], told[2], told[3]]],
    [
      ["--isup", "--mgcp", "--class", "input"],
      [told[0], told[2]],
    ],
    [
      ["--beats", "--slot", "2", "--planes", "can0"],
      [beat, beat.replace("A ", "can1").replace("001000", "001100"), told[1], told[3]],
    ],
    [
      ["--class", "takeover", "--copies"],
      [told[4], told[4].replace("005000 A", "005100 B")],
    ],
  ])("%j", async (filters, lines) => {
    expect((await run(["-", "--rack", rack, ...filters], logOf(story))).lines).toEqual(lines);
  });

  test("in JSON", async () => {
    const { lines } = await run(["-", "--json", "--class", "commit"], logOf(story));
    expect(JSON.parse(lines[0])).toMatchObject({
      ...{ time: 1_700_000_000.002, plane: "A", slot: 2, class: "commit", recordSequence: 2 },
      record: { sequenceLow16: 513, outputs: [{ kind: "copy" }, { message: { type: "RLC" } }, { kind: "instruct" }] },
    });
  });

  test("a repaired commit brings its input with it", async () => {
    const payload = encode(input, { kind: "isup", circuit: 1, message: rel });
    const repair = { kind: "commit", group: 1, term: 5, sequence: 66_049, commit: released, input: payload } as const;
    const { lines } = await run(
      ["-"],
      logOf([{ name: recordClass.repair, slot: 2, record: encode(repairRecord, repair) }]),
    );
    expect(lines).toEqual([
      expect.stringContaining(
        "repair     #66049 again: #513 term 5 consumes 1/#17, REL on circuit 1; to 1: REL on circuit 120",
      ),
    ]);
  });

  test("what is corrupt in it is said with its line, and the rest is read", async () => {
    const file = join(folder, "corrupt.log");
    const good = logOf(story).split("\n");
    writeFileSync(file, [good[0], "(1.0) can0 2A4#0", "(1.0) can0 12345678#00", "\0\xff", ...good.slice(1)].join("\n"));
    const { exitCode, errors, lines } = await run([file, "--rack", rack]);
    expect({ exitCode, lines }).toEqual({ exitCode: 1, lines: told });
    expect(errors.split("\n")).toEqual([
      `${file}, line 2: 2A4: Half an octet: there are 1 hexadecimal digits.`,
      expect.stringMatching(/, line 4: not a line of candump: "\\u0000/),
      "trace: frames that are none of the backplane's: 1.",
      "",
    ]);
  });

  test("a record that lacks a frame is told as lost, once", async () => {
    const frames = framesOf(recordClass.commit, 2, released, 7, 8);
    const kept = frames.filter((_, place) => place !== 1);
    const lines = kept.map(({ id, data }) =>
      lineOfFrame({ micros: startMicros, plane: "can0", identifier: id, fd: false, octets: data }),
    );
    expect((await run(["-"], lines.join("\n"))).lines).toEqual(["22:13:20.000000 A   2 commit     frames are missing"]);
  });

  test("any octet of it may be another", async () => {
    const log = logOf(story).trimEnd().split("\n");
    for (const [place, line] of log.entries()) {
      const digits = line.length - 1 - (place % 8);
      for (const digit of "07F") {
        const corrupt = log.with(place, `${line.slice(0, digits)}${digit}${line.slice(digits + 1)}`);
        expect([0, 1]).toContain((await run(["-"], corrupt.join("\n"))).exitCode);
      }
    }
  });
});

describe("what is not there is said in one sentence", () => {
  test.each([
    [[join(tmpdir(), "no-such.log")], /there is no such file/],
    [["no-such.log"], /there is no such file/],
    [[tmpdir()], /is a folder/],
    [["can97"], /there is no CAN interface can97|npm run native|no SocketCAN/],
    [[], /no rack runs in this folder/],
    [["-", "--rack", "no-such.yaml"], /no such file/],
    [["-", "can0"], /not both at once/],
    [["-", "--slot", "64"], /0 to 63/],
    [["-", "--class", "nonsense"], /heartbeat/],
    [["-", "--write", join(tmpdir(), "no-such-folder", "x.log")], /cannot be written: ENOENT/],
  ])("%j", async (words, sentence) => {
    const { exitCode, errors, lines } = await run(words);
    expect({ exitCode, lines }).toEqual({ exitCode: 2, lines: [] });
    expect(errors).toMatch(sentence);
    expect(errors.trimEnd().split("\n").length).toBe(1);
  });
});

test("the rack of this folder is followed, and written to a log that says the same", async () => {
  const runFolder = join(folder, ".run", "latest");
  mkdirSync(runFolder, { recursive: true });
  const hubs = await Promise.all(
    (["A", "B"] as const).map(async (plane) => {
      const path = join(folder, plane);
      const rates = { bitRate: 1_000_000, dataBitRate: 5_000_000 };
      const hub = await startHub({ plane, path, rates, fd: false, paced: false });
      linkHub(runFolder, plane, path);
      const control = await connectHubControl(path);
      return { hub, control, port: await connectSoftwareCanPort({ path, name: "card" }) };
    }),
  );
  const log = join(folder, "written.log");
  const running = run(["--write", log, "--json"]);
  for (const { control, port } of hubs) {
    while ((await control.statistics()).ports.length < 2) await pause(1);
    port.listen({ frames: () => {}, transmitted: () => {}, writable: () => {}, state: () => {} });
    let given = 0;
    for (const [place, { name, slot, record }] of story.entries()) {
      for (const frame of framesOf(name, slot, record, place, 8)) {
        expect(port.transmit(frame)).toBe("queued");
        given++;
      }
      // One at a time: those of a lower class would overtake.
      while (port.statistics().sent < given) await pause(1);
    }
  }
  await pause(20);
  for (const { hub } of hubs) await hub.close();
  const live = await running;
  expect(live.exitCode).toBe(0);
  expect(live.errors.split("\n").sort()).toEqual(["", "trace: plane A is gone.", "trace: plane B is gone."]);
  const shown = live.lines.map((line) => JSON.parse(line) as { readonly text: string });
  expect(shown.map(({ text }) => text)).toEqual((await run(["-"], logOf(story))).lines.map((line) => line.slice(33)));
  const replayed = await run([log, "--json"]);
  expect(replayed).toEqual({ ...live, errors: "" });
  expect(readFileSync(log, "utf8")).toMatch(/^\(\d{10}\.\d{6}\) can0 305#/);
});

test("a pipe that is closed early ends it quietly", async () => {
  const file = join(folder, "long.log");
  writeFileSync(file, logOf(Array.from({ length: 3000 }, () => story[0])));
  const program = fileURLToPath(new URL("../../../tools/trace/main.ts", import.meta.url));
  const child = spawn(process.execPath, [program, file], { stdio: ["ignore", "pipe", "pipe"] });
  let errors = "";
  child.stderr.on("data", (text) => {
    errors += text;
  });
  child.stdout.once("data", () => child.stdout.destroy());
  const exitCode = await new Promise((resolve) => child.once("close", resolve));
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: "" });
});
