/** The onlooker's own test: each thing that must not happen is made to happen, and is said to have. */
import { describe, expect, test } from "vitest";
import type { Consumed } from "../../../firmware/backplane/commit.ts";
import { GroupHistory } from "../../../tools/simulator/group-history.ts";
import type { SimulatedCard } from "../../../tools/simulator/simulated-card.ts";

const lim = 1;
const nobody = new Uint8Array(0);

/** Slot 2 has begun term 1 cold at commit 1, admitted the LIM by commit 2, and consumed its inputs 1 and 2 by commits 3 and 4. */
function started() {
  const complaints: string[] = [];
  const history = new GroupHistory(1, (invariant, what) => complaints.push(`${invariant}: ${what}`));
  const bodies = new Map<string, { consumed: Consumed; body: Uint8Array; refersToInput: boolean }>();
  const commit = (term: number, sequence: number, consumed: Consumed, refersToInput = false) => {
    const isOfCard = consumed.kind === "admit" || consumed.kind === "dismiss";
    const body = isOfCard ? nobody : Uint8Array.of(term, sequence);
    bodies.set(`${sequence} of ${term}`, { consumed, body, refersToInput });
    history.committed(term, { kind: "commit", sequence, consumed, refersToInput, timeMillis: 0, body });
  };
  const consume = (term: number, sequence: number, number: number) =>
    commit(term, sequence, { kind: "input", slot: lim, number }, true);
  const begin = (slot: number, term: number, sequence: number, afterTerm: number, cold = false) =>
    history.began(slot, { term, sequence, afterTerm, cold });
  const delivered = (term: number, sequence: number, input = Uint8Array.of(7)) => {
    const known = bodies.get(`${sequence} of ${term}`);
    const { consumed = { kind: "internal" } as const, body = nobody, refersToInput = false } = known ?? {};
    return { group: 1, term, sequence, consumed, refersToInput, timeMillis: 0, body, input };
  };
  begin(2, 1, 1, 0, true);
  commit(1, 2, { kind: "admit", slot: lim, incarnation: 77 });
  consume(1, 3, 1);
  consume(1, 4, 2);
  return { history, complaints, commit, consume, begin, delivered };
}

/** A card that follows a term, as far as the history looks at it. */
function cardIn(slot: number, term: () => number): SimulatedCard {
  return { slot, memberOf: () => ({ term }) } as unknown as SimulatedCard;
}

test("a takeover as it should be: nothing is complained of", () => {
  const { history, complaints, consume, begin, delivered } = started();
  let followed = 1;
  const witness = cardIn(lim, () => followed);
  const backup = cardIn(3, () => followed);
  for (const sequence of [3, 4]) {
    history.given(witness, delivered(1, sequence), true, 0);
    history.performed(delivered(1, sequence));
    history.given(backup, delivered(1, sequence), false, 0);
  }
  followed = 2;
  begin(3, 2, 5, 1);
  consume(2, 6, 3);
  history.given(witness, delivered(2, 6), true, 0);
  history.given(
    cardIn(2, () => 2),
    delivered(2, 6),
    false,
    0,
  );
  expect([complaints, history.termOf(4, 2), history.termOf(6, 2)]).toEqual([[], 1, 2]);
});

describe("what a term had is known by its line, though another has begun", () => {
  test("commits of a primary that was replaced are no part of the next term", () => {
    const { history, complaints, consume, begin } = started();
    begin(3, 2, 4, 1);
    consume(2, 5, 2);
    // It has not heard of it yet.
    consume(1, 5, 3);
    expect([1, 2].map((line) => [3, 4, 5].map((sequence) => history.termOf(sequence, line)))).toEqual([
      [1, 1, 1],
      [1, 2, 2],
    ]);
    expect(complaints).toEqual([]);
  });
});

describe("one history", () => {
  test("another body than was committed", () => {
    const { history, complaints, delivered } = started();
    history.given(
      cardIn(3, () => 1),
      { ...delivered(1, 3), body: Uint8Array.of(9) },
      false,
      0,
    );
    expect(complaints).toEqual([
      "one history: slot 3 is given commit 3 of term 1, which is one that consumes input 1 of slot 1",
    ]);
  });

  test("a commit that nobody has made", () => {
    const { history, complaints, delivered } = started();
    history.given(
      cardIn(3, () => 1),
      delivered(1, 5),
      false,
      0,
    );
    expect(complaints[0]).toBe("one history: slot 3 is given commit 5 of term 1, which is not known");
  });

  test("without the input that it refers to", () => {
    const { history, complaints, delivered } = started();
    history.given(
      cardIn(3, () => 1),
      delivered(1, 3, nobody),
      false,
      0,
    );
    expect(complaints).toEqual(["one history: slot 3 is given commit 3 without its input"]);
  });

  test("a call server that is given a commit twice", () => {
    const { history, complaints, delivered } = started();
    const backup = cardIn(3, () => 1);
    history.given(backup, delivered(1, 3), false, 0);
    history.given(backup, delivered(1, 3), false, 0);
    expect(complaints).toEqual(["one history: slot 3 is given commit 3 after 3"]);
  });

  test("a call server that follows on from a commit which the term never had", () => {
    const { history, complaints, consume, begin, delivered } = started();
    const old = cardIn(2, () => 2);
    history.given(old, delivered(1, 4), false, 0);
    begin(3, 2, 4, 1);
    consume(2, 5, 2);
    history.given(old, delivered(2, 5), false, 0);
    expect(complaints).toEqual([
      "one history: slot 2 is given commit 5 of term 2 after 4 of term 1, which that term never had",
    ]);
    // Had it forgotten everything first, it might have been.
    history.forgot(old);
    history.given(old, delivered(2, 5), false, 0);
    expect(complaints).toHaveLength(1);
  });
});

describe("performed once", () => {
  test("twice", () => {
    const { history, complaints, delivered } = started();
    for (const _time of [1, 2])
      history.given(
        cardIn(lim, () => 1),
        delivered(1, 3),
        true,
        0,
      );
    expect(complaints).toEqual(["performed once: slot 1 performs commit 3 after 3"]);
  });

  test("left out", () => {
    const { history, complaints, consume, delivered } = started();
    consume(1, 5, 3);
    for (const sequence of [3, 5])
      history.given(
        cardIn(lim, () => 1),
        delivered(1, sequence),
        true,
        0,
      );
    expect(complaints).toEqual(["performed once: slot 1 performs commit 5 after 3 and leaves 4 out"]);
  });

  test("what is before its admission is not left out", () => {
    const { history, complaints, commit, consume, delivered } = started();
    history.given(
      cardIn(lim, () => 1),
      delivered(1, 3),
      true,
      0,
    );
    commit(1, 5, { kind: "admit", slot: lim, incarnation: 78 });
    consume(1, 6, 1);
    history.given(
      cardIn(lim, () => 1),
      delivered(1, 6),
      true,
      0,
    );
    expect(complaints).toEqual([]);
  });
});

test("followed term: what a primary that was replaced has committed after the BEGIN", () => {
  const { history, complaints, begin, delivered } = started();
  history.given(
    cardIn(lim, () => 1),
    delivered(1, 3),
    true,
    0,
  );
  begin(3, 2, 4, 1);
  history.given(
    cardIn(lim, () => 2),
    delivered(1, 4),
    true,
    0,
  );
  expect(complaints).toEqual(["followed term: slot 1 performs commit 4 of term 1 in term 2, which began at 4"]);
});

describe("dismissed", () => {
  /** What the LIM is given, and whether it is void to it; the moment in milliseconds. */
  function dismissal() {
    const { history, complaints, commit, consume, delivered } = started();
    const card = cardIn(lim, () => 1);
    const backup = cardIn(3, () => 1);
    const give = (sequence: number, isVoid: boolean, atMillis: number) => {
      const whole = delivered(1, sequence);
      history.given(card, isVoid ? { ...whole, body: nobody } : whole, true, atMillis * 1000);
    };
    const others = (sequence: number) => history.given(backup, delivered(1, sequence), false, 0);
    return { complaints, commit, consume, give, others };
  }

  test("what came before is void once it is known, and what comes until the card is admitted again", () => {
    const { complaints, commit, consume, give, others } = dismissal();
    commit(1, 5, { kind: "dismiss", slot: lim });
    others(5);
    consume(1, 6, 3);
    commit(1, 7, { kind: "admit", slot: lim, incarnation: 77 });
    consume(1, 8, 4);
    for (const sequence of [3, 4, 5, 6, 7]) give(sequence, sequence < 7 && sequence !== 5, 100);
    give(8, false, 100);
    expect(complaints).toEqual([]);
  });

  test("what is performed although others know of the dismissal for long", () => {
    const { complaints, commit, give, others } = dismissal();
    commit(1, 5, { kind: "dismiss", slot: lim });
    others(5);
    give(3, false, 10);
    give(4, false, 20);
    expect(complaints).toEqual(["dismissed: slot 1 performs commit 4, and was dismissed by 5 20.0 ms ago"]);
  });

  test("what is performed between the dismissal and the next admission", () => {
    const { complaints, commit, consume, give } = dismissal();
    commit(1, 5, { kind: "dismiss", slot: lim });
    consume(1, 6, 3);
    for (const sequence of [3, 4, 5, 6]) give(sequence, false, 0);
    expect(complaints).toEqual(["dismissed: slot 1 performs commit 6, and was dismissed by 5"]);
  });

  test("what is not performed by a card that nobody has dismissed", () => {
    const { complaints, give } = dismissal();
    give(3, true, 0);
    expect(complaints).toEqual(["dismissed: slot 1 does nothing of commit 3, though nobody has dismissed it"]);
  });
});

test("no void effect: what was performed and is not known to the next primary", () => {
  const { history, complaints, begin, delivered } = started();
  history.performed(delivered(1, 4));
  begin(3, 2, 4, 1);
  expect(complaints).toEqual(["no void effect: commit 4 of term 1 was performed, and term 2 begins at 4"]);
});

test("inputs once: one is consumed twice, one is left out, one is of a card that was never admitted", () => {
  const { complaints, consume, commit } = started();
  consume(1, 5, 2);
  consume(1, 6, 4);
  commit(1, 7, { kind: "input", slot: 9, number: 1 });
  expect(complaints).toEqual([
    "inputs once: commit 5 consumes input 2 of slot 1, where 3 was due",
    "inputs once: commit 6 consumes input 4 of slot 1, where 3 was due",
    "inputs once: commit 7 consumes input 1 of slot 9, where none was due",
  ]);
});

test("one primary a term, and one cold start", () => {
  const { complaints, begin } = started();
  begin(3, 1, 5, 1);
  begin(3, 4, 1, 0, true);
  expect(complaints).toEqual([
    "one primary a term: slot 3 begins term 1 once more",
    "state survives: slot 3 starts cold in term 4",
  ]);
});
