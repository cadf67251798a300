/**
 * The catalogue: every kind of call, a row a scenario, read across. Each exchange waits for what it is told to expect, so that a
 * delay in the rack delays what follows and changes nothing else; where two things are to cross, both happen at a set time.
 * What one side does of itself after the answer it does later than a takeover takes: what a LIM and a transporter said meanwhile
 * is consumed one after the other, and a call that is over by then is not connected through any more.
 *
 * Each exchange controls its even circuits (Q.764 2.9.1.4). West's calls begin on its circuit 2; the node seizes odd circuits
 * first, the lowest of those that were idle longest.
 */
import { at, east, expect, expectOctets, type Scenario, send, sendOctets, wait, west } from "./scenario.ts";

const toEast = { called: "25001", calling: "9001" };
const toWest = { called: "15002", calling: "9002" };
const callEast = send("IAM", toEast);
const callWest = send("IAM", toWest);
const fromWest = expect("IAM", toEast);
const fromEast = expect("IAM", toWest);

/** The calling side, up to the conversation, and its end by the calling side. */
const getsThrough = [callEast, expect("ACM"), expect("ANM")] as const;
const clears = [wait(10), send("REL", { cause: 16 }), expect("RLC")] as const;
/** The called side likewise. */
const answers = [fromWest, send("ACM"), wait(10), send("ANM")] as const;
const isReleased = (cause: number) => [expect("REL", { cause }), send("RLC")];

/** Q.763 1.11: a message type that nobody knows, with nothing in it but what shall become of it: passed on. */
const unknownPassedOn = [0xf0, 0x01, 0x38, 0x01, 0x90, 0x00] as const;
const acmWithoutIndicators = [0x06] as const;
const notYetAlerting = { backwardCallIndicators: { charge: "charge", isdnUserPartAllTheWay: true } };

export const catalogue: readonly Scenario[] = [
  // --- calls as they go every day
  {
    name: "answered, released by the calling side",
    parts: [west([2], ...getsThrough, ...clears), east([1], ...answers, ...isReleased(16))],
    records: ["answered 16"],
  },
  {
    name: "answered, released by the called side",
    parts: [
      west([2], ...getsThrough, ...isReleased(16)),
      east([1], ...answers, wait(40), send("REL", { cause: 16 }), expect("RLC")),
    ],
    records: ["answered 16"],
  },
  {
    name: "busy",
    parts: [west([2], callEast, ...isReleased(17)), east([1], fromWest, send("REL", { cause: 17 }), expect("RLC"))],
    records: ["unanswered 17"],
  },
  {
    name: "unallocated number at the called exchange",
    parts: [west([2], callEast, ...isReleased(1)), east([1], fromWest, send("REL", { cause: 1 }), expect("RLC"))],
    records: ["unanswered 1"],
  },
  {
    name: "no route to the number",
    parts: [west([2], send("IAM", { called: "35001", calling: "9001" }), ...isReleased(3))],
    records: ["unanswered 3"],
  },
  {
    name: "the called side gives up ringing",
    parts: [
      west([2], callEast, expect("ACM"), ...isReleased(19)),
      east([1], fromWest, send("ACM"), wait(10), send("REL", { cause: 19 }), expect("RLC")),
    ],
    records: ["unanswered 19"],
  },
  {
    name: "two calls in both directions at once",
    parts: [
      west([2], ...getsThrough, ...clears),
      east([2], callWest, expect("ACM"), expect("ANM"), ...isReleased(16)),
      east([1], ...answers, ...isReleased(16)),
      west([1], fromEast, send("ACM"), wait(5), send("ANM"), wait(40), send("REL", { cause: 16 }), expect("RLC")),
    ],
    records: ["answered 16", "answered 16"],
  },

  // --- abandoned by the calling side
  {
    name: "abandoned at once, the gateway still at work",
    gateway: [{ verb: "CRCX", kind: "late", millis: 20 }],
    parts: [west([2], callEast, send("REL", { cause: 16 }), expect("RLC")), east([1], fromWest, ...isReleased(16))],
    records: ["unanswered 16"],
  },
  {
    name: "abandoned before ACM",
    parts: [west([2], callEast, ...clears), east([1], fromWest, ...isReleased(16))],
    records: ["unanswered 16"],
  },
  {
    name: "abandoned while ringing",
    parts: [west([2], callEast, expect("ACM"), ...clears), east([1], fromWest, send("ACM"), ...isReleased(16))],
    records: ["unanswered 16"],
  },
  {
    name: "released right after the answer",
    parts: [
      west([2], ...getsThrough, send("REL", { cause: 16 }), expect("RLC")),
      east([1], ...answers, ...isReleased(16)),
    ],
    records: ["answered 16"],
  },
  {
    name: "the answer crosses the release",
    parts: [
      west([2], callEast, expect("ACM"), at(110.2), send("REL", { cause: 16 }), expect("ANM"), expect("RLC")),
      east([1], fromWest, send("ACM"), at(110), send("ANM"), ...isReleased(16)),
    ],
    records: ["answered 16"],
  },
  {
    name: "both sides release at once",
    parts: [
      west([2], ...getsThrough, at(120.2), send("REL", { cause: 16 }), ...isReleased(16), expect("RLC")),
      east([1], ...answers, at(120), send("REL", { cause: 16 }), expect("RLC")),
    ],
    records: ["answered 16"],
  },

  // --- other ways to the answer
  {
    name: "CON instead of ACM and ANM",
    parts: [
      west([2], callEast, expect("CON"), ...clears),
      east([1], fromWest, wait(10), send("CON"), ...isReleased(16)),
    ],
    records: ["answered 16"],
  },
  {
    name: "CPG, then ANM",
    parts: [
      west([2], callEast, expect("ACM"), expect("CPG"), expect("ANM"), ...clears),
      east([1], fromWest, send("ACM"), wait(5), send("CPG"), wait(5), send("ANM"), ...isReleased(16)),
    ],
    records: ["answered 16"],
  },
  {
    name: "early ACM, the called party found free later",
    parts: [
      west([2], callEast, expect("ACM"), expect("CPG"), expect("ANM"), ...clears),
      east(
        [1],
        ...[fromWest, send("ACM", { parameters: notYetAlerting }), wait(5), send("CPG"), send("ANM")],
        ...isReleased(16),
      ),
    ],
    records: ["answered 16"],
  },
  {
    name: "answered at once",
    parts: [
      west([2], ...getsThrough, wait(30), ...clears),
      east([1], fromWest, send("ACM"), send("ANM"), ...isReleased(16)),
    ],
    records: ["answered 16"],
  },
  {
    name: "suspended and resumed",
    parts: [
      west([2], ...getsThrough, expect("SUS"), expect("RES"), ...clears),
      east([1], ...answers, wait(5), send("SUS"), wait(5), send("RES"), ...isReleased(16)),
    ],
    records: ["answered 16"],
  },
  {
    name: "a message of an unknown type is passed on",
    parts: [
      west([2], ...getsThrough, sendOctets(...unknownPassedOn), ...clears),
      east([1], ...answers, expectOctets(...unknownPassedOn), ...isReleased(16)),
    ],
    records: ["answered 16"],
  },
  {
    name: "a message that cannot be read",
    parts: [
      west([2], ...getsThrough, ...clears),
      east([1], fromWest, sendOctets(...acmWithoutIndicators), wait(5), send("ACM"), send("ANM"), ...isReleased(16)),
    ],
    records: ["answered 16"],
  },

  // --- timers: spaced so that a takeover between two of them changes nothing
  {
    name: "T7: the called exchange is silent",
    timersMillis: { T7: 100 },
    parts: [west([2], callEast, ...isReleased(102)), east([1], fromWest, ...isReleased(102))],
    records: ["unanswered 102"],
  },
  {
    name: "T9: nobody answers",
    timersMillis: { T9: 100 },
    parts: [west([2], callEast, expect("ACM"), ...isReleased(19)), east([1], fromWest, send("ACM"), ...isReleased(19))],
    records: ["unanswered 19"],
  },
  {
    name: "T1: REL is repeated",
    timersMillis: { T1: 100 },
    parts: [
      west([2], ...getsThrough, ...clears),
      east([1], ...answers, expect("REL", { cause: 16 }), ...isReleased(16)),
    ],
    records: ["answered 16"],
  },
  {
    name: "T5: no RLC comes, the circuit is reset",
    timersMillis: { T1: 130, T5: 240 },
    parts: [
      west([2], ...getsThrough, ...clears),
      east([1], ...answers, expect("REL"), expect("REL"), expect("RSC"), send("RLC")),
    ],
    records: ["answered 16"],
  },

  // --- the choice of a circuit
  {
    name: "both ends seize a circuit that the node controls",
    parts: [
      west([2], ...getsThrough, ...clears),
      east([1], callWest, ...answers, ...isReleased(16)),
      east([2], at(5), callWest, expect("ACM"), expect("ANM"), ...clears),
      west([1], fromEast, send("ACM"), wait(5), send("ANM"), ...isReleased(16)),
    ],
    records: ["answered 16", "answered 16"],
  },
  {
    name: "both ends seize a circuit that the exchange controls",
    before: [east([1], send("BLO", { cic: 1 }), expect("BLA")), east([3], send("BLO", { cic: 3 }), expect("BLA"))],
    parts: [
      west([2], ...getsThrough, ...clears),
      east([2], callWest, fromWest, expect("ACM"), expect("ANM"), ...clears),
      east([4], ...answers, ...isReleased(16)),
      west([1], fromEast, send("ACM"), wait(5), send("ANM"), ...isReleased(16)),
    ],
    records: ["answered 16", "answered 16"],
    left: ["east/1 idle blocked", "east/3 idle blocked"],
  },
  {
    name: "the next circuit is blocked: another one is taken",
    before: [east([1], send("BLO"), expect("BLA"))],
    parts: [west([2], ...getsThrough, ...clears), east([3], ...answers, ...isReleased(16))],
    records: ["answered 16"],
    left: ["east/1 idle blocked"],
  },
  {
    name: "all circuits are blocked",
    before: [1, 2, 3, 4].map((cic) => east([cic], send("BLO"), expect("BLA"))),
    parts: [west([2], callEast, ...isReleased(34))],
    records: ["unanswered 34"],
    left: [1, 2, 3, 4].map((cic) => `east/${cic} idle blocked`),
  },
  {
    name: "the other end has no such circuit: another one is taken",
    parts: [
      west([2], ...getsThrough, ...clears),
      east([1], fromWest, send("UCIC")),
      east([3], ...answers, ...isReleased(16)),
    ],
    records: ["answered 16"],
    left: ["east/1 unequipped"],
  },
  {
    name: "a call on a circuit that the node does not have",
    parts: [west([99], callEast, expect("UCIC"))],
    records: [],
  },

  // --- blocking and reset
  {
    name: "blocked while ringing, unblocked in conversation",
    parts: [
      west([2], ...getsThrough, ...clears),
      east(
        [1],
        ...[fromWest, send("ACM"), send("BLO"), expect("BLA"), wait(5), send("ANM")],
        ...[send("UBL"), expect("UBA"), ...isReleased(16)],
      ),
    ],
    records: ["answered 16"],
  },
  {
    name: "blocked before ACM: the call goes another way",
    parts: [
      west([2], ...getsThrough, ...clears),
      east([1], fromWest, send("BLO"), expect("BLA"), ...isReleased(31)),
      east([3], ...answers, ...isReleased(16)),
    ],
    records: ["answered 16"],
    left: ["east/1 idle blocked"],
  },
  {
    name: "RSC from the called exchange before ACM: the call goes another way",
    parts: [
      west([2], ...getsThrough, ...clears),
      east([1], fromWest, send("RSC"), expect("RLC")),
      east([3], ...answers, ...isReleased(16)),
    ],
    records: ["answered 16"],
  },
  {
    name: "RSC from the calling exchange while ringing",
    parts: [
      west([2], callEast, expect("ACM"), wait(5), send("RSC"), expect("RLC")),
      east([1], fromWest, send("ACM"), ...isReleased(31)),
    ],
    records: ["unanswered 31"],
  },
  {
    name: "RSC from the called exchange in conversation",
    parts: [west([2], ...getsThrough, ...isReleased(31)), east([1], ...answers, wait(40), send("RSC"), expect("RLC"))],
    records: ["answered 31"],
  },
  {
    name: "GRS from the called exchange before ACM: the call goes another way",
    parts: [
      west([2], ...getsThrough, ...clears),
      east(
        [1, 3],
        ...[fromWest, send("GRS", { range: 2 }), expect("GRA", { range: 2 }), expect("IAM", { ...toEast, cic: 3 })],
        ...[send("ACM"), wait(10), send("ANM"), ...isReleased(16)],
      ),
    ],
    records: ["answered 16"],
  },
  {
    name: "GRS from the calling exchange in conversation",
    parts: [
      west([2, 1], ...getsThrough, wait(10), send("GRS", { cic: 1, range: 3 }), expect("GRA", { cic: 1, range: 3 })),
      east([1], ...answers, ...isReleased(31)),
    ],
    records: ["answered 31"],
  },

  // --- the gateway
  {
    name: "the gateway refuses the connection",
    gateway: [{ verb: "CRCX", kind: "refused", code: 403 }],
    parts: [west([2], callEast, ...isReleased(47)), east([1], fromWest, ...isReleased(47))],
    records: ["unanswered 47"],
  },
  {
    name: "the gateway refuses to go through",
    gateway: [{ verb: "MDCX", kind: "refused", code: 400 }],
    parts: [west([2], ...getsThrough, ...isReleased(41)), east([1], ...answers, ...isReleased(41))],
    records: ["answered 41"],
  },
  {
    name: "the gateway takes its time, and says so",
    gateway: [{ verb: "CRCX", kind: "late", millis: 170 }],
    parts: [
      west([2], ...getsThrough, wait(200), send("REL", { cause: 16 }), expect("RLC")),
      east([1], ...answers, ...isReleased(16)),
    ],
    records: ["answered 16"],
  },
  {
    name: "a command to the gateway is lost",
    gateway: [{ verb: "CRCX", kind: "command-lost" }],
    parts: [west([2], ...getsThrough, wait(70), ...clears), east([1], ...answers, ...isReleased(16))],
    records: ["answered 16"],
  },
  {
    name: "an answer of the gateway is lost",
    gateway: [{ verb: "MDCX", kind: "answer-lost" }],
    parts: [west([2], ...getsThrough, wait(70), ...clears), east([1], ...answers, ...isReleased(16))],
    records: ["answered 16"],
  },
];
