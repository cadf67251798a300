import { expect, test } from "vitest";
import { encodeCommit } from "../../../firmware/backplane/commit.ts";
import { GroupView } from "../../../firmware/backplane/group-view.ts";
import { repairRecord } from "../../../firmware/backplane/repair-records.ts";
import { decode } from "../../../firmware/layout/layout.ts";
import { quietMember } from "./quiet-member.ts";

const far = 2 ** 33 + 2 ** 24 - 2;
const low24 = (value: number) => value % 2 ** 24;

/** A view that has just been given its place at commit `far`, and what it asks and gives. */
function started(backlog: () => number = () => 0) {
  const said: unknown[] = [];
  const context = quietMember({
    send: (_class, record) => {
      const decoded = decode(repairRecord, record);
      said.push(decoded.ok ? decoded.value : decoded.error);
    },
    backlog,
  });
  const view = new GroupView(context, false);
  view.reset(far, 70_000);
  return { view, said };
}

const commitAt = (sequence: number) => ({
  group: 1,
  term: 70_000,
  sequence,
  consumed: { kind: "internal" } as const,
  refersToInput: false,
  timeMillis: 0,
  body: new Uint8Array(1),
});

function hold(view: GroupView, sequence: number): void {
  const octets = encodeCommit(commitAt(sequence));
  const commit = view.decode(octets, 0);
  if (commit) view.hold(commit, octets, undefined);
}

test("a card that started after the beats' 24 bits wrapped around notices by a beat that commits are missing", () => {
  const { view, said } = started();
  view.primaryIsAt(low24(far + 5));
  view.ask(0, true, false);
  view.ask(1_000, true, false);
  expect(said).toEqual([{ kind: "ask commits", group: 1, from: far + 1, count: 5 }]);
});

test("shortened sequences become whole far beyond 32 bits, and repair says them whole", () => {
  const { view, said } = started();
  for (let sequence = far + 1; sequence <= far + 10; sequence++) hold(view, sequence);
  for (let held = view.next(); held; held = view.next()) view.append(held, 0);
  expect(view.log.last).toBe(far + 10);
  view.giveCommits(far + 10, 4, 70_001, 1);
  expect(said).toMatchObject([{ kind: "commit", term: 70_001, sequence: far + 10 }]);
});

test("what is being answered is not asked for again; what is not is, less and less often", () => {
  const { view, said } = started();
  view.primaryIsAt(low24(far + 40));
  const asked: number[] = [];
  for (let now = 0; now < 200_000; now += 500) {
    // The first answers come every 10 ms, one commit each, and then no more.
    if (now > 0 && now % 10_000 === 0 && now <= 50_000) hold(view, far + now / 10_000);
    for (let held = view.next(); held; held = view.next()) view.append(held, now);
    const before = said.length;
    view.ask(now, true, false);
    if (said.length > before) asked.push(now);
  }
  expect(asked).toEqual([1_000, 5_000, 80_000, 84_000, 92_000, 108_000, 140_000]);
});

test("one missing input after the other: the next is asked for when it is the next, and not when answers may be over", () => {
  const { view, said } = started();
  const slot = 5;
  view.intake.admit(slot, 77);
  for (const number of [1, 3, 5, 7]) view.intake.hear(slot, number, new Uint8Array(1));
  const asked: [number, number][] = [];
  for (let now = 0; now < 30_000; now += 500) {
    const before = said.length;
    view.ask(now, false, true);
    for (const { from } of said.slice(before) as { from: number }[]) asked.push([now, from]);
    // Each is answered within 2 ms.
    const [at, number] = asked.at(-1) ?? [now, 0];
    if (now - at === 2_000) view.intake.hear(slot, number, new Uint8Array(1));
  }
  expect(asked).toEqual([
    [1_000, 2],
    [4_500, 4],
    [8_000, 6],
  ]);
});

test("a question that has not got on the bus yet is not asked once more behind itself", () => {
  const bus = { frames: 0 };
  const { view, said } = started(() => bus.frames);
  view.primaryIsAt(low24(far + 5));
  const asked: number[] = [];
  for (let now = 0; now < 40_000; now += 500) {
    const before = said.length;
    view.ask(now, true, false);
    if (said.length > before) asked.push(now);
    // It waits from 1 ms on until the bus is free at 30 ms, and then for its answer.
    bus.frames = now >= 1_000 && now < 30_000 ? 2 : 0;
  }
  expect(asked).toEqual([1_000, 34_000]);
});

test.each([
  [0, 1],
  [1000, 0],
])("with %i frames of answers waiting, a question gets %i answers", (backlog, answers) => {
  const { view, said } = started(() => backlog);
  hold(view, far + 1);
  for (let held = view.next(); held; held = view.next()) view.append(held, 0);
  view.giveCommits(far + 1, 1, 70_000, 1);
  expect(said).toHaveLength(answers);
});

test("a run that lacks the BEGIN of the term that goes on behind it is astray", () => {
  const { view } = started();
  hold(view, far + 1);
  expect(view.log.isAstray()).toBe(false);
  const octets = encodeCommit({ ...commitAt(far + 1), term: 70_002 });
  const commit = view.decode(octets, 0);
  if (commit) view.hold(commit, octets, undefined);
  expect(view.log.isAstray()).toBe(true);
});
