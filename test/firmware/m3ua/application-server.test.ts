import { describe, expect, test } from "vitest";
import { ApplicationServer, type ApplicationServerAction } from "../../../firmware/m3ua/application-server.ts";

const second = 1_000_000;

function short(actions: readonly ApplicationServerAction[]): string[] {
  return actions.map((action) => {
    if (action.kind === "state") return action.state;
    return action.kind === "notify" ? `${action.asp} ${action.status}` : `${action.asp} overridden`;
  });
}

describe("application server (RFC 4666 4.3.2)", () => {
  test("the last active ASP goes, another takes over within T(r)", () => {
    const as = new ApplicationServer("override", 2000);
    expect(short(as.aspState(1, "inactive", 0))).toEqual(["inactive", "1 as-inactive"]);
    expect(short(as.aspState(2, "inactive", 0))).toEqual(["2 as-inactive"]);
    expect(short(as.aspState(1, "active", 0))).toEqual(["active", "1 as-active", "2 as-active"]);
    expect(as.nextDeadline()).toBeUndefined();
    expect(short(as.aspState(1, "down", second))).toEqual(["pending", "2 as-pending"]);
    expect(as.nextDeadline()).toBe(3 * second);
    expect(short(as.aspState(2, "active", 2 * second))).toEqual(["active", "2 as-active"]);
    expect(as.nextDeadline()).toBeUndefined();
  });

  test("T(r) expires: inactive if an ASP is up, down if none is", () => {
    for (const [left, expected] of [
      ["inactive", ["inactive", "1 as-inactive"]],
      ["down", ["down"]],
    ] as const) {
      const as = new ApplicationServer("loadshare", 2000);
      as.aspState(1, "active", 0);
      as.aspState(1, left, 0);
      expect(as.expire(2 * second - 1)).toEqual([]);
      expect(short(as.expire(2 * second))).toEqual(expected);
      expect(as.nextDeadline()).toBeUndefined();
    }
  });

  test("who comes up while the AS is active learns it (4.3.4.5)", () => {
    const as = new ApplicationServer();
    as.aspState(1, "active", 0);
    expect(short(as.aspState(2, "inactive", 0))).toEqual(["2 as-active"]);
  });

  test("override: who becomes active puts the other out of traffic (4.3.4.3)", () => {
    const as = new ApplicationServer("override");
    as.aspState(1, "active", 0);
    expect(short(as.aspState(2, "active", 0))).toEqual(["1 overridden", "2 as-active"]);
    expect(as.recipients(0)).toEqual([2]);
    expect(as.state).toBe("active");
  });

  test("loadshare: an SLS stays with its ASP; broadcast: all get it", () => {
    for (const [mode, expected] of [
      ["loadshare", [[1], [2], [1], [2]]],
      [
        "broadcast",
        [
          [1, 2],
          [1, 2],
          [1, 2],
          [1, 2],
        ],
      ],
    ] as const) {
      const as = new ApplicationServer(mode);
      expect(as.recipients(0)).toEqual([]);
      as.aspState(1, "active", 0);
      as.aspState(2, "active", 0);
      expect([0, 1, 2, 3].map((sls) => as.recipients(sls))).toEqual(expected);
    }
  });
});
