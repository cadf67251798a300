import { execFileSync, spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { encodeMessage } from "../../../firmware/isup/codec.ts";
import { toHex } from "../../../firmware/isup/format-codec.ts";
import { encode } from "../../../firmware/m3ua/codec.ts";
import { encodeMsu } from "../../../firmware/mtp3/message-signal-unit.ts";
import { sampleMessages } from "../../firmware/isup/sample-messages.ts";
import { samples } from "../../firmware/m3ua/samples.ts";
import { errorSentence, linesOf, run } from "./run.ts";

/** REL: cause indicators at the first pointer, no optional part. */
const release = "0c 02 00 02 84 91";
/** SIO: national, ISUP; DPC 258, OPC 772, SLS 3; CIC 5. */
const unit = `85 02 01 c1 30 05 00 ${release}`;

describe("isup", () => {
  test("a tree to read, from octets with or without blanks or colons, in one word or many", async () => {
    const tree = [
      "type: REL",
      "parameters:",
      "  causeIndicators:",
      "    codingStandard: itu-t",
      "    location: public-network-remote",
      "    cause: 17 (user busy)",
      "",
    ].join("\n");
    const forms = [[release], release.split(" "), [release.replaceAll(" ", "")], [release.replaceAll(" ", ":")]];
    for (const words of forms) {
      expect(await run(["isup", ...words])).toEqual({ exitCode: 0, output: tree, errors: "" });
    }
    expect(await run(["isup", "-"], { input: "0C020002\n8491\n" })).toEqual({ exitCode: 0, output: tree, errors: "" });
  });

  test("digits stay strings, and octets are hexadecimal", async () => {
    const initialAddress = sampleMessages.find(({ type }) => type === "IAM");
    if (initialAddress === undefined) throw new Error("no sample");
    const [tree] = linesOf(await run(["isup", "--json", toHex(encodeMessage(initialAddress))]));
    expect(tree).toMatchObject({
      type: "IAM",
      parameters: {
        calledPartyNumber: { digits: "41441234567" },
        accessTransport: { informationElements: "7d029181" },
      },
    });
  });

  test.each(sampleMessages.map((message) => [message.type, message] as const))("%s, whole", async (type, message) => {
    const text = await run(["isup", toHex(encodeMessage(message))]);
    expect(text).toMatchObject({ exitCode: 0, errors: "" });
    expect(text.output.split("\n")[0]).toBe(`type: ${type}`);
    expect(text.output).not.toContain("[object");
  });

  test("the error is one sentence with kind, offset and parameter", async () => {
    expect(await run(["isup", "0c 02 00 05 84"])).toEqual({
      exitCode: 1,
      output: "",
      errors: "isup: truncated at offset 3, in causeIndicators.\n",
    });
  });
});

describe("mtp3", () => {
  test("service information, label, CIC and the message inside", async () => {
    const { exitCode, output } = await run(["mtp3", unit]);
    expect(exitCode).toBe(0);
    expect(output.split("\n")).toEqual([
      "serviceIndicator: 5 (ISUP)",
      "networkIndicator: 2 (national)",
      "messagePriority: 0",
      "dpc: 258 (0-32-2)",
      "opc: 772 (0-96-4)",
      "sls: 3",
      "cic: 5",
      "isup:",
      "  type: REL",
      "  parameters:",
      "    causeIndicators:",
      "      codingStandard: itu-t",
      "      location: public-network-remote",
      "      cause: 17 (user busy)",
      "",
    ]);
  });

  test("a message that cannot be read leaves the label readable; the offset counts from the service information", async () => {
    const { exitCode, output, errors } = await run(["mtp3", "--json", "85 02 01 c1 30 05 00 0c 02 00 05 84"]);
    expect({ exitCode, errors }).toEqual({
      exitCode: 1,
      errors: "isup: truncated at offset 10, in causeIndicators.\n",
    });
    expect(JSON.parse(output)).toMatchObject({ cic: 5, isup: "0c02000584" });
  });

  test("other users' data as octets", async () => {
    const { output } = await run(["mtp3", "--json", "80 02 01 c1 30 14 22"]);
    expect(JSON.parse(output)).toMatchObject({ serviceIndicator: "0 (SNM)", userData: "1422" });
  });
});

describe("m3ua", () => {
  test.each(samples.map(({ message, octets }) => [message.name, octets] as const))("%s", async (name, octets) => {
    const text = await run(["m3ua", toHex(Uint8Array.from(octets))]);
    expect(text.exitCode).toBe(0);
    expect(text.output.split("\n")[0]).toBe(`message: ${name}`);
    expect(text.output).not.toContain("[object");
  });

  test("DATA shows the message inside", async () => {
    const protocolData = {
      ...{ dpc: 258, opc: 772, sls: 3, serviceIndicator: 5, networkIndicator: 2, messagePriority: 0 },
      userData: Uint8Array.of(5, 0, 0x0c, 2, 0, 2, 0x84, 0x91),
    };
    const octets = encode({ name: "DATA", routingContext: [100], protocolData });
    const { output } = await run(["m3ua", "--json", toHex(octets)]);
    expect(JSON.parse(output)).toMatchObject({
      message: "DATA",
      routingContext: [100],
      protocolData: { dpc: "258 (0-32-2)", cic: 5, isup: { type: "REL" } },
    });
    const broken = octets.slice();
    broken[octets.length - 4] = 9;
    const { exitCode, errors } = await run(["m3ua", toHex(broken)]);
    // The pointer to the optional part leads out of the message.
    expect({ exitCode, errors }).toEqual({
      exitCode: 1,
      errors: `isup: bad-pointer at offset ${octets.length - 4}.\n`,
    });
  });

  test("numbers that have a name, with it", async () => {
    const json = async (message: Parameters<typeof encode>[0]) =>
      JSON.parse((await run(["m3ua", "--json", toHex(encode(message))])).output) as unknown;
    expect(
      await json({ name: "NTFY", status: { type: 1, information: 3 }, infoString: Uint8Array.of(0x68, 0x69) }),
    ).toEqual({ message: "NTFY", status: "as-active", infoString: "hi" });
    expect(await json({ name: "ERR", errorCode: 7 })).toEqual({ message: "ERR", errorCode: "7 (protocol-error)" });
    expect(
      await json({
        name: "DUPU",
        affectedPointCode: [{ mask: 0, pointCode: 4237 }],
        userCause: { cause: 1, user: 5 },
      }),
    ).toEqual({
      message: "DUPU",
      affectedPointCode: ["4237 (2-17-5)"],
      userCause: { cause: "1 (unequipped)", user: "5 (ISUP)" },
    });
  });
});

describe("whatever octets", () => {
  const wholes: readonly (readonly [subject: string, octets: Uint8Array])[] = [
    ...sampleMessages.map((message) => ["isup", encodeMessage(message)] as const),
    ...samples.map(({ octets }) => ["m3ua", Uint8Array.from(octets)] as const),
    [
      "mtp3",
      encodeMsu({
        ...{ dpc: 1, opc: 2, sls: 3, serviceIndicator: 5, networkIndicator: 2, messagePriority: 0 },
        userData: Uint8Array.of(5, 0, ...encodeMessage(sampleMessages[0])),
      }),
    ],
  ];

  test("every truncation is a sentence or still a message, never a stack", async () => {
    let refused = 0;
    for (const [subject, octets] of wholes) {
      for (let length = 0; length < octets.length; length++) {
        const { exitCode, errors } = await run([subject, toHex(octets.subarray(0, length))]);
        expect([0, 1], `${subject} ${length}`).toContain(exitCode);
        if (exitCode === 0) expect(errors).toBe("");
        else expect(errors).toMatch(errorSentence);
        refused += exitCode;
      }
    }
    expect(refused).toBeGreaterThan(1000);
  });

  test("nothing at all is truncated", async () => {
    for (const subject of ["isup", "mtp3", "m3ua", "mgcp"]) {
      expect(await run([subject, ""])).toMatchObject({
        exitCode: 1,
        output: "",
        errors: expect.stringMatching(errorSentence),
      });
    }
  });
});

describe("usage", () => {
  test.each([
    [["isup", "0cz0"], 'decode isup: Not hexadecimal: character 3 is "z".'],
    [["mtp3", "0c0"], "decode mtp3: Half an octet: there are 3 hexadecimal digits."],
    [["record", "0011"], "decode record: Say the class of the record with --class, or give frames such as 2A4#0011."],
    [["record", "--class", "commit", "2A4#00"], "decode record: Frames say their class themselves."],
    [["record", "--class", "sheep", "00"], "argument 'sheep' is invalid"],
    [["record", "2A4#0x"], 'Not a frame: "2A4#0x".'],
    [["record", "800#00"], "identifiers of the backplane have 11 bits"],
    [["mgcp", "\u20ac"], "one octet a character"],
    [["isup"], "missing required argument"],
    [["isup", "00", "--yaml"], "unknown option '--yaml'"],
    [["sheep"], "unknown command 'sheep'"],
    [[], "Usage: decode"],
  ])("%j is wrong", async (words, sentence) => {
    const { exitCode, output, errors } = await run(words);
    expect({ exitCode, output }).toEqual({ exitCode: 2, output: "" });
    expect(errors).toContain(sentence);
  });

  test.each([[[]], [["isup"]], [["mtp3"]], [["m3ua"]], [["mgcp"]], [["record"]]])("%j --help", async (words) => {
    const { exitCode, output, errors } = await run([...words, "--help"]);
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: "" });
    expect(output).toContain(`Usage: ${["decode", ...words].join(" ")}`);
  });
});

describe("the command", () => {
  const command = ["run", "-s", "decode", "--"];

  test("prints the tree, reads the standard input, and says what is wrong by its exit code", () => {
    expect(execFileSync("npm", [...command, "isup", release], { encoding: "utf8", stdio: "pipe" })).toContain(
      "type: REL",
    );
    const { status, stdout, stderr } = spawnSync("npm", [...command, "mtp3", "--json", "-"], {
      encoding: "utf8",
      input: "85 02 01",
    });
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain("mtp3: truncated at offset 3, in routingLabel.");
  });
});
