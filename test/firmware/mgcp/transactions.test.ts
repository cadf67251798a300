import { describe, expect, test } from "vitest";
import { decodeDatagram } from "../../../firmware/mgcp/codec.ts";
import { command, isResponseAcknowledgement, type Response, response } from "../../../firmware/mgcp/message.ts";
import { Requester, type RequesterAction, type RequesterEvent, rangesOf } from "../../../firmware/mgcp/requester.ts";
import { Responder, type ResponderAction } from "../../../firmware/mgcp/responder.ts";
import { RoundTrip } from "../../../firmware/mgcp/round-trip.ts";
import { timersWith } from "../../../firmware/mgcp/transaction-timers.ts";
import { type Micros, microsPerMilli } from "../../../firmware/time.ts";

const endpoint = { local: "east/5", domain: "gw" };
const agent = "agent";
const gateway = "gateway";
const millis = (value: number): Micros => value * microsPerMilli;
const audit = (transactionId: number) => command("AUEP", transactionId, endpoint);
const request = (transactionId: number) => ({ kind: "request" as const, to: gateway, command: audit(transactionId) });
const answered = (transactionId: number, code = 200): Response => response(code, transactionId);

function sent(actions: readonly (RequesterAction | ResponderAction)[]) {
  return actions.flatMap((action) => {
    if (action.kind !== "send") return [];
    return decodeDatagram(action.datagram).flatMap((result) => (result.ok ? [result.value] : []));
  });
}

/** Lets a requester's deadlines pass until there are none; when each transmission went out, in milliseconds. */
function transmissionsUntilEnd(requester: Requester, actions: RequesterAction[]): { at: number[]; last: string } {
  const at = actions.some(({ kind }) => kind === "send") ? [0] : [];
  let last = "";
  for (let due = requester.nextDeadline(); due !== undefined; due = requester.nextDeadline()) {
    for (const action of requester.step({ kind: "deadline" }, due)) {
      if (action.kind === "send") at.push(due / microsPerMilli);
      if (action.kind === "failed") last = action.reason;
    }
  }
  return { at, last };
}

describe("the requester", () => {
  test("repeats an unanswered command at doubled intervals and gives up (3.5.3)", () => {
    const requester = new Requester();
    const { at, last } = transmissionsUntilEnd(requester, requester.step(request(1), 0));
    expect(at).toEqual([0, 200, 600, 1400, 3000, 6200, 10_200, 14_200]);
    expect(last).toBe("no-answer");
    expect(requester.outstanding).toBe(0);
  });

  test("gives up after T-MAX, however many transmissions are left", () => {
    const requester = new Requester({ timers: { lifetimeMillis: 1000 } });
    const { at, last } = transmissionsUntilEnd(requester, requester.step(request(1), 0));
    expect(at).toEqual([0, 200, 600]);
    expect(last).toBe("no-answer");
  });

  test("reports the final answer once; copies of it are nothing", () => {
    const requester = new Requester();
    requester.step(request(7), 0);
    const answer = { kind: "response" as const, from: gateway, response: answered(7) };
    expect(requester.step(answer, millis(3))).toEqual([
      { kind: "completed", transactionId: 7, command: audit(7), response: answered(7) },
    ]);
    expect(requester.step(answer, millis(4))).toEqual([]);
    expect(requester.nextDeadline()).toBeUndefined();
  });

  test("after 100 waits LONGTRAN before it asks again, and acknowledges the answer each time it comes (3.5.6)", () => {
    const requester = new Requester();
    requester.step(request(7), 0);
    const provisional = requester.step({ kind: "response", from: gateway, response: answered(7, 100) }, millis(10));
    expect(provisional).toEqual([{ kind: "provisional", transactionId: 7, response: answered(7, 100) }]);
    expect(requester.nextDeadline()).toBe(millis(5010));
    const final = response(200, 7, "", { responseAck: [] });
    const actions = requester.step({ kind: "response", from: gateway, response: final }, millis(900));
    expect(actions.map(({ kind }) => kind)).toEqual(["completed", "send"]);
    expect(sent(actions)).toEqual([answered(7, 0)]);
    const again = requester.step({ kind: "response", from: gateway, response: final }, millis(990));
    expect(sent(again)).toEqual([answered(7, 0)]);
    expect(again.length).toBe(1);
  });

  test("holds its acknowledgement back until the answer is secured", () => {
    const requester = new Requester({ confirms: true, holdsAcknowledgements: true });
    requester.step(request(7), 0);
    const final = response(200, 7, "", { responseAck: [] });
    const answer = { kind: "response" as const, from: gateway, response: final };
    expect(requester.step(answer, 1).map(({ kind }) => kind)).toEqual(["completed"]);
    expect(requester.step(answer, 2)).toEqual([]);
    expect(sent(requester.step(request(8), 3))[0].parameters.responseAck).toBeUndefined();
    expect(sent(requester.step({ kind: "secured", transactionId: 7 }, 4))).toEqual([answered(7, 0)]);
    expect(sent(requester.step(answer, 5))).toEqual([answered(7, 0)]);
    expect(sent(requester.step(request(9), 6))[0].parameters.responseAck).toEqual([{ first: 7, last: 7 }]);
  });

  test("refuses what is too much or already under way, and forgets what is abandoned", () => {
    const requester = new Requester({ outstandingMax: 2 });
    requester.step(request(1), 0);
    requester.step(request(2), 0);
    expect(requester.step(request(2), 0)).toMatchObject([{ kind: "failed", reason: "identifier-in-use" }]);
    expect(requester.step(request(3), 0)).toMatchObject([{ kind: "failed", reason: "too-many-outstanding" }]);
    requester.step({ kind: "abandon", transactionId: 1 }, 0);
    expect(requester.step({ kind: "response", from: gateway, response: answered(1) }, 1)).toEqual([]);
    expect(requester.outstanding).toBe(1);
  });

  test("confirms the answers it has with the next command, as ranges (3.5.2)", () => {
    const requester = new Requester({ confirms: true });
    for (const id of [5, 6, 9]) requester.step(request(id), 0);
    for (const id of [5, 6, 9]) requester.step({ kind: "response", from: gateway, response: answered(id) }, 1);
    const [next] = sent(requester.step(request(10), 2));
    const ranges = [
      { first: 5, last: 6 },
      { first: 9, last: 9 },
    ];
    expect(next.parameters.responseAck).toEqual(ranges);
    expect(sent(requester.step(request(11), 3))[0].parameters.responseAck).toBeUndefined();
    expect(rangesOf([9, 6, 5, 5])).toEqual(ranges);
  });
});

test("the retransmission timer follows the measured delay, between its limits", () => {
  const estimate = new RoundTrip(timersWith());
  expect(estimate.timeout(1)).toBe(millis(200));
  for (let i = 0; i < 50; i++) estimate.measure(millis(300));
  expect(estimate.timeout(1)).toBeLessThan(millis(310));
  expect(estimate.timeout(1)).toBeGreaterThanOrEqual(millis(300));
  expect(estimate.timeout(9)).toBe(millis(4000));
  for (let i = 0; i < 100; i++) estimate.measure(100);
  expect(estimate.timeout(1)).toBe(millis(50));
});

describe("the responder", () => {
  const ask = (transactionId: number, from = agent) => ({
    kind: "command" as const,
    from,
    command: audit(transactionId),
  });

  test("executes once and repeats its answer to whoever asks, until T-HIST has passed", () => {
    const responder = new Responder();
    expect(responder.step(ask(1), 0)).toEqual([{ kind: "execute", command: audit(1) }]);
    const [answer] = responder.step({ kind: "answer", response: answered(1) }, millis(1));
    expect(answer).toMatchObject({ kind: "send", to: agent, reason: "answer" });
    const again = responder.step(ask(1, "other agent"), millis(29_000));
    expect(again).toEqual([{ ...answer, to: "other agent", reason: "repetition" }]);
    expect(responder.nextDeadline()).toBe(millis(30_001));
    responder.step({ kind: "deadline" }, millis(30_001));
    expect(responder.known).toBe(0);
    expect(responder.step(ask(1), millis(30_002))[0].kind).toBe("execute");
  });

  test("says 100 to a copy of what it is executing, and answers every asker", () => {
    const responder = new Responder();
    responder.step(ask(1), 0);
    const copy = responder.step(ask(1, "other agent"), 1);
    expect(sent(copy)).toMatchObject([{ code: 100 }]);
    const final = responder.step({ kind: "answer", response: answered(1) }, 2);
    expect(final.map((action) => action.kind === "send" && action.to)).toEqual([agent, "other agent"]);
    expect(sent(final)[0].parameters.responseAck).toEqual([]);
  });

  test("says 100 when execution takes long, then repeats the answer until 000 comes (3.5.6)", () => {
    const responder = new Responder();
    responder.step(ask(1), 0);
    expect(responder.nextDeadline()).toBe(millis(150));
    expect(sent(responder.step({ kind: "deadline" }, millis(150)))).toMatchObject([{ code: 100 }]);
    responder.step({ kind: "answer", response: answered(1) }, millis(400));
    expect(responder.step({ kind: "deadline" }, millis(600))).toMatchObject([{ reason: "unacknowledged" }]);
    responder.step({ kind: "acknowledgement", transactionId: 1 }, millis(700));
    expect(responder.nextDeadline()).toBe(millis(30_400));
    expect(responder.step(ask(1), millis(800)), "a late copy of what was confirmed").toEqual([]);
  });

  test("stops repeating an answer that nobody acknowledges", () => {
    const responder = new Responder();
    responder.step(ask(1), 0);
    responder.step(ask(1), 1);
    responder.step({ kind: "answer", response: answered(1) }, 2);
    let repeated = 0;
    for (let due = responder.nextDeadline(); due !== undefined; due = responder.nextDeadline()) {
      repeated += responder.step({ kind: "deadline" }, due).length;
    }
    expect(repeated).toBe(5);
    expect(responder.known).toBe(0);
  });

  test("drops what a K: range confirms, however wide the range is", () => {
    const responder = new Responder();
    for (const id of [4, 5, 8]) {
      responder.step(ask(id), 0);
      responder.step({ kind: "answer", response: answered(id) }, 0);
    }
    const confirming = command("AUEP", 20, endpoint, { responseAck: [{ first: 1, last: 5 }] });
    responder.step({ kind: "command", from: agent, command: confirming }, 1);
    expect([4, 5, 8].map((id) => responder.step(ask(id), 2).length)).toEqual([0, 0, 1]);
    const all = command("AUEP", 21, endpoint, { responseAck: [{ first: 1, last: 999_999_999 }] });
    responder.step({ kind: "command", from: agent, command: all }, 3);
    expect(responder.step(ask(8), 4)).toEqual([]);
  });

  test("refuses with 409, and executes not, what its history cannot hold", () => {
    const responder = new Responder({ historyMax: 1 });
    responder.step(ask(1), 0);
    const actions = responder.step(ask(2), 0);
    expect(sent(actions)).toMatchObject([{ code: 409, transactionId: 2 }]);
    expect(responder.known).toBe(1);
  });
});

/** A generator of numbers in [0, 1): mulberry32. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Delivery {
  readonly at: Micros;
  readonly to: string;
  readonly from: string;
  readonly datagram: Uint8Array;
}

/** Of every five commands one is taken over by the other agent, before its answer was secured. */
function isTakenOver(transactionId: number): boolean {
  return transactionId % 5 === 0;
}

/**
 * A requester and one that takes some of its commands over, a responder, and a network that loses, doubles, delays and
 * re-orders. Execution takes up to a second.
 */
class Network {
  readonly executions = new Map<number, number>();
  readonly completions = new Map<string, number>();
  readonly failures: number[] = [];
  readonly agents = new Map([
    ["agent 1", new Requester({ confirms: true, holdsAcknowledgements: true })],
    ["agent 2", new Requester()],
  ]);
  readonly #responder = new Responder();
  readonly #random: () => number;
  readonly #lossShare: number;
  #flying: Delivery[] = [];
  #answers: { readonly at: Micros; readonly transactionId: number }[] = [];
  now: Micros = 0;

  constructor(seed: number, lossShare: number) {
    this.#random = chance(seed);
    this.#lossShare = lossShare;
  }

  request(name: string, transactionId: number): void {
    this.tell(name, request(transactionId));
  }

  tell(name: string, event: RequesterEvent): void {
    this.#act(name, this.agents.get(name)?.step(event, this.now) ?? []);
  }

  /** Runs to the next thing that happens before `until`; false when there is none. */
  advance(until: Micros): boolean {
    const dues = [...this.#flying, ...this.#answers].map(({ at }) => at);
    for (const machine of [...this.agents.values(), this.#responder]) dues.push(machine.nextDeadline() ?? Infinity);
    const next = Math.min(...dues);
    if (next === Infinity || next > until) return false;
    this.now = Math.max(this.now, next);
    const arrived = this.#flying.filter(({ at }) => at <= this.now);
    this.#flying = this.#flying.filter(({ at }) => at > this.now);
    for (const delivery of arrived) this.#deliver(delivery);
    const done = this.#answers.filter(({ at }) => at <= this.now);
    this.#answers = this.#answers.filter(({ at }) => at > this.now);
    for (const { transactionId } of done) {
      this.#act(gateway, this.#responder.step({ kind: "answer", response: answered(transactionId) }, this.now));
    }
    for (const [name, machine] of this.agents) this.#act(name, machine.step({ kind: "deadline" }, this.now));
    this.#act(gateway, this.#responder.step({ kind: "deadline" }, this.now));
    return true;
  }

  #deliver({ to, from, datagram }: Delivery): void {
    for (const result of decodeDatagram(datagram)) {
      if (!result.ok) throw new Error("a machine sent what cannot be read");
      const message = result.value;
      if (message.kind === "command") {
        this.#act(gateway, this.#responder.step({ kind: "command", from, command: message }, this.now));
      } else if (isResponseAcknowledgement(message)) {
        const { transactionId } = message;
        this.#act(gateway, this.#responder.step({ kind: "acknowledgement", transactionId }, this.now));
      } else {
        this.tell(to, { kind: "response", from, response: message });
      }
    }
  }

  #act(name: string, actions: readonly (RequesterAction | ResponderAction)[]): void {
    for (const action of actions) {
      if (action.kind === "send") this.#send(name, action.to, action.datagram);
      else if (action.kind === "execute") {
        const { transactionId } = action.command;
        this.executions.set(transactionId, (this.executions.get(transactionId) ?? 0) + 1);
        this.#answers.push({ at: this.now + Math.round(this.#random() ** 4 * millis(1000)), transactionId });
      } else if (action.kind === "completed") {
        const key = `${name} ${action.transactionId}`;
        this.completions.set(key, (this.completions.get(key) ?? 0) + 1);
        if (!isTakenOver(action.transactionId))
          this.tell(name, { kind: "secured", transactionId: action.transactionId });
      } else if (action.kind === "failed") this.failures.push(action.transactionId);
    }
  }

  #send(from: string, to: string, datagram: Uint8Array): void {
    const copies = this.#random() < 0.1 ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      if (this.#random() < this.#lossShare) continue;
      this.#flying.push({ at: this.now + Math.round(this.#random() * millis(60)), from, to, datagram });
    }
  }
}

test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])(
  "seed %i: over a lossy network each command is executed once and its answer told, also to who takes it over",
  (seed) => {
    const network = new Network(seed, 0.25);
    const commands = 60;
    for (let id = 1; id <= commands; id++) {
      network.request("agent 1", id);
      const pause = network.now + millis(20);
      while (network.advance(pause));
      network.now = pause;
      if (!isTakenOver(id)) continue;
      network.tell("agent 1", { kind: "abandon", transactionId: id });
      network.request("agent 2", id);
    }
    while (network.advance(Infinity));
    expect(network.executions.size).toBe(commands);
    for (const [id, times] of network.executions) expect(times, `transaction ${id}`).toBe(1);
    expect(network.failures).toEqual([]);
    for (let id = 1; id <= commands; id++) {
      expect(network.completions.get(`${isTakenOver(id) ? "agent 2" : "agent 1"} ${id}`), `transaction ${id}`).toBe(1);
    }
    for (const machine of network.agents.values()) expect(machine.outstanding).toBe(0);
  },
);
