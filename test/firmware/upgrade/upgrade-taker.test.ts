/** The end of an upgrade that is given firmware, step by step: what the other end says is made up. */
import { expect, test } from "vitest";
import { encodeRequest, decodeRequest, fetchOctetsMax, offerOf } from "../../../firmware/upgrade/upgrade-records.ts";
import { retriesMax } from "../../../firmware/upgrade/upgrade-states.ts";
import { UpgradeTaker } from "../../../firmware/upgrade/upgrade-taker.ts";
import { UpgradeGiver } from "../../../firmware/upgrade/upgrade-giver.ts";
import type { EnquiryAction } from "../../../firmware/card/enquiry.ts";
import { ManagementDesk } from "../../../firmware/card/management-desk.ts";
import type { Bundle } from "../../../hal/bundle-store.ts";
import { VirtualClock } from "../../../hal/simulated/clock.ts";
import { bundleSource, flashOf } from "./upgradable-card.ts";

const offering = 7;
const [first, second] = [bundleSource("2.0.0", 40_000), bundleSource("3.0.0", 100)];

function bench() {
  const clock = new VirtualClock();
  const actions: EnquiryAction[] = [];
  const desk = new ManagementDesk((action) => actions.push(action));
  const flash = flashOf(clock);
  const card = { leave: () => {}, restart: () => {}, log: () => {} };
  const taker = new UpgradeTaker({ clock, desk, store: flash.boot(), card });
  const giver = new UpgradeGiver(desk, taker);
  const offer = ({ version, octets, digest }: Bundle) => {
    const request = decodeRequest(offerOf({ version, octets, digest }));
    if (request) taker.request(offering, request);
  };
  return {
    ...{ clock, desk, flash, taker, giver, offer, actions },
    run: (millis: number) => clock.run(clock.nowMicros() + 1_000 * millis),
    /** The fetches since the last look, by the number of their enquiries. */
    fetches: () =>
      actions.splice(0).flatMap((action) => {
        const request = action.kind === "enquire" ? decodeRequest(action.octets.slice(1)) : undefined;
        return request?.kind === "fetch" && action.kind === "enquire"
          ? [{ enquiry: action.enquiry, slot: action.slot, offset: request.offset }]
          : [];
      }),
  };
}

test("of a fetch that fails half way what came is written, and the rest asked for a while later", () => {
  const { offer, run, fetches, desk, taker } = bench();
  offer(first.bundle);
  run(10);
  const [{ enquiry, ...asked }] = fetches();
  expect(asked).toEqual({ slot: offering, offset: 0 });
  desk.take({ kind: "enquiry-answered", enquiry, octets: new Uint8Array(500), last: false });
  desk.take({ kind: "enquiry-failed", enquiry, reason: "no-answer" });
  run(100);
  expect(taker.status).toMatchObject({ state: "interrupted", held: 500 });
  expect(fetches()).toEqual([]);
  run(5_000);
  expect(fetches()).toMatchObject([{ offset: 500 }]);
});

test("what was begun for a bundle comes to nothing when another is offered", () => {
  const { offer, run, fetches, desk, actions, taker } = bench();
  offer(first.bundle);
  run(10);
  const [{ enquiry }] = fetches();
  offer(second.bundle);
  expect(actions).toEqual([{ kind: "enquiry-cancel", enquiry }]);
  run(10);
  const [next, ...more] = fetches();
  expect(more).toEqual([]);
  desk.take({ kind: "enquiry-answered", enquiry: next.enquiry, octets: new Uint8Array(40), last: true });
  // Before these octets are written.
  offer(first.bundle);
  run(10);
  expect(fetches()).toMatchObject([{ offset: 0 }]);
  expect(taker.status).toMatchObject({ state: "fetching", held: 0, bundle: { version: "2.0.0" } });
});

test("more octets than were asked for are not written", () => {
  const { offer, run, fetches, desk, taker } = bench();
  offer(second.bundle);
  run(10);
  const [{ enquiry }] = fetches();
  second.read(0, 100, (octets) => {
    const more = new Uint8Array(fetchOctetsMax);
    more.set(octets ?? []);
    desk.take({ kind: "enquiry-answered", enquiry, octets: more, last: true });
  });
  run(20);
  expect(taker.status).toMatchObject({ state: "staged", held: 100, failure: "none" });
});

test("what failed can be offered again", () => {
  const { offer, run, fetches, flash, taker } = bench();
  flash.capacityOctets = 10;
  offer(second.bundle);
  run(10);
  expect(taker.status).toMatchObject({ state: "settled", failure: "no-room" });
  flash.capacityOctets = 1_000;
  offer(second.bundle);
  run(10);
  expect(taker.status).toMatchObject({ state: "fetching", failure: "none" });
  expect(fetches()).toHaveLength(1);
});

test("a source is given up when it has given nothing so often in a row, and no sooner", () => {
  const { offer, run, fetches, desk, taker } = bench();
  offer(first.bundle);
  run(10);
  const lose = (times: number) => {
    for (let time = 0; time < times; time++) {
      for (const { enquiry } of fetches()) desk.take({ kind: "enquiry-failed", enquiry, reason: "no-answer" });
      run(5_001);
    }
  };
  lose(retriesMax - 1);
  const [{ enquiry }] = fetches();
  desk.take({ kind: "enquiry-answered", enquiry, octets: new Uint8Array(10), last: true });
  run(10);
  lose(retriesMax);
  expect(taker.status).toMatchObject({ state: "fetching", held: 10 });
  lose(1);
  expect(taker.status).toMatchObject({ state: "settled", failure: "source", held: 10 });
});

test("what is not the bundle that is there is neither activated nor given", () => {
  const { offer, run, fetches, desk, taker, giver, actions } = bench();
  offer(second.bundle);
  run(10);
  const [{ enquiry }] = fetches();
  second.read(0, 100, (octets) => {
    if (octets) desk.take({ kind: "enquiry-answered", enquiry, octets, last: true });
  });
  run(20);
  taker.request(offering, { kind: "activate", digest: first.bundle.digest });
  expect(taker.status.state).toBe("staged");
  giver.have(second);
  const fetch = (digest: Uint8Array) => {
    const octets = Uint8Array.of(2, ...encodeRequest({ kind: "fetch", digest, offset: 0 }));
    desk.take({ kind: "enquired", slot: 3, enquiry: 1, octets });
    return actions.splice(0).map((action) => (action.kind === "enquiry-answer" ? action.octets.length : action.kind));
  };
  expect(fetch(first.bundle.digest)).toEqual([0]);
  expect(fetch(second.bundle.digest)).toEqual([100]);
});

test("an offer has a digest of 32 octets, some octets, and a version of at most 64", () => {
  const of = (more: Partial<Bundle>) => decodeRequest(offerOf({ ...second.bundle, ...more }));
  expect(of({})).toMatchObject({ kind: "offer", octets: 100 });
  expect(of({ version: "1".repeat(64) })).toBeDefined();
  expect(of({ version: "1".repeat(65) })).toBeUndefined();
  expect(of({ octets: 0 })).toBeUndefined();
  for (const length of [0, 31, 33]) {
    expect(of({ digest: new Uint8Array(length) })).toBeUndefined();
    expect(decodeRequest(encodeRequest({ kind: "fetch", digest: new Uint8Array(length), offset: 0 }))).toBeUndefined();
  }
});
