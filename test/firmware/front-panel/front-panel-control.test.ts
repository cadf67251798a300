import { describe, expect, test } from "vitest";
import { applicationStatus, communicationStatus } from "../../../firmware/card/card-status.ts";
import {
  FrontPanelControl,
  type FrontPanelInput,
  type FrontPanelOutput,
} from "../../../firmware/front-panel/front-panel-control.ts";
import { type CardSight, lampPattern, lampTable } from "../../../firmware/front-panel/lamp-table.ts";
import { type Lamp, lamps } from "../../../hal/front-panel.ts";

const whole: CardSight = { communication: {}, application: {}, heard: [true, true], ejector: "in service" };

/** What all lamps show, those that are off left out. */
function shown(sight: Partial<CardSight>): Partial<Record<Lamp, string>> {
  const patterns = lamps.map((lamp) => [lamp, lampPattern(lamp, { ...whole, ...sight })]);
  return Object.fromEntries(patterns.filter(([, pattern]) => pattern !== "off"));
}

const buses = { busA: "on", busB: "on" };
const roles = (...names: string[]) => ({ groups: names.map((role, group) => ({ group, role, term: 1 })) });

describe("the lamps of", () => {
  test.each<[string, Partial<CardSight>, Partial<Record<Lamp, string>>]>([
    ["a primary", { communication: roles("primary") }, { ...buses, active: "on" }],
    ["a backup", { communication: roles("backup") }, { ...buses, standby: "on" }],
    ["one that takes over", { communication: roles("claimant") }, { ...buses, active: "fast blink" }],
    ["one that is being given the state", { communication: roles("incomplete") }, { ...buses, standby: "slow blink" }],
    [
      "a LIM of two groups, of which one has not admitted it",
      {
        communication: roles("witness", "newcomer"),
        application: applicationStatus({ exchanges: { west: { available: true } } }),
      },
      { ...buses, active: "on", standby: "slow blink", link: "on" },
    ],
    [
      "a transporter with a gateway that does not answer",
      {
        communication: roles("witness"),
        application: applicationStatus({ gateways: { one: { state: "reachable" }, two: { state: "unreachable" } } }),
      },
      { ...buses, active: "on", link: "slow blink", alarm: "slow blink" },
    ],
    [
      "one all of whose links are down",
      {
        communication: roles("witness"),
        application: applicationStatus({ exchanges: { west: { available: false } } }),
      },
      { ...buses, active: "on", alarm: "slow blink" },
    ],
    [
      "one that hears nobody on plane B",
      { communication: roles("primary"), heard: [true, false] },
      { active: "on", busA: "on", alarm: "slow blink" },
    ],
    [
      "one whose application hangs",
      { communication: { ...roles("backup"), hung: true } },
      { ...buses, standby: "on", alarm: "on" },
    ],
    [
      "one that is deaf",
      { communication: { ...roles("backup"), deaf: true } },
      { ...buses, standby: "on", alarm: "on" },
    ],
    [
      "one that takes no part",
      { communication: { ...roles("blank"), outOfService: "its slot is taken" } },
      { ...buses, alarm: "on" },
    ],
    [
      "one whose disk is full",
      { communication: roles("primary"), application: { blockingStates: "full" } },
      { ...buses, active: "on", alarm: "slow blink" },
    ],
    [
      "one that stores just now",
      { communication: roles("primary"), application: { blockingStates: "waiting" } },
      { ...buses, active: "on" },
    ],
    [
      "one that is to leave, and nobody can take its place",
      { communication: { ...roles("primary"), leaving: "waits for a backup" }, ejector: "draining" },
      { ...buses, active: "on", alarm: "double flash", safeToPull: "short blink" },
    ],
    [
      "one that is safe to pull",
      { communication: { ...roles("backup"), leaving: "safe to pull" }, ejector: "safe" },
      { ...buses, safeToPull: "on" },
    ],
    [
      "one that is called back",
      { communication: { ...roles("backup"), leaving: "safe to pull" }, ejector: "recalled" },
      { ...buses, safeToPull: "long blink" },
    ],
    [
      "one that has just started",
      { communication: undefined, application: undefined, heard: [false, false] },
      { safeToPull: "long blink" },
    ],
    [
      "one whose communication processor is silent",
      { communication: undefined, heard: [false, false] },
      { alarm: "on", safeToPull: "long blink" },
    ],
  ])("%s", (_, sight, patterns) => {
    expect(shown(sight)).toEqual(patterns);
  });

  test("every table ends with a row that always holds", () => {
    const nothing: CardSight = {
      communication: undefined,
      application: undefined,
      heard: [false, false],
      ejector: "in service",
    };
    for (const lamp of lamps) {
      const rows = lampTable[lamp];
      expect(rows.some(([, holds]) => holds(nothing))).toBe(true);
      expect(rows.some(([, holds]) => holds(whole))).toBe(true);
    }
  });
});

/** A panel that is looked at as its owner would: whenever it asks to be, and not between. */
class Watched {
  readonly control = new FrontPanelControl();
  readonly lit = new Set<Lamp>();
  readonly requests: string[] = [];
  now = 5_000_000_000;
  steps = 0;
  #received = 0;

  step(input: FrontPanelInput): readonly FrontPanelOutput[] {
    this.steps++;
    const outputs = this.control.step(input, this.now);
    for (const output of outputs) {
      if (output.kind === "request") this.requests.push(output.request);
      else if (output.isLit) this.lit.add(output.lamp);
      else this.lit.delete(output.lamp);
    }
    return outputs;
  }

  /** The card says what it is, with frames received on plane A, and on B where it is not cut. */
  says(status: Readonly<Record<string, unknown>>, onB = true): void {
    this.#received += 7;
    const planes = [{ received: this.#received }, { received: onB ? this.#received : 0 }];
    this.step({ kind: "communication", status: communicationStatus({ ...status, planes }) });
  }

  run(millis: number): void {
    const end = this.now + millis * 1000;
    for (;;) {
      const due = this.control.nextDeadline(this.now);
      if (due === undefined || due > end) break;
      this.now = due;
      this.step({ kind: "deadline" });
    }
    this.now = end;
  }
}

describe("a front panel", () => {
  test("where nothing changes there is nothing to do, and nothing is said to the lamps", () => {
    const panel = new Watched();
    panel.step({ kind: "panel" });
    panel.says({ role: "primary" });
    expect([...panel.lit].sort()).toEqual(["active", "busA", "busB"]);
    const { steps } = panel;
    for (let times = 0; times < 20; times++) {
      panel.run(200);
      panel.says({ role: "primary" });
    }
    expect(panel.steps - steps).toBe(20);
    expect(panel.step({ kind: "deadline" })).toEqual([]);
  });

  test("a lamp that blinks is told at each change", () => {
    const panel = new Watched();
    panel.says({ role: "incomplete" });
    let changes = 0;
    for (let times = 0; times < 200; times++) {
      const before = panel.lit.has("standby");
      panel.run(10);
      if (times % 20 === 19) panel.says({ role: "incomplete" });
      if (panel.lit.has("standby") !== before) changes++;
    }
    expect(changes).toBe(4);
  });

  test("a plane on which nobody was heard for a second is dark, and so is a card that says nothing for so long", () => {
    const panel = new Watched();
    panel.step({ kind: "application", status: {} });
    panel.says({ role: "backup" });
    expect(panel.lit.has("busB")).toBe(true);
    for (let times = 0; times < 5; times++) {
      panel.run(200);
      panel.says({ role: "backup" }, false);
    }
    // That it stands at nothing was news once.
    panel.run(200);
    panel.says({ role: "backup" }, false);
    expect(panel.lit.has("busA")).toBe(true);
    expect(panel.lit.has("busB")).toBe(false);
    panel.run(999);
    expect(panel.lit.has("standby")).toBe(true);
    panel.run(1);
    expect(panel.lit.has("standby")).toBe(false);
    expect(panel.lit.has("alarm")).toBe(true);
  });

  test("the ejector is opened, and the card leaves; it closes when the card is out, and the card begins anew", () => {
    const panel = new Watched();
    panel.says({ role: "primary" });
    panel.step({ kind: "ejector", isOpen: true });
    panel.run(49);
    expect(panel.requests).toEqual([]);
    panel.run(1);
    expect(panel.requests).toEqual(["leave"]);
    expect(panel.control.ejector).toBe("draining");
    panel.says({ role: "backup", leaving: "safe to pull" });
    panel.run(500);
    expect([...panel.lit].sort()).toEqual(["busA", "busB", "safeToPull"]);
    panel.step({ kind: "ejector", isOpen: false });
    panel.run(60);
    panel.says({ role: "backup", leaving: "safe to pull" });
    expect(panel.requests).toEqual(["leave", "restart"]);
  });

  test("a panel that was away is told all that is lit", () => {
    const panel = new Watched();
    panel.says({ role: "primary" });
    expect(panel.step({ kind: "panel" })).toEqual([
      { kind: "lamp", lamp: "active", isLit: true },
      { kind: "lamp", lamp: "busA", isLit: true },
      { kind: "lamp", lamp: "busB", isLit: true },
    ]);
  });
});
