/** Calls between exchanges and a gateway that do as they should: answered, refused, given up. */
import { at, east, expect, type Scenario, send, wait, west } from "./scenario.ts";
import { answers, callEast, callWest, clears, fromEast, fromWest, getsThrough, isReleased } from "./usual-steps.ts";

export const everydayCalls: readonly Scenario[] = [
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
      east([1], ...answers, wait(10), send("REL", { cause: 16 }), expect("RLC")),
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
      west([1], fromEast, send("ACM"), wait(5), send("ANM"), wait(10), send("REL", { cause: 16 }), expect("RLC")),
    ],
    records: ["answered 16", "answered 16"],
  },
  {
    name: "a calm conversation",
    before: [west([2], ...getsThrough), east([1], ...answers)],
    calmMillis: 60,
    parts: [west([2], at(300), send("REL", { cause: 16 }), expect("RLC")), east([1], ...isReleased(16))],
    records: ["answered 16"],
  },

  // --- abandoned by the calling side
  {
    name: "abandoned at once, the gateway still at work",
    gateway: [{ verb: "CRCX", kind: "late", millis: 20 }],
    parts: [west([2], callEast, send("REL", { cause: 16 }), expect("RLC")), east([1], fromWest, ...isReleased(16))],
    records: ["unanswered 16"],
  },
  {
    name: "abandoned at once and made again, the gateway still at work",
    circuits: 8,
    gateway: [{ verb: "CRCX", kind: "late", millis: 170 }],
    parts: [
      west([2], callEast, send("REL", { cause: 16 }), expect("RLC"), ...getsThrough, wait(200), ...clears),
      east([1], fromWest, ...isReleased(16)),
      east([3], ...answers, ...isReleased(16)),
    ],
    records: ["answered 16", "unanswered 16"],
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
      west([2], callEast, expect("ACM"), at(110.5), send("REL", { cause: 16 }), expect("ANM"), expect("RLC")),
      east([1], fromWest, send("ACM"), at(110), send("ANM"), ...isReleased(16)),
    ],
    records: ["answered 16"],
  },
  {
    name: "both sides release at once",
    parts: [
      west([2], ...getsThrough, at(120.5), send("REL", { cause: 16 }), ...isReleased(16), expect("RLC")),
      east([1], ...answers, at(120), send("REL", { cause: 16 }), expect("RLC")),
    ],
    records: ["answered 16"],
  },
];
