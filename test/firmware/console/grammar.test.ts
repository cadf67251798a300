/** The commands' grammar: what is understood, what is said of what is not, and what can be typed next. */
import { describe, expect, it } from "vitest";
import { type CommandContext, consoleGrammar } from "../../../firmware/console/commands.ts";
import type { Role } from "../../../firmware/console/grammar.ts";
import { ExampleCard } from "./example-card.ts";

const card = new ExampleCard();
const context: CommandContext = { view: card.view(), actions: card.actions, nowMillis: 0 };

function parse(line: string, role: Role = "administrator"): string {
  const parsed = consoleGrammar.parse(line, role, context);
  return parsed.ok ? parsed.value.text : parsed.error;
}

function words(before: string, role: Role = "administrator"): readonly string[] | string {
  const found = consoleGrammar.help(before, role, context);
  return found.ok ? found.value.map(({ word }) => word) : found.error;
}

const completions = (before: string) => consoleGrammar.completions(before, "administrator", context).words;

describe("a line", () => {
  it.each([
    ["show calls", "show calls"],
    ["sh cal", "show calls"],
    ["  SHOW   Calls  JSON ", "show calls json"],
    ["sh circ j", "show circuits json"],
    ["rest now", "restart now"],
    ["switch", "switchover"],
    ["block west/5-8", "block west/5-8"],
    ["blo east/7", "block east/7"],
    ["inh pl A", "inhibit plane A"],
    ["sl 2 show calls json", "slot 2 show calls json"],
    ["trace on isup IAM west/5", "trace on isup IAM west/5"],
    ["tr off", "trace off"],
    ["ter len 0", "terminal length 0"],
  ])("%s: %s", (line, text) => {
    expect(parse(line)).toBe(text);
  });

  it.each([
    ["sh ca", 'word 2, "ca": could be calls, cards'],
    ["re", 'word 1, "re": could be reset, restart'],
    ["show", /^"show" is not complete; expected: alarms, buses, .*, version$/],
    ["block", '"block" is not complete; expected: <circuits>'],
    ["reboot", /^word 1, "reboot": is not known here; expected: block, configuration, /],
    ["show calls now", 'word 3, "now": is not known here; expected: json'],
    ["show calls json x", 'word 4, "x": nothing may follow here'],
    ["block nowhere/5", /^word 2, "nowhere\/5": there is no exchange nowhere; expected: circuits by exchange/],
    ["block west/8-5", /^word 2, "west\/8-5": ends before it begins; expected: /],
    ["block west", /^word 2, "west": names no circuits; expected: /],
    ["slot 9 show calls", 'word 2, "9": is no slot of this rack (1, 2, 3, 4); expected: a slot of the rack'],
    ["terminal length 1e1", /^word 3, "1e1": is no such number; expected: lines/],
    ["inhibit plane c", 'word 3, "c": is none of them; expected: a plane, A or B'],
  ])("%s: says what is wrong, where, and what is expected", (line, error) => {
    if (typeof error === "string") expect(parse(line)).toBe(error);
    else expect(parse(line)).toMatch(error);
  });

  it("an operator looks and does not act, and is told so", () => {
    expect(parse("show calls", "operator")).toBe("show calls");
    for (const line of ["block west/5", "switchover", "restart now", "inhibit plane a", "trace on isup"]) {
      expect(parse(line, "operator"), line).toBe(`"${line}" is for administrators only`);
    }
  });

  it("names of what every object has are no commands", () => {
    for (const line of ["constructor", "__proto__", "show toString", "trace on constructor"]) {
      expect(parse(line)).toMatch(/expected: /);
    }
  });
});

describe("help", () => {
  it("shows what may follow, at every place of a line", () => {
    expect(words("show c")).toEqual(["calls", "cards", "circuits", "connections"]);
    expect(words("show calls ")).toEqual(["<enter>", "json"]);
    expect(words("block ")).toEqual(["<circuits>"]);
    expect(words("restart ")).toEqual(["<enter>", "now"]);
    expect(words("slot 2 show ci")).toEqual(["circuits"]);
    expect(words("slot 2 ")).toEqual(words(""));
    expect(words("trace ")).toEqual(["off", "on"]);
  });

  it("shows an operator only what is for one", () => {
    expect(words("", "operator")).not.toContain("block");
    expect(words("", "operator")).toContain("show");
  });

  it("says what is wrong with what stands before", () => {
    expect(words("shw ")).toMatch(/^word 1, "shw": is not known here/);
    expect(words("show x")).toMatch(/^nothing begins with "x" here; expected: alarms/);
  });

  it("at every cut of every command there is help", () => {
    for (const line of ["show circuits json", "trace on isup IAM", "slot 2 inhibit plane a", "terminal width 80"]) {
      for (let length = 0; length <= line.length; length++) {
        expect(words(line.slice(0, length)).length, line.slice(0, length)).toBeGreaterThan(0);
      }
    }
  });
});

describe("completion", () => {
  it.each([
    ["sh", ["show"]],
    ["show ca", ["calls", "cards"]],
    ["block w", ["west/"]],
    ["slot ", ["1", "2", "3", "4"]],
    ["slot 2 sho", ["show"]],
    ["slot 2 show end", ["endpoints"]],
    ["trace on ", ["bus", "h248", "isup", "mgcp"]],
    ["show nothing", []],
    ["nothing ", []],
    ["restart n", ["now"]],
  ])("%s: %s", (before, found) => {
    expect(completions(before)).toEqual(found);
  });
});
