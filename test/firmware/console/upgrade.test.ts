/** An upgrade at a console: firmware comes over the line, cards are given it, and what they run is shown. */
import { describe, expect, it } from "vitest";
import type { CardFirmware } from "../../../firmware/upgrade/upgrade-actions.ts";
import { LoginGuard } from "../../../firmware/console/login.ts";
import { answerConsole } from "../../../firmware/console/remote-console.ts";
import { encodeRequest } from "../../../firmware/console/enquiry.ts";
import { octetsOfText, textOfOctets } from "../../../firmware/console/utf8.ts";
import type { UpgradeStatus } from "../../../firmware/upgrade/upgrade-records.ts";
import { ExampleCard } from "./example-card.ts";
import { firmwareLine, firmwareOctets } from "./firmware-sender.ts";
import { minute, second, Terminal, users } from "./terminal.ts";

const digest = "0123456789abcdef".repeat(4);
const other = "f".repeat(64);
const prompt = "admin@slot 3# ";

/** The lines that were written since the screen was cleared, without the prompt. */
const told = (terminal: Terminal) => terminal.written.split("\r\n").filter((line) => line !== "" && line !== prompt);

/** One to whom `octets` octets are to be sent. */
function receiving(octets: number, of = digest): Terminal {
  const terminal = Terminal.loggedIn().type(`upgrade receive ${octets} ${of} 1.2.3\r`);
  terminal.clear();
  return terminal;
}

describe("upgrade receive", () => {
  it("takes a bundle line by line, without echo, and then the prompt is back", () => {
    const octets = firmwareOctets(7000);
    const terminal = Terminal.loggedIn().type(`upgrade receive 7000 ${digest} 1.2.3-rc.1+x\r`);
    expect(terminal.screen.lines.slice(1)).toEqual(["at 0", ""]);
    terminal.clear();
    for (const offset of [0, 3072, 6144]) terminal.type(`${firmwareLine(octets, offset)}\r\n`);
    expect(terminal.written).toBe(`at 3072\r\nat 6144\r\nat 7000\r\nreceived\r\n${prompt}`);
    expect(Uint8Array.from(terminal.card.firmware.here)).toEqual(octets);
    const [bundle] = terminal.card.firmware.bundles;
    expect({ ...bundle, digest: Buffer.from(bundle.digest).toString("hex") }).toEqual({
      ...{ octets: 7000, digest, version: "1.2.3-rc.1+x" },
    });
    expect(terminal.logs.at(-1)?.text).toMatch(/^console on ttyS0: admin: upgrade receive 7000 0123/);
    terminal.type("show version\r");
    expect(terminal.shown).toContain("1.2.3");
  });

  it("the line feed behind the last line, when it comes by itself, is no further line typed; another one is", () => {
    for (const [end, prompts] of [
      ["\r", 1],
      ["\n", 2],
    ] as const) {
      for (const commandEnd of ["\r", "\n"]) {
        const terminal = Terminal.loggedIn().type(`upgrade receive 3 ${digest} 1${commandEnd}`);
        terminal.clear();
        terminal
          .type(firmwareLine(firmwareOctets(3), 0))
          .type(end)
          .type("\n");
        expect(told(terminal)).toEqual(["at 3", "received"]);
        expect(terminal.written.split(prompt), JSON.stringify([commandEnd, end])).toHaveLength(prompts + 1);
      }
    }
  });

  it("the same digest again goes on from where it was, another begins anew, and what is all there is told at once", () => {
    const octets = firmwareOctets(4000);
    const terminal = receiving(4000)
      .type(`${firmwareLine(octets, 0)}\r`)
      .type("\x03");
    expect(told(terminal)).toEqual(["at 3072", "not received: given up at 3072"]);
    terminal.type(`upgrade receive 9 ${other} 2\r`).type("\x03").clear();
    terminal.type(`upgrade receive 4000 ${digest.toUpperCase()} 1.2.3\r`);
    expect(told(terminal).slice(1)).toEqual(["at 3072"]);
    terminal.type(`${firmwareLine(octets, 3072)}\r`);
    expect(told(terminal).slice(-2)).toEqual(["at 4000", "received"]);
    expect(Uint8Array.from(terminal.card.firmware.here)).toEqual(octets);
    terminal.type(`upgrade receive 4000 ${digest} 1.2.3\r`);
    expect(told(terminal).slice(-2)).toEqual(["at 4000", "received"]);
    expect(terminal.screen.line).toBe(prompt);
  });

  it.each([
    [
      "octets that are none",
      `0 ${digest} 1`,
      /word 3, "0": is no such number; expected: octets of the bundle, 1 to 67108864/,
    ],
    ["more than 64 MiB", `67108865 ${digest} 1`, /is no such number/],
    ["octets that are no number", `1e3 ${digest} 1`, /is no such number/],
    ["a digest that is too short", `9 ${digest.slice(1)} 1`, /is no SHA-256; expected: the SHA-256 of the bundle/],
    ["a digest that is too long", `9 ${digest}0 1`, /is no SHA-256/],
    ["a digest that is none", `9 ${digest.slice(1)}g 1`, /is no SHA-256/],
    ["a version with a path in it", `9 ${digest} ../../1`, /is no version; expected: what the bundle is called/],
    ["a version of 65 characters", `9 ${digest} ${"1".repeat(65)}`, /is no version/],
    ["something behind it", `9 ${digest} 1 now`, /nothing may follow here/],
    ["too little", `9 ${digest}`, /is not complete; expected: <version>/],
  ])("%s: refused, and nothing is received", (_, rest, said) => {
    const terminal = Terminal.loggedIn().type(`upgrade receive ${rest}\r`);
    expect(terminal.written.replaceAll("\r\n", " ")).toMatch(said);
    expect(terminal.card.firmware.bundles).toEqual([]);
    expect(terminal.screen.line).toBe(prompt);
  });

  it("64 MiB and a version of 64 characters are the most", () => {
    const terminal = Terminal.loggedIn().type(`upgrade receive 67108864 ${digest} ${"1".repeat(64)}\r`);
    expect(terminal.card.firmware.bundles).toMatchObject([{ octets: 67_108_864, version: "1".repeat(64) }]);
  });

  it("what the card says against it is printed, at the beginning and later", () => {
    const terminal = Terminal.loggedIn();
    terminal.card.firmware.refusal = "there is no room";
    terminal.type(`upgrade receive 9 ${digest} 1\r`);
    expect(told(terminal).slice(-1)).toEqual(["nothing was received: there is no room"]);
    terminal.card.firmware.refusal = undefined;
    terminal.type(`upgrade receive 9 ${digest} 1\r`);
    terminal.card.firmware.refusal = "the memory cannot be written";
    terminal.type(`${firmwareLine(firmwareOctets(9), 0)}\r`);
    expect(told(terminal).slice(-1)).toEqual(["not received: the memory cannot be written"]);
    expect(terminal.screen.line).toBe(prompt);
  });

  it("a line that cannot be used is asked for again, with where to go on", () => {
    const octets = firmwareOctets(9);
    const terminal = receiving(9).type(`${firmwareLine(octets, 0, 3)}\r`);
    const next = firmwareLine(octets, 3);
    for (const wrong of [
      firmwareLine(octets, 6),
      next.replace(/ [0-9a-f]{8} /, " 01234567 "),
      next.slice(1),
      "x".repeat(100_000),
    ]) {
      terminal.type(`${wrong}\r\n`);
    }
    expect(told(terminal)).toEqual(["at 3", "again 3", "again 3", "again 3", "again 3"]);
    expect(terminal.card.firmware.appended).toEqual([3]);
    terminal.type(`${next}\r`);
    expect(told(terminal).slice(-1)).toEqual(["received"]);
    expect(Uint8Array.from(terminal.card.firmware.here)).toEqual(octets);
  });

  it("garbage does nothing but that: no echo, no command, no key", () => {
    const terminal = receiving(9);
    for (let octet = 0; octet < 256; octet++) {
      if (octet !== 3) terminal.tell({ kind: "octets", octets: Uint8Array.of(octet, octet) });
    }
    terminal.type("\rrestart now\r\x1b[A\t?\x04\r");
    expect(new Set(told(terminal))).toEqual(new Set(["again 0"]));
    expect(terminal.card.done).toEqual([]);
    expect(terminal.session.user).toBe("admin");
    terminal.type(`${firmwareLine(firmwareOctets(9), 0)}\r`);
    expect(told(terminal).slice(-1)).toEqual(["received"]);
  });

  it("^C gives up wherever it comes, and what follows is a command", () => {
    const line = `${firmwareLine(firmwareOctets(3), 0)}\r`;
    for (let length = 0; length < line.length; length++) {
      const terminal = receiving(9).type(`${line.slice(0, length)}\x03sh ver\r`);
      expect(told(terminal)[0], `after ${length}`).toBe("not received: given up at 0");
      expect(terminal.shown, `after ${length}`).toContain("firmware          1.2.3");
      expect(terminal.card.firmware.appended).toEqual([]);
    }
  });

  it("after 60 s without the end of a line it is over, whatever octets come; each line, and each answer, begins them anew", () => {
    const terminal = receiving(9);
    expect(terminal.session.nextDeadline()).toBe(terminal.now + minute);
    terminal
      .pass(minute - 2)
      .type("\x04")
      .type("\r\x04")
      .pass(1);
    expect(told(terminal)).toEqual(["again 0"]);
    // What has no end is no sign of a sender.
    terminal.type("\x04").pass(minute - 2);
    expect(told(terminal)).toEqual(["again 0"]);
    terminal.pass(1);
    expect(told(terminal)).toEqual(["again 0", "not received: nothing came at 0"]);
    expect(terminal.screen.line).toBe(prompt);
    expect(terminal.session.user).toBe("admin");
    terminal.pass(15 * minute);
    expect(terminal.session.user).toBeUndefined();
  });

  it("notices are told amid it, on lines of their own; traces wait", () => {
    const terminal = Terminal.loggedIn().type("trace on isup\r").type(`upgrade receive 9 ${digest} 1\r`);
    terminal.clear();
    terminal.card.traced.add({ atMillis: 1, text: "from west", words: [] });
    terminal.tell({ kind: "notice", text: "this card has left: safe to pull" }).pass(second);
    expect(told(terminal)).toEqual(["% this card has left: safe to pull"]);
    terminal.type("\x03").pass(second);
    expect(terminal.shown).toContain("isup from west");
  });
});

describe("a card that is slow to write", () => {
  /** One that has taken the first of two lines, and writes it. */
  const writing = () => {
    const terminal = receiving(6);
    terminal.card.firmware.isSlow = true;
    return terminal.type(`${firmwareLine(firmwareOctets(6), 0, 3)}\r`);
  };

  it("hears nothing meanwhile, and is waited for without a limit but the idle time", () => {
    const terminal = writing().type(`${firmwareLine(firmwareOctets(6), 3)}\r`.repeat(3));
    terminal.pass(5 * minute);
    expect(told(terminal)).toEqual([]);
    terminal.card.firmware.settle();
    expect(told(terminal)).toEqual(["at 3"]);
    expect(terminal.card.firmware.appended).toEqual([3]);
    expect(terminal.session.nextDeadline()).toBe(terminal.now + minute);
    const never = writing();
    expect(never.session.nextDeadline()).toBe(never.now + 15 * minute);
    never.pass(15 * minute);
    expect(never.session.user).toBeUndefined();
    never.card.firmware.settle();
    expect(never.screen.line).toBe("login: ");
  });

  it("is not waited for after ^C, and its late answer is not taken for one to what came after", () => {
    const terminal = writing().type("\x03");
    expect(told(terminal)).toEqual(["not received: given up at 0"]);
    terminal.type(`upgrade receive 6 ${other} 1\r`).clear();
    terminal.type("\x03");
    expect(told(terminal)).toEqual(["nothing was received: given up"]);
    terminal.type(`upgrade receive 6 ${digest} 1\r`).clear();
    terminal.card.firmware.settle();
    expect(told(terminal)).toEqual(["at 3"]);
  });

  it("a late answer after ^C, or when the line has gone, does nothing", () => {
    const terminal = writing().type("\x03show ca");
    terminal.clear();
    terminal.card.firmware.settle();
    expect(terminal.written).toBe("");
    const gone = writing().tell({ kind: "closed" });
    expect(gone.session.nextDeadline()).toBeUndefined();
    gone.card.firmware.settle();
    gone.tell({ kind: "opened" }).type("admin\r").clear();
    gone.type(`upgrade receive 6 ${digest} 1\r`);
    gone.card.firmware.settle();
    expect(told(gone).slice(-1)).toEqual(["at 3"]);
  });
});

describe("upgrade cards and stop", () => {
  it.each([
    ["3", "give 3"],
    ["4,2", "give 4, 2"],
    ["2,3,2", "give 2, 3"],
    ["ALL", "give 1, 2, 3, 4"],
    ["1,4 now", "give 1, 4 at all costs"],
  ])("upgrade cards %s: the card is told, and its sentence is printed", (slots, done) => {
    const terminal = Terminal.loggedIn().type(`upgrade cards ${slots}\r`);
    expect(terminal.card.firmware.done).toEqual([done]);
    expect(terminal.shown).toContain("upgraded one after the other");
    expect(terminal.logs.at(-1)?.text).toBe(`console on ttyS0: admin: upgrade cards ${slots}`);
    terminal.type("upgrade stop\r");
    expect(terminal.card.firmware.done).toEqual([done, "stop"]);
  });

  it.each(["9", "2,9", "2,", ",", "2-3", "all,2", "02", "2.0"])("upgrade cards %s: there is no such slot", (slots) => {
    const terminal = Terminal.loggedIn().type(`upgrade cards ${slots}\r`);
    expect(terminal.written).toContain("no slot of this rack; expected: slots of the rack, such as 3 or 2,3, or all");
    expect(terminal.card.firmware.done).toEqual([]);
  });

  it("an operator may look on only", () => {
    const terminal = new Terminal({ users, guard: new LoginGuard() }).logIn("guest", "welcome");
    for (const command of [`receive 9 ${digest} 1`, "cards all", "stop"]) {
      terminal.clear();
      terminal.screen.width = 200;
      terminal.type(`upgrade ${command}\r`);
      expect(terminal.shown).toContain(`"upgrade ${command}" is for administrators only`);
    }
    terminal.type("show upgrade\r");
    expect(terminal.shown).toContain("there are no cards");
    const { bundles, done } = terminal.card.firmware;
    expect([...bundles, ...done]).toEqual([]);
  });

  it("help and completion know them", () => {
    const terminal = Terminal.loggedIn().type("up\tc\ta\t");
    expect(terminal.screen.line).toBe("upgrade cards all ");
    terminal.type("\x15upgrade receive ?");
    expect(terminal.shown).toMatch(/<octets> +octets of the bundle/);
    terminal.type("\x15u?");
    expect(terminal.shown).toMatch(/upgrade +other firmware for this card and the others/);
  });

  it("another card is told over the bus, but takes nothing over this line", () => {
    const terminal = Terminal.loggedIn().type("connect 2\r").type(`upgrade receive 9 ${digest} 1\r`);
    expect(terminal.asked).toMatchObject([{ slot: 2, request: `administrator: upgrade receive 9 ${digest} 1` }]);
    expect(terminal.card.firmware.bundles).toEqual([]);
    const card = new ExampleCard();
    const context = { view: card.view(2), actions: card.actions, nowMillis: 0 };
    const answer = (command: string, role: "operator" | "administrator" = "administrator") =>
      [...answerConsole(encodeRequest({ role, command }), context)].map(textOfOctets).join("");
    expect(answer(`upgrade receive 9 ${digest} 1`)).toMatch(/works at the card's own console only/);
    expect(answer("upgrade cards 3")).toContain("upgraded one after the other");
    expect(answer("upgrade stop")).toContain("no further card is upgraded");
    expect(answer("upgrade cards 2", "operator")).toContain("is for administrators only");
    expect(card.firmware.done).toEqual(["give 3", "stop"]);
    expect(card.firmware.bundles).toEqual([]);
  });
});

describe("show", () => {
  const settled: UpgradeStatus = {
    ...{ state: "settled", failure: "none", running: "1.2.2", isTrial: false, bundle: undefined, held: 0 },
  };
  const bundle = { version: "1.2.3", octets: 3000, digest: octetsOfText("x".repeat(32)) };
  const cards: readonly CardFirmware[] = [
    { slot: 1, status: settled, order: "waits" },
    { slot: 2, status: { ...settled, state: "fetching", bundle, held: 2999 }, order: "under way" },
    {
      slot: 3,
      status: { ...settled, state: "trial", running: "1.2.3", isTrial: true, bundle, held: 3000 },
      order: undefined,
    },
    { slot: 4, status: undefined, order: "failed: silent" },
  ];
  const shown = (command: string, firmware = cards) => {
    const terminal = Terminal.loggedIn();
    terminal.card.firmware.cards = firmware;
    terminal.screen.width = Number.POSITIVE_INFINITY;
    terminal.type(`${command}\r`);
    return terminal.screen.lines.slice(1, -1);
  };

  it("upgrade: a row a slot, with what it runs, holds and is to run", () => {
    expect(shown("show upgrade")).toEqual([
      "slot  kind         runs          trial  state        holds         percent  failure  order",
      "1     lim          1.2.2         -      settled      -             -        -        waits",
      "2     call-server  1.2.2         -      fetching     1.2.3         99       -        under way",
      "3     call-server  1.2.3         yes    trial        1.2.3         100      -        -",
      "4     transporter  -             -      -            -             -        -        failed: silent",
    ]);
    const failed: CardFirmware = { slot: 1, status: { ...settled, failure: "no-room" }, order: "failed: no-room" };
    expect(shown("show upgrade", [failed])[1]).toMatch(/settled +- +- +no-room +failed: no-room$/);
  });

  it("upgrade json: the same for programs; what is not known is left out", () => {
    const [line] = shown("show upgrade json");
    expect(JSON.parse(line)).toEqual({
      ...{ show: "upgrade", slot: 3 },
      rows: [
        { slot: 1, kind: "lim", runs: "1.2.2", state: "settled", order: "waits" },
        {
          slot: 2,
          kind: "call-server",
          runs: "1.2.2",
          state: "fetching",
          holds: "1.2.3",
          percent: 99,
          order: "under way",
        },
        { slot: 3, kind: "call-server", runs: "1.2.3", trial: true, state: "trial", holds: "1.2.3", percent: 100 },
        { slot: 4, kind: "transporter", order: "failed: silent" },
      ],
    });
  });

  it("what another card says of itself does no harm", () => {
    const status = { ...settled, running: "1\x1b[31m\r\n", bundle: { ...bundle, octets: 0 }, held: 9 };
    const lines = shown("show upgrade", [{ slot: 2, status, order: undefined }]);
    expect(lines[1]).toMatch(/^2 +call-server +1\?\[31m\?\? +- +settled +1\.2\.3 +- +- +-$/);
  });

  it("cards: the version of each in the last column", () => {
    const rows = shown("show cards").map((line) => line.split(/ +/));
    expect(rows.map((row) => row.at(-1))).toEqual(["version", "1.2.2", "1.2.2", "1.2.3", "-"]);
    expect(JSON.parse(shown("show cards json")[0]).rows[1]).toMatchObject({ slot: 2, version: "1.2.2" });
  });
});
