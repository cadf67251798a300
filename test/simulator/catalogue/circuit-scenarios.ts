/** What concerns circuits: the choice of one, dual seizure, blocking and reset. */
import { at, east, expect, type Scenario, send, wait, west } from "./scenario.ts";
import {
  answers,
  callEast,
  callWest,
  clears,
  fromEast,
  fromWest,
  getsThrough,
  isReleased,
  toEast,
} from "./usual-steps.ts";

export const circuitScenarios: readonly Scenario[] = [
  // --- the choice of a circuit
  {
    name: "both ends seize a circuit that the node controls",
    parts: [
      west([2], ...getsThrough, ...clears),
      east([1], callWest, ...answers, ...isReleased(16)),
      { ...east([2], at(5), callWest, expect("ACM"), expect("ANM"), ...clears), repeats: 1 },
      west([1], fromEast, send("ACM"), wait(5), send("ANM"), ...isReleased(16)),
    ],
    records: ["answered 16", "answered 16"],
  },
  {
    name: "both ends seize a circuit that the exchange controls",
    circuits: 8,
    before: [1, 3, 5, 7].map((cic) => east([cic], send("BLO"), expect("BLA"))),
    parts: [
      west([2], ...getsThrough, ...clears),
      { ...east([2], callWest, fromWest, expect("ACM"), expect("ANM"), ...clears), spare: 8 },
      east([4], ...answers, ...isReleased(16)),
      west([1], fromEast, send("ACM"), wait(5), send("ANM"), ...isReleased(16)),
    ],
    records: ["answered 16", "answered 16"],
    left: [1, 3, 5, 7].map((cic) => `east/${cic} idle blocked`),
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
    parts: [west([2], ...getsThrough, ...isReleased(31)), east([1], ...answers, wait(10), send("RSC"), expect("RLC"))],
    records: ["answered 31"],
  },
  {
    name: "GRS from the called exchange before ACM: the call goes another way",
    parts: [
      west([2], ...getsThrough, ...clears),
      east(
        [1, 3],
        ...[fromWest, send("GRS", { cic: 1, range: 2 }), expect("GRA", { cic: 1, range: 2 })],
        ...[expect("IAM", { ...toEast, cic: 3 })],
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
];
