import { describe, expect, it } from "vitest";
import type { ApplicationAction } from "../../../firmware/card/application.ts";
import { CallServerPair } from "./call-server-pair.ts";
import { newCall, run } from "./call-script.ts";
import { west } from "./example-rack.ts";

const second = 1_000_000;

function inCall() {
  const pair = CallServerPair.inService();
  run(pair, newCall(west), 0, 3);
  const { backup } = pair;
  if (backup === undefined) throw new Error("no backup");
  return { pair, primary: pair.primary, backup };
}

function digestsOf(actions: readonly ApplicationAction[]) {
  return actions.filter(({ kind }) => kind === "digest");
}

describe("primary and backup tell each other what their tables come to", () => {
  it("once a second, the same at the same commit", () => {
    const { pair, primary, backup } = inCall();
    pair.now += second;
    const said = [primary, backup].map((card) => digestsOf(pair.tell(card, { kind: "deadline" })));
    const expected = [{ kind: "digest", sequence: pair.sequence, digest: primary.server.digest() }];
    expect(said).toEqual([expected, expected]);
    expect(digestsOf(pair.tell(backup, { kind: "deadline" }))).toEqual([]);
    expect(backup.server.nextDeadline()).toBe(pair.now + second);
  });

  const heard = (sequence: number, digest: number) => ({ kind: "digest", slot: 9, sequence, digest }) as const;

  it("a backup that has another at the same commit is astray, and says so once", () => {
    const { pair, backup } = inCall();
    const other = (backup.server.digest() + 1) % 2 ** 32;
    expect(pair.tell(backup, heard(pair.sequence, other))).toEqual([
      { kind: "astray", reason: `tables differ from those of slot 9 at commit ${pair.sequence}` },
    ]);
    expect(backup.server.status()).toMatchObject({ role: "astray" });
    expect(pair.tell(backup, heard(pair.sequence, other))).toEqual([]);
  });

  it("a primary raises an alarm, and stays what it is", () => {
    const { pair, primary } = inCall();
    const actions = pair.tell(primary, heard(pair.sequence, primary.server.digest() ^ 1));
    expect(actions).toMatchObject([{ kind: "log", severity: "alarm" }]);
    expect(primary.server.status()).toMatchObject({ role: "primary" });
  });

  it("the same digest, or that of another commit, means nothing", () => {
    const { pair, primary, backup } = inCall();
    for (const card of [primary, backup]) {
      expect(pair.tell(card, heard(pair.sequence, card.server.digest()))).toEqual([]);
      expect(pair.tell(card, heard(pair.sequence - 1, 1))).toEqual([]);
      expect(pair.tell(card, heard(pair.sequence + 1, 1))).toEqual([]);
    }
  });
});
