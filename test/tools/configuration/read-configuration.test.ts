import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseConfiguration, readConfiguration, UserError } from "../../../tools/configuration/read-configuration.ts";

const demonstration = new URL("../../../boards/simulated/rack.yaml", import.meta.url).pathname;

const rack = `# A comment on line 1.
pointCode: 1-1-1

cards:
  - { slot: 1, kind: lim }
  - { slot: 2, kind: call-server, group: 1 }
  - { slot: 3, kind: call-server, group: 1 }
  - { slot: 4, kind: transporter }

exchanges:
  - name: west
    pointCode: 1-1-2
    associations: [{ lim: 1, address: 127.0.0.1, port: 2905 }]
  - name: east
    pointCode: 1-1-3
    associations:
      - lim: 1
        address: 127.0.0.1
        port: 2906

gateways:
  - { name: gw1, address: 127.0.0.1, callAgents: [{ transporter: 4, address: 127.0.0.1 }] }

trunkGroups:
  - name: west
    exchange: west
    firstCic: 1
    lastCic: 31
    gateway: gw1
    media: { address: 127.0.0.1, gatewayPort: 20000, exchangePort: 22000 }
  - name: east
    exchange: east
    firstCic: 1
    lastCic: 31
    gateway: gw1
    media: { address: 127.0.0.1, gatewayPort: 24000, exchangePort: 26000 }

routes:
  - { prefix: "1", trunkGroups: [west] }
`;

/** The one sentence that a text gets. */
function complaint(text: string): string {
  try {
    parseConfiguration(text, "rack.yaml");
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  return "accepted";
}

function changed(found: string, instead: string): string {
  if (!rack.includes(found)) throw new Error(`the example does not say ${found}`);
  return rack.replace(found, instead);
}

test("the example and the demonstration are accepted", () => {
  expect(complaint(rack)).toBe("accepted");
  const { configuration, text } = readConfiguration(demonstration);
  expect(text).toBe(readFileSync(demonstration, "utf8"));
  expect(configuration.pointCode).toBe(2057);
});

const topKeys =
  "name, pointCode, networkIndicator, bus, heartbeat, cards, exchanges, gateways, trunkGroups, routes, timersMillis, metrics, console";
const trunkGroupKeys = "name, exchange, group, firstCic, lastCic, direction, selection, gateway, media";
const pointCodes = "a point code: 1 to 16383, or in the form 3-8-3, such as 2-17-5";
const digits = 'digits in quotes, such as "4930": 0-9 (a-f for codes 10 to 15), at most 24 of them';
const oneName = "a name: a-z, 0-9 and -, a letter first, at most 32";

describe("a mistake is one sentence with line, path, what was found and what is allowed", () => {
  const mistakes: readonly [name: string, found: string, instead: string, sentence: string][] = [
    [
      "unknown key",
      "    gateway: gw1",
      "    colour: red\n    gateway: gw1",
      `29: trunkGroups[0].colour: is not known; allowed: ${trunkGroupKeys}`,
    ],
    [
      "misspelt key",
      "    firstCic: 1",
      "    firstCIC: 1",
      `27: trunkGroups[0].firstCIC: is not known; allowed: ${trunkGroupKeys}`,
    ],
    ["unknown section", "routes:", "colours:\n  - red\nroutes:", `38: colours: is not known; allowed: ${topKeys}`],
    [
      "key of another kind of card",
      "kind: lim",
      "kind: lim, group: 1",
      "5: cards[0].group: is not known; allowed: slot, kind, board",
    ],
    [
      "text for a number",
      "lastCic: 31",
      "lastCic: many",
      '28: trunkGroups[0].lastCic: found "many"; allowed: a whole number from 0 to 4095',
    ],
    [
      "a fraction",
      "lastCic: 31",
      "lastCic: 3.1",
      "28: trunkGroups[0].lastCic: found 3.1; allowed: a whole number from 0 to 4095",
    ],
    [
      "out of range",
      "lastCic: 31",
      "lastCic: 5000",
      "28: trunkGroups[0].lastCic: found 5000; allowed: a whole number from 0 to 4095",
    ],
    [
      "below the range",
      "port: 2906",
      "port: 0",
      "19: exchanges[1].associations[0].port: found 0; allowed: a whole number from 1 to 65535",
    ],
    ["missing section", "pointCode: 1-1-1", "name: n", `2: pointCode: found nothing; allowed: ${pointCodes}`],
    [
      "missing key",
      "      - lim: 1\n        address",
      "      - address",
      "17: exchanges[1].associations[0].lim: found nothing; allowed: a whole number from 0 to 63",
    ],
    [
      "section without content",
      '  - { prefix: "1", trunkGroups: [west] }\n',
      "",
      "38: routes: found nothing; allowed: a list of 1 to 100000 routes",
    ],
    [
      "empty list",
      "trunkGroups: [west]",
      "trunkGroups: []",
      "39: routes[0].trunkGroups: found a list of 0; allowed: a list of 1 to 255 names of trunk groups",
    ],
    [
      "a value for a section",
      "routes:",
      "bus: fd\nroutes:",
      '38: bus: found "fd"; allowed: a section with frames, bitRate, dataBitRate, paced',
    ],
    [
      "a section for a value",
      "gateway: gw1",
      "gateway: { name: gw1 }",
      `29: trunkGroups[0].gateway: found a section; allowed: ${oneName}`,
    ],
    ["bad point code", "1-1-2", "9-1-2", `12: exchanges[0].pointCode: found "9-1-2"; allowed: ${pointCodes}`],
    ["point code too large", "1-1-2", "16384", `12: exchanges[0].pointCode: found 16384; allowed: ${pointCodes}`],
    ["point code zero", "1-1-2", "0-0-0", `12: exchanges[0].pointCode: found "0-0-0"; allowed: ${pointCodes}`],
    [
      "host name",
      "address: 127.0.0.1, port",
      "address: localhost, port",
      '13: exchanges[0].associations[0].address: found "localhost"; allowed: an IPv4 or IPv6 address, such as 127.0.0.1',
    ],
    [
      "unknown word",
      "lim: 1, address",
      "role: server, lim: 1, address",
      '13: exchanges[0].associations[0].role: found "server"; allowed: ipsp-server, ipsp-client or asp',
    ],
    [
      "unknown kind of card",
      "kind: lim",
      "kind: limm",
      '5: cards[0].kind: found "limm"; allowed: lim, call-server or transporter',
    ],
    [
      "card without kind",
      ", kind: lim",
      "",
      "5: cards[0].kind: found nothing; allowed: lim, call-server or transporter",
    ],
    [
      "card without keys",
      "{ slot: 1, kind: lim }",
      "lim",
      '5: cards[0]: found "lim"; allowed: a section with slot, kind',
    ],
    ["digits without quotes", 'prefix: "1"', "prefix: 1", `39: routes[0].prefix: found 1; allowed: ${digits}`],
    ["digits with a plus", 'prefix: "1"', 'prefix: "+1"', `39: routes[0].prefix: found "+1"; allowed: ${digits}`],
    ["a capital", "name: west", "name: West", `11: exchanges[0].name: found "West"; allowed: ${oneName}`],
    [
      "neither true nor false",
      "routes:",
      "bus:\n  paced: maybe\nroutes:",
      '39: bus.paced: found "maybe"; allowed: true or false',
    ],
    [
      "too few cards",
      "  - { slot: 4, kind: transporter }\n",
      "",
      "4: cards: found a list of 3; allowed: a list of 4 to 64 cards",
    ],
    [
      "unknown exchange",
      "    exchange: west",
      "    exchange: north",
      "26: trunkGroups[0].exchange: found north; allowed: the name of an exchange: west, east",
    ],
    [
      "unknown trunk group",
      "[west]",
      "[west, north]",
      "39: routes[0].trunkGroups[1]: found north; allowed: the name of a trunk group: west, east",
    ],
    [
      "overlapping CICs",
      "exchange: east",
      "exchange: west",
      "33: trunkGroups[1].firstCic: found CICs 1 to 31, which overlap 1 to 31 of trunk group west; a CIC is in one group",
    ],
    [
      "a slot taken twice",
      "slot: 3",
      "slot: 2",
      "7: cards[2].slot: is the same as that of cards[1]; each may occur once",
    ],
    [
      "a key twice",
      "    firstCic: 1",
      "    firstCic: 1\n    firstCic: 2",
      "28: firstCic: is in this section already; each key may occur once",
    ],
    [
      "a tab",
      "  - name: west\n    exchange",
      "\t- name: west\n    exchange",
      "25: is not YAML: Tabs are not allowed as indentation",
    ],
    [
      "a bracket left open",
      "[west] }",
      "[west }",
      "39: is not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]",
    ],
  ];
  test.each(mistakes)("%s", (_name, found, instead, sentence) => {
    expect(complaint(changed(found, instead))).toBe(`rack.yaml, line ${sentence}`);
  });

  test("in a file with the line ends of another system", () => {
    const text = changed("lastCic: 31", "lastCic: 5000").replaceAll("\n", "\r\n");
    expect(complaint(text)).toContain("rack.yaml, line 28: trunkGroups[0].lastCic: found 5000;");
  });

  test("in a section that an alias repeats: where it is written", () => {
    const text = changed("associations: [{", "associations: &a [{").replace(
      /associations:\n( {6}.*\n)+/,
      "associations: *a\n",
    );
    expect(complaint(text)).toMatch(/^rack\.yaml, line 13: exchanges\[1\]\.associations\[0\]\.port: found 2905, /);
  });

  test("an unknown timer", () => {
    const sentence = complaint(`${rack}\ntimersMillis:\n  T7: 100\n  T77: 100\n`);
    expect(sentence).toMatch(/^rack\.yaml, line 43: timersMillis\.T77: is not known; allowed: T1, T2, .*, T39$/);
  });

  test("a long text is shown by its beginning", () => {
    const sentence = complaint(changed("name: west", `name: ${"w".repeat(500)}`));
    expect(sentence).toContain(`found "${"w".repeat(56)}...;`);
  });
});

describe("what is no configuration at all", () => {
  test.each([
    ["nothing", "", "is empty; a configuration begins with pointCode, cards, exchanges"],
    ["a comment", "# later\n", "is empty; a configuration begins with pointCode, cards, exchanges"],
  ])("%s", (_name, text, sentence) => {
    expect(complaint(text)).toBe(`rack.yaml: ${sentence}`);
  });

  test.each([
    ["a list", "- a\n- b\n", `1: the file: found a list of 2; allowed: a section with ${topKeys}`],
    ["a word", "hello\n", `1: the file: found "hello"; allowed: a section with ${topKeys}`],
    ["a second document", `${rack}---\n${rack}`, "40: begins a second document; a configuration is one"],
  ])("%s", (_name, text, sentence) => {
    expect(complaint(text)).toBe(`rack.yaml, line ${sentence}`);
  });

  test("an alias of nothing, and aliases that would fill the memory", () => {
    expect(complaint(changed("exchange: west", "exchange: *west"))).toMatch(
      /^rack\.yaml: is not YAML: Unresolved alias/,
    );
    const level = (name: string, of: string) => `${name}: &${name} [${Array(9).fill(of).join(", ")}]\n`;
    const bomb = level("a", "x") + level("b", "*a") + level("c", "*b") + level("d", "*c") + level("e", "*d");
    expect(complaint(bomb)).toMatch(/^rack\.yaml: is not YAML: Excessive alias count/);
  });

  test("whatever is cut off, left out or doubled: one sentence, no other failure", () => {
    const lines = rack.split("\n");
    const texts = lines.flatMap((line, index) => [
      lines.toSpliced(index, 1).join("\n"),
      lines.toSpliced(index, 0, line).join("\n"),
      lines.slice(0, index).join("\n"),
      lines.with(index, line.replace(":", "")).join("\n"),
      lines.with(index, `${line} : {`).join("\n"),
    ]);
    for (let length = 0; length < rack.length; length += 7) texts.push(rack.slice(0, length));
    for (const text of texts) expect(complaint(text)).toMatch(/^(accepted$|rack\.yaml[:,] [^\n]+$)/);
  });
});

describe("a file that cannot be read", () => {
  const folder = mkdtempSync(join(tmpdir(), "read-configuration-"));
  const read = (name: string) => () => readConfiguration(join(folder, name));

  test("is not there", () => {
    expect(read("none.yaml")).toThrow(new UserError(`${folder}/none.yaml: there is no such file`));
  });

  test("is a folder", () => {
    expect(read(".")).toThrow(new UserError(`${folder}: is a folder; a configuration is one file`));
  });

  test("is not text", () => {
    writeFileSync(
      join(folder, "octets.yaml"),
      Uint8Array.from({ length: 256 }, (_, octet) => octet),
    );
    expect(read("octets.yaml")).toThrow(UserError);
    rmSync(folder, { recursive: true });
  });
});
