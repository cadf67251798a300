/** Other messages on the way to the answer and in the conversation, some of them out of place; and messages that do not come. */
import { east, expect, expectOctets, type Scenario, send, sendOctets, wait, west } from "./scenario.ts";
import { answers, callEast, clears, fromWest, getsThrough, isReleased } from "./usual-steps.ts";

/** Q.763 1.11: a message type that nobody knows, with nothing in it but what shall become of it: passed on. */
const unknownPassedOn = [0xf0, 0x01, 0x38, 0x01, 0x90, 0x00] as const;
const acmWithoutIndicators = [0x06] as const;
const notYetAlerting = { backwardCallIndicators: { charge: "charge", isdnUserPartAllTheWay: true } };

export const messageScenarios: readonly Scenario[] = [
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

  {
    name: "a message of an unknown type ends the call",
    parts: [
      west([2], ...getsThrough, sendOctets(0xf0, 0x01, 0x38, 0x01, 0x83, 0x00), ...isReleased(97)),
      east([1], ...answers, ...isReleased(97)),
    ],
    records: ["answered 97"],
  },
  {
    name: "a message of an unknown type is discarded, and its sender told",
    parts: [
      west(
        [2],
        ...getsThrough,
        sendOctets(0xf0, 0x01, 0x38, 0x01, 0x8d, 0x00),
        expect("CFN", { cause: 97 }),
        ...clears,
      ),
      east([1], ...answers, ...isReleased(16)),
    ],
    records: ["answered 16"],
  },
  {
    name: "RLC out of turn in a conversation",
    parts: [
      west([2], ...getsThrough, ...isReleased(111)),
      east([1], ...answers, wait(10), send("RLC"), expect("REL", { cause: 111 }), send("RLC")),
    ],
    records: ["answered 111"],
  },
  {
    name: "ANM before ACM: the circuit is reset, the call goes another way",
    parts: [
      west([2], ...getsThrough, ...clears),
      east([1], fromWest, send("ANM"), expect("RSC"), send("RLC")),
      east([3], ...answers, ...isReleased(16)),
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
];
