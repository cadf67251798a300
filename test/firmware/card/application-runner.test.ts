import { beforeEach, describe, expect, test } from "vitest";
import type { Application, ApplicationAction, ApplicationEvent } from "../../../firmware/card/application.ts";
import { vouchNote } from "../../../firmware/card/link-notes.ts";
import { voidWord, vouchWord } from "../../../firmware/card/work-gate.ts";
import { ApplicationRunner } from "../../../firmware/card/application-runner.ts";
import { enquirySubject } from "../../../firmware/card/enquiry-subjects.ts";
import { decodeLinkMessage, encodeLinkMessage } from "../../../firmware/card/link-message.ts";
import { noWork, workNote, workWord } from "../../../firmware/card/link-notes.ts";
import type { DatagramSocket } from "../../../hal/datagram-socket.ts";
import { VirtualClock } from "../../../hal/simulated/clock.ts";
import { simulatedDatagramSockets } from "../../../hal/simulated/datagram-network.ts";
import { SimulatedNetwork } from "../../../hal/simulated/network.ts";
import { simulatedProcessorLink } from "../../../hal/simulated/processor-link.ts";
import { SimulatedStorage } from "../../../hal/simulated/storage.ts";
import { SimulatedValueDisk } from "../../../hal/simulated/value-store.ts";
import { simulatedStreamSockets } from "../../../hal/simulated/stream-network.ts";
import type { StreamSocket } from "../../../hal/stream-socket.ts";

/** Writes down what happens, and does what the test says. */
class ScriptedApplication implements Application {
  readonly events: ApplicationEvent[] = [];
  readonly #atStart: readonly ApplicationAction[];
  react: (event: ApplicationEvent) => readonly ApplicationAction[] = () => [];
  deadline: number | undefined;

  constructor(atStart: readonly ApplicationAction[]) {
    this.#atStart = atStart;
  }

  start(): readonly ApplicationAction[] {
    return this.#atStart;
  }

  step(event: ApplicationEvent): readonly ApplicationAction[] {
    this.events.push(event);
    return this.react(event);
  }

  nextDeadline(): number | undefined {
    return this.deadline;
  }

  status() {
    return {};
  }

  ladder() {
    return [];
  }

  /** The kinds of what happened since the last look. */
  takeKinds(): string[] {
    return this.events.splice(0).map(({ kind }) => kind);
  }
}

const card = "10.0.0.1";
const peer = "10.0.0.2";

/** A card with this application on a network with one other host. */
function bench(atStart: readonly ApplicationAction[] = [], latencyMicros = 200) {
  const clock = new VirtualClock();
  const network = new SimulatedNetwork(clock, { latencyMicros: () => latencyMicros });
  const [host, other] = [network.attach(card), network.attach(peer)];
  const link = simulatedProcessorLink(clock, { ringOctets: 4096 });
  const storage = new SimulatedStorage();
  const values = new SimulatedValueDisk(clock);
  const application = new ScriptedApplication(atStart);
  const log: string[] = [];
  const unusable: string[] = [];
  const toCommunication: unknown[] = [];
  link.communication.listen({
    message: (message) => toCommunication.push(decodeLinkMessage(message)),
    writable: () => {},
    nudged: () => {},
  });
  const runner = new ApplicationRunner(application, {
    clock,
    link: link.application,
    streams: simulatedStreamSockets(host),
    datagrams: simulatedDatagramSockets(host),
    storage,
    values: values.open(),
    log: (severity, text) => log.push(`${severity}: ${text}`),
    unusable: (text) => unusable.push(text),
  });
  return {
    clock,
    host,
    link,
    storage,
    values,
    application,
    log,
    unusable,
    toCommunication,
    runner,
    streams: simulatedStreamSockets(other),
    datagrams: simulatedDatagramSockets(other),
    run: (millis: number) => clock.run(clock.nowMicros() + millis * 1000),
    /** Lets an event come over the link, to which the application answers with these actions. */
    act(...actions: readonly ApplicationAction[]) {
      application.react = (event) => (event.kind === "card" ? actions : []);
      link.communication.send(encodeLinkMessage({ kind: "card", slot: 9, alive: true }));
      clock.run(clock.nowMicros() + 1000);
      const own = application.events.findIndex(({ kind }) => kind === "card");
      application.events.splice(own, 1);
    },
  };
}

let { clock, application, log, unusable, run, act, ...rest } = bench();

function begin(...atStart: readonly ApplicationAction[]): void {
  ({ clock, application, log, unusable, run, act, ...rest } = bench(atStart));
}

beforeEach(() => begin());

test("commits that the communication processor does not vouch for wait, in order; what is void by then is not done", () => {
  const { communication } = rest.link;
  const hand = (sequence: number) => {
    const commit = {
      ...{ group: 3, term: 1, sequence, consumed: { kind: "internal" as const }, timeMillis: 0 },
      ...{ body: Uint8Array.of(sequence), input: new Uint8Array(0) },
    } as const;
    communication.send(encodeLinkMessage({ kind: "commit", commit }));
  };
  const done = () => application.events.flatMap((event) => (event.kind === "commit" ? [[...event.commit.body]] : []));
  communication.note(vouchNote, vouchWord(clock.nowMicros() + 40_000));
  hand(1);
  run(1);
  expect([done(), communication.noteOfOther(3)]).toEqual([[[1]], 1]);
  communication.note(vouchNote, vouchWord(undefined));
  for (const sequence of [2, 3, 4]) hand(sequence);
  run(20);
  expect([done(), communication.noteOfOther(3)]).toEqual([[[1]], 1]);
  communication.note(3, voidWord(4));
  communication.note(vouchNote, vouchWord(clock.nowMicros() + 40_000));
  run(2);
  expect([done(), communication.noteOfOther(3)]).toEqual([[[1], [], [], [4]], 4]);
});

/** What the other host's end of a stream hears. */
function recording() {
  const heard: string[] = [];
  const letters: number[] = [];
  let octets = 0;
  return {
    heard,
    octets: () => octets,
    /** The first octet of each piece. */
    letters: () => letters,
    listener: {
      opened: () => heard.push("opened"),
      octets: (piece: Uint8Array) => {
        octets += piece.length;
        letters.push(piece[0]);
      },
      writable: () => {},
      closed: () => heard.push("closed"),
    },
  };
}

/** A host that accepts whoever connects. */
function serve(port: number) {
  const accepted: { socket: StreamSocket; heard: string[]; octets: () => number; letters: () => number[] }[] = [];
  rest.streams.listen(
    { address: peer, port },
    {
      listening: () => {},
      accepted: (socket) => {
        const { listener, ...record } = recording();
        accepted.push({ socket, ...record });
        return listener;
      },
      failed: () => {},
    },
  );
  return accepted;
}

const listen: ApplicationAction = { kind: "stream-listen", stream: "s", address: card, port: 2905 };
const connect: ApplicationAction = { kind: "stream-connect", stream: "s", address: peer, port: 2905 };

describe("a stream that the card waits for", () => {
  test("opens, carries octets both ways, and its end is told", () => {
    begin(listen);
    run(1);
    const { listener, heard, octets } = recording();
    const socket = rest.streams.connect({ address: card, port: 2905 }, listener);
    run(10);
    expect(application.takeKinds()).toEqual(["stream-opened"]);
    socket.send(Uint8Array.of(1, 2));
    run(10);
    expect(application.events.splice(0)).toEqual([{ kind: "stream-octets", stream: "s", octets: Uint8Array.of(1, 2) }]);
    act({ kind: "stream-send", stream: "s", octets: Uint8Array.of(3, 4, 5) });
    run(10);
    expect([heard, octets()]).toEqual([["opened"], 3]);
    socket.close();
    run(10);
    expect(application.events.splice(0)).toEqual([{ kind: "stream-closed", stream: "s", reason: "ended" }]);
  });

  test("is the newest: a peer that connects anew has forgotten its old connection", () => {
    begin(listen);
    run(1);
    const [old, young] = [recording(), recording()];
    const oldSocket = rest.streams.connect({ address: card, port: 2905 }, old.listener);
    run(10);
    rest.streams.connect({ address: card, port: 2905 }, young.listener);
    run(10);
    expect(application.takeKinds()).toEqual(["stream-opened", "stream-closed", "stream-opened"]);
    expect([old.heard, young.heard]).toEqual([["opened", "closed"], ["opened"]]);
    oldSocket.send(Uint8Array.of(9));
    act({ kind: "stream-send", stream: "s", octets: Uint8Array.of(1) });
    run(10);
    expect([application.takeKinds(), old.octets(), young.octets()]).toEqual([[], 0, 1]);
  });

  test("that cannot be had makes the card unusable, and says why", () => {
    begin(listen, { ...listen, stream: "t" });
    run(1);
    expect(unusable).toEqual(["t: cannot listen on 10.0.0.1:2905: address-in-use"]);
  });
});

describe("a stream that the card opens", () => {
  test("is tried again and again until somebody listens, and the application hears only of success", () => {
    begin(connect);
    run(1200);
    expect(application.takeKinds()).toEqual([]);
    serve(2905);
    run(1000);
    expect(application.takeKinds()).toEqual(["stream-opened"]);
  });

  test("is opened again after the peer, or the card itself, has ended it", () => {
    begin(connect);
    const accepted = serve(2905);
    run(1000);
    accepted[0].socket.close();
    run(400);
    expect(application.takeKinds()).toEqual(["stream-opened", "stream-closed"]);
    run(200);
    expect(application.takeKinds()).toEqual(["stream-opened"]);
    act({ kind: "stream-close", stream: "s" });
    expect(application.events.splice(0)).toEqual([{ kind: "stream-closed", stream: "s", reason: "closed from here" }]);
    run(600);
    expect(application.takeKinds()).toEqual(["stream-opened"]);
    expect(accepted.map(({ heard }) => heard)).toEqual([["opened"], ["opened", "closed"], ["opened"]]);
  });

  test("is opened once at a time, however often it ends", () => {
    begin(connect);
    const accepted = serve(2905);
    for (let round = 0; round < 5; round++) {
      run(600);
      act({ kind: "stream-close", stream: "s" }, { kind: "stream-close", stream: "s" });
    }
    run(3000);
    expect(accepted).toHaveLength(6);
  });
});

describe("octets for a peer that is slow", () => {
  const piece = new Uint8Array(100_000);
  const send: ApplicationAction = { kind: "stream-send", stream: "s", octets: piece };

  test("wait, and all come in order when it takes them again", () => {
    begin(connect);
    const accepted = serve(2905);
    run(1000);
    act(...Array<ApplicationAction>(30).fill(send), { kind: "stream-send", stream: "s", octets: Uint8Array.of(1) });
    run(1000);
    expect(accepted[0].octets()).toBe(3_000_001);
    act(send);
    run(1000);
    expect(accepted[0].octets()).toBe(3_100_001);
    expect(application.takeKinds()).toEqual(["stream-opened"]);
  });

  test("do not overtake each other when some of them are taken in between", () => {
    ({ clock, application, log, unusable, run, act, ...rest } = bench([connect], 2000));
    const accepted = serve(2905);
    run(1000);
    const sendLettered = (letter: number): ApplicationAction => ({
      ...send,
      octets: new Uint8Array(100_000).fill(letter),
    });
    act(sendLettered(1), sendLettered(2));
    act(sendLettered(3), sendLettered(4));
    act(sendLettered(5));
    run(1000);
    expect(accepted[0].letters()).toEqual([1, 2, 3, 4, 5]);
  });

  test("are not kept without bound: the stream is ended and opened anew", () => {
    begin(connect);
    const accepted = serve(2905);
    run(1000);
    application.takeKinds();
    act(...Array<ApplicationAction>(60).fill(send));
    expect(application.events.splice(0)).toEqual([
      { kind: "stream-closed", stream: "s", reason: "the peer takes nothing" },
    ]);
    run(1000);
    expect(application.takeKinds()).toEqual(["stream-opened"]);
    expect(accepted).toHaveLength(2);
  });

  test("before there is a stream are nobody's", () => {
    act(send);
    run(10);
    expect(application.takeKinds()).toEqual([]);
  });
});

describe("datagrams", () => {
  const bind: ApplicationAction = { kind: "datagram-bind", socket: "d", address: card, port: 2727 };

  test("come with where they are from, and go where they are sent", () => {
    begin(bind);
    const received: number[][] = [];
    const socket: DatagramSocket = rest.datagrams.bind(
      { address: peer, port: 2427 },
      { bound: () => {}, datagram: (octets) => received.push([...octets]), failed: () => {} },
    );
    run(1);
    socket.send(Uint8Array.of(1, 2), { address: card, port: 2727 });
    run(1);
    const from = { address: peer, port: 2427 };
    expect(application.events.splice(0)).toEqual([
      { kind: "datagram", socket: "d", octets: Uint8Array.of(1, 2), ...from },
    ]);
    act({ kind: "datagram-send", socket: "d", octets: Uint8Array.of(3), ...from });
    act({ kind: "datagram-send", socket: "nobody's", octets: Uint8Array.of(4), ...from });
    run(1);
    expect(received).toEqual([[3]]);
  });

  test("of a socket that cannot be had: the card is unusable", () => {
    begin({ ...bind, address: "10.9.9.9" });
    run(1);
    expect(unusable).toEqual(["d: cannot receive on 10.9.9.9:2727: address-not-available"]);
  });
});

describe("storage", () => {
  const append: ApplicationAction = { kind: "append", file: "cdr.jsonl", line: "{}" };

  test("keeps lines, and cuts them", () => {
    act(append, append, append, { kind: "truncate", file: "cdr.jsonl", lines: 2 });
    expect(rest.storage.read("cdr.jsonl", 0, 100)).toEqual({
      ok: true,
      value: Uint8Array.from("{}\n{}\n", (character) => character.charCodeAt(0)),
    });
    expect(log).toEqual([]);
  });

  test("of a card without the file: cutting it is no failure", () => {
    act({ kind: "truncate", file: "cdr.jsonl", lines: 0 });
    expect(log).toEqual([]);
  });

  test("that fails raises one alarm, and one line when it works again", () => {
    rest.storage.resize(0);
    act(append, append);
    act(append);
    expect(log).toEqual(["alarm: storage of cdr.jsonl fails: full"]);
    rest.storage.resize(100);
    act(append, append);
    expect(log).toEqual(["alarm: storage of cdr.jsonl fails: full", "info: storage works again"]);
    rest.storage.resize(0);
    act(append);
    expect(log).toHaveLength(3);
  });

  test("that fails is tried again, though nothing more is to be kept", () => {
    rest.storage.resize(0);
    act(append, append);
    run(10_000);
    rest.storage.resize(100);
    run(1_000);
    expect(rest.storage.read("cdr.jsonl", 0, 100)).toMatchObject({ value: { length: 6 } });
    expect(log.at(-1)).toBe("info: storage works again");
  });

  test("of values: the application hears how it went, in order", () => {
    const put = (value: number): ApplicationAction => ({ kind: "put", key: "key", value: Uint8Array.of(value, value) });
    act(put(1));
    run(100);
    rest.values.resize(0);
    act(put(2));
    run(100);
    expect(application.events).toEqual([
      { kind: "stored", key: "key", failure: undefined },
      { kind: "stored", key: "key", failure: "full" },
    ]);
    expect(rest.values.open().get("key")).toEqual({ ok: true, value: Uint8Array.of(1, 1) });
  });

  test("an operator's command reaches the application", () => {
    const command = { verb: "block", exchange: "west", firstCic: 1, lastCic: 1 } as const;
    rest.runner.command(command);
    expect(application.events).toEqual([{ kind: "operator", command }]);
  });
});

describe("the communication processor", () => {
  test("gets what is for it, in order, also when the ring was full meanwhile", () => {
    const inputs = Array.from({ length: 100 }, (_, n) => ({
      kind: "input" as const,
      group: 1,
      payload: new Uint8Array(200).fill(n),
    }));
    act(...inputs, { kind: "log", severity: "info", text: "not for it" });
    run(100);
    expect(rest.toCommunication).toHaveLength(100);
    const firsts = rest.toCommunication.map((message) => (message as { payload: Uint8Array }).payload[0]);
    expect(firsts).toEqual(inputs.map(({ payload }) => payload[0]));
    expect(log).toEqual(["info: not for it"]);
  });

  test("hears that everything before `backup` has been handled, after what that gave rise to", () => {
    application.react = ({ kind }) =>
      kind === "backup" ? [{ kind: "input", group: 1, payload: new Uint8Array(1) }] : [];
    rest.link.communication.send(encodeLinkMessage({ kind: "backup", term: 5 }));
    run(1);
    expect(rest.toCommunication.map((message) => (message as { kind: string }).kind)).toEqual(["input", "drained"]);
  });

  test("sees the progress of the application with every event and at every nudge", () => {
    const before = rest.link.communication.progressOfOther();
    act();
    rest.link.communication.nudge();
    run(1);
    expect(rest.link.communication.progressOfOther()).toBe(before + 2);
  });

  test("sees what input the application works on, and of which it never came back", () => {
    const seen: number[] = [];
    application.react = () => {
      seen.push(rest.link.communication.noteOfOther(workNote));
      return [];
    };
    rest.link.communication.send(
      encodeLinkMessage({ kind: "input", slot: 4, number: 77, payload: new Uint8Array(1), waiting: 0 }),
    );
    rest.link.communication.send(encodeLinkMessage({ kind: "transmitted", sequence: 1 }));
    run(1);
    expect(seen).toEqual([workWord(4, 77), noWork]);
    expect(rest.link.communication.noteOfOther(workNote)).toBe(noWork);
  });

  test("sees how many commits of a group are performed, when what they want sent has gone out", () => {
    const performed = (group: number) => rest.link.communication.noteOfOther(group);
    const seen: number[] = [];
    const commit = (sequence: number) =>
      encodeLinkMessage({
        kind: "commit",
        commit: {
          ...{ group: 3, term: 1, sequence, consumed: { kind: "internal" }, refersToInput: false, timeMillis: 0 },
          ...{ body: new Uint8Array(0), input: new Uint8Array(0) },
        },
      });
    application.react = () => {
      seen.push(performed(3));
      return [];
    };
    for (const sequence of [17, 18, 30]) rest.link.communication.send(commit(sequence));
    run(1);
    expect(seen).toEqual([0, 1, 2]);
    expect([performed(3), performed(1)]).toEqual([3, 0]);
  });

  test("hears that the application has failed; from then on it does nothing, and answers no nudge", () => {
    application.react = ({ kind }) => {
      if (kind === "input") throw new TypeError("no such call");
      return [];
    };
    application.deadline = 5_000;
    rest.link.communication.send(
      encodeLinkMessage({ kind: "input", slot: 4, number: 77, payload: new Uint8Array(1), waiting: 0 }),
    );
    rest.link.communication.send(encodeLinkMessage({ kind: "backup", term: 5 }));
    run(1);
    rest.link.communication.nudge();
    run(50);
    expect(rest.toCommunication).toEqual([{ kind: "failed", reason: "TypeError: no such call" }]);
    expect(application.takeKinds()).toEqual(["input"]);
    expect(rest.link.communication.noteOfOther(workNote)).toBe(workWord(4, 77));
    expect(rest.link.communication.progressOfOther()).toBe(0);
    expect(log).toHaveLength(1);
    expect(log[0]).toContain("alarm: the application has failed: TypeError: no such call");
  });

  test("hears that the card leaves", () => {
    rest.runner.leave();
    run(1);
    expect(rest.toCommunication).toEqual([{ kind: "leave" }]);
  });
});

describe("deadlines", () => {
  test("wake the application when they are due, not before, also when a nearer one is set later", () => {
    application.deadline = 50_000;
    act();
    application.deadline = 20_000;
    act();
    const woken: number[] = [];
    application.react = ({ kind }) => {
      if (kind === "deadline") {
        woken.push(clock.nowMicros());
        application.deadline = clock.nowMicros() === 20_000 ? 70_000 : undefined;
      }
      return [];
    };
    run(200);
    expect(woken).toEqual([20_000, 70_000]);
  });

  test("that moved away wake nobody in vain", () => {
    application.deadline = 20_000;
    act();
    application.deadline = 60_000;
    run(40);
    expect(application.takeKinds()).toEqual([]);
    application.react = () => {
      application.deadline = undefined;
      return [];
    };
    run(40);
    expect(application.takeKinds()).toEqual(["deadline"]);
  });
});

test("what is of management goes to its desk and not to the application, and the desk's wishes over the link", () => {
  const { runner, link, toCommunication } = rest;
  const asked: number[] = [];
  runner.management.attend(enquirySubject.console, ({ slot, reply }) => {
    asked.push(slot);
    reply(Uint8Array.of(5), true);
  });
  const before = application.events.length;
  const progress = link.communication.progressOfOther();
  const octets = Uint8Array.of(enquirySubject.console);
  link.communication.send(encodeLinkMessage({ kind: "enquired", slot: 4, enquiry: 11, octets }));
  run(1);
  expect(asked).toEqual([4]);
  expect(application.events).toHaveLength(before);
  expect(link.communication.progressOfOther()).toBe(progress + 1);
  // As CBOR reads them.
  const answer = { kind: "enquiry-answer", slot: 4, enquiry: 11, octets: Buffer.of(5), last: true };
  expect(toCommunication).toEqual([answer]);
});

test("management that throws has failed the card, and is asked no more", () => {
  const { runner, link, toCommunication } = rest;
  let asked = 0;
  runner.management.attend(enquirySubject.console, () => {
    asked++;
    throw new Error("no more");
  });
  const octets = Uint8Array.of(enquirySubject.console);
  for (const enquiry of [1, 2]) {
    link.communication.send(encodeLinkMessage({ kind: "enquired", slot: 4, enquiry, octets }));
  }
  run(1);
  expect(asked).toBe(1);
  expect(toCommunication).toEqual([{ kind: "failed", reason: "Error: no more" }]);
});
