/** A media gateway that refuses, is slow, or loses what is said. */
import { east, expect, type Scenario, send, wait, west } from "./scenario.ts";
import { answers, callEast, clears, fromWest, getsThrough, isReleased } from "./usual-steps.ts";

export const gatewayScenarios: readonly Scenario[] = [
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
    name: "the gateway takes its time to go through, the call ends meanwhile",
    gateway: [{ verb: "MDCX", kind: "late", millis: 30 }],
    parts: [west([2], ...getsThrough, ...clears), east([1], ...answers, ...isReleased(16))],
    records: ["answered 16"],
  },
  {
    name: "the gateway does not hear that the call is over",
    gateway: [{ verb: "DLCX", kind: "command-lost" }],
    parts: [west([2], ...getsThrough, wait(70), ...clears), east([1], ...answers, ...isReleased(16))],
    records: ["answered 16"],
  },
  {
    name: "the gateway finds something left over at the circuits",
    gateway: [{ verb: "CRCX", kind: "refused", code: 540 }],
    parts: [west([2], ...getsThrough, ...clears), east([1], ...answers, ...isReleased(16))],
    records: ["answered 16"],
  },
  {
    name: "an answer of the gateway is lost",
    gateway: [{ verb: "MDCX", kind: "answer-lost" }],
    parts: [west([2], ...getsThrough, wait(70), ...clears), east([1], ...answers, ...isReleased(16))],
    records: ["answered 16"],
  },
];
