import { expect, test } from "vitest";
import { decodeResynchronisation, StateGiver, StateTaker } from "../../../firmware/backplane/resynchronisation.ts";
import type { ResynchronisationRecord } from "../../../firmware/backplane/resynchronisation-records.ts";
import type { ApplicationEvent } from "../../../firmware/card/application.ts";
import { quietMember } from "./quiet-member.ts";

function processor(incarnation: number) {
  const said: ResynchronisationRecord[] = [];
  const events: ApplicationEvent[] = [];
  const context = quietMember({
    incarnation,
    send: (_class, octets) => {
      const record = decodeResynchronisation(octets, 1);
      if (record) said.push(record);
    },
    toApplication: (event) => events.push(event),
  });
  return { context, said, events };
}

const head = { term: 1, sequence: 100, lastTerm: 1, timeMillis: 2 ** 40, marks: [] };
const request = Uint8Array.of(7);
const piece = (octet: number) => Uint8Array.of(octet);
const piecesIn = (said: readonly ResynchronisationRecord[]) =>
  said.flatMap((record) => (record.kind === "piece" ? [[record.attempt, record.number, record.piece[0]]] : []));

function giver() {
  const { context, said, events } = processor(1);
  return { giver: new StateGiver(context), said, events };
}

test("a taker that is mute does not ask less and less often for that: when it is heard again it asks at once", () => {
  let mute = true;
  const { context, said } = processor(1);
  const taker = new StateTaker({ ...context, isMute: () => mute });
  taker.begin();
  taker.request(request, 0);
  for (let now = 0; now < 2_000_000; now += 5_000) taker.tick(now);
  said.length = 0;
  mute = false;
  for (let now = 2_000_000; now < 2_060_000; now += 5_000) taker.tick(now);
  expect(said.map(({ kind }) => kind)).toEqual(["want"]);
});

test("the giver goes on as the taker says what it has, and says again what is asked for again", () => {
  const { giver: state, said } = giver();
  state.want(3, 1, request, () => head);
  for (let number = 0; number < 10; number++) state.piece(3, piece(number), 100, number === 9);
  expect(piecesIn(said)).toHaveLength(4);
  state.ask(3, 1, 2);
  expect(piecesIn(said)).toHaveLength(6);
  said.length = 0;
  state.ask(3, 1, 2);
  expect(piecesIn(said)).toEqual([2, 3, 4, 5].map((number) => [1, number, number]));
});

test("pieces on their way from the application for an earlier wish never mix with those of another, even at the same commit", () => {
  const { giver: state, said, events } = giver();
  state.want(3, 1, request, () => head);
  state.piece(3, piece(1), 100, false);
  state.finished(3);
  state.want(3, 2, request, () => head);
  state.piece(3, piece(2), 100, false);
  state.piece(3, piece(3), 100, true);
  said.length = 0;
  state.want(3, 2, request, () => head);
  state.piece(3, piece(11), 100, true);
  expect(piecesIn(said)).toEqual([[2, 0, 11]]);
  expect(events.filter(({ kind }) => kind === "snapshot-wanted")).toHaveLength(2);
});

test("a giver that knows nothing of an attempt says so, and the taker gives it up", () => {
  const { giver: state, said } = giver();
  const { context, said: asked } = processor(500);
  const taker = new StateTaker(context);
  taker.begin();
  taker.request(request, 0);
  const [want] = asked;
  if (want.kind !== "want") throw new Error("no wish");
  state.ask(3, want.attempt, 0);
  const [gone] = said;
  if (gone.kind !== "gone") throw new Error("no answer");
  expect(taker.isLost(0)).toBe(false);
  taker.gone({ ...gone, attempt: want.attempt + 1 });
  expect(taker.isLost(0)).toBe(false);
  taker.gone(gone);
  expect(taker.isLost(0)).toBe(true);
});

test("a taker whose application does not call a whole snapshot complete begins anew", () => {
  const { context } = processor(500);
  const taker = new StateTaker(context);
  taker.begin();
  taker.request(request, 0);
  const attempt = 501;
  const record = { group: 1, slot: 3, attempt, sequence: 100 };
  taker.head({ kind: "head", ...record, term: 1, lastTerm: 1, timeMillis: 0, timeUpper: 256, marks: [] }, 10);
  taker.piece({ kind: "piece", ...record, number: 0, last: 1, piece: piece(0) }, 20);
  expect(taker.isLost(400_000)).toBe(false);
  expect(taker.isLost(600_000)).toBe(true);
});

test("two lives of a card do not use the same attempts", () => {
  const attemptOf = (incarnation: number) => {
    const { context, said } = processor(incarnation);
    const taker = new StateTaker(context);
    taker.begin();
    taker.request(request, 0);
    return said[0].kind === "want" ? said[0].attempt : -1;
  };
  expect(attemptOf(400)).not.toBe(attemptOf(40_000));
});
