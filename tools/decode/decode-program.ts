/** The decode tool: octets or text of a protocol in, a tree to read or JSON out. */
import { Command, CommanderError, Option } from "commander";
import { recordClassNames } from "../../firmware/backplane/frame-identifier.ts";
import type { Tree } from "../../firmware/isup/message-tree.ts";
import { octetsFromText, textFromOctets } from "../../firmware/mgcp/latin1.ts";
import { framesFrom, isCandump, recordsFrom } from "./candump.ts";
import { octetsFromHex } from "./hexadecimal.ts";
import { isupTree } from "./isup-tree.ts";
import { m3uaTree } from "./m3ua-tree.ts";
import { mgcpTrees } from "./mgcp-tree.ts";
import { mtp3Tree } from "./mtp3-tree.ts";
import { type RecordClassName, recordTree } from "./record-tree.ts";
import { type Defect, type Report, reportInto, sentence } from "./report.ts";
import { treeText } from "./tree-text.ts";

/** What the program has of the world. */
export interface Surroundings {
  readInput(): Promise<Uint8Array>;
  /** Undefined: there is no such file. */
  readFile(path: string): Promise<Uint8Array | undefined>;
  write(text: string): void;
  writeError(text: string): void;
}

export const exitCodes = { decoded: 0, defective: 1, usage: 2 } as const;

/** What came out: the trees of what could be read, and what could not. */
interface Decoded {
  readonly trees: readonly Tree[];
  readonly defects: readonly Defect[];
}

interface Options {
  readonly json: boolean;
  readonly class?: RecordClassName;
}

/** How text becomes trees; a string is a sentence about wrong usage. */
type Decoder = (text: string, options: Options) => Decoded | string;

interface Subject {
  readonly name: string;
  readonly argument: string;
  readonly summary: string;
  readonly options: readonly Option[];
  /** Whether the argument may also be the name of a file. */
  readonly takesFile: boolean;
  readonly decode: Decoder;
}

const jsonOption = new Option("--json", "one line of JSON for each message instead of a tree").default(false);
const classOption = new Option("--class <class>", "class of a record given as octets").choices(recordClassNames);

const subjects: readonly Subject[] = [
  octetSubject("isup", "an ISUP message, from the message type octet on (Q.763)", isupTree),
  octetSubject("mtp3", "a message signal unit, from the service information octet on (Q.704)", mtp3Tree),
  octetSubject("m3ua", "an M3UA message, from the common header on (RFC 4666)", m3uaTree),
  {
    name: "mgcp",
    argument: "<text...>",
    summary: "an MGCP datagram: text, hexadecimal, or the name of a file (RFC 3435)",
    options: [jsonOption],
    takesFile: true,
    decode: decodeMgcp,
  },
  {
    name: "record",
    argument: "<frames...>",
    summary: "records of the backplane: frames as candump writes them, or octets and their class",
    options: [jsonOption, classOption],
    takesFile: false,
    decode: decodeRecords,
  },
];

/** Runs the program. Never throws on whatever arguments and input; gives the exit code. */
export async function runDecode(words: readonly string[], surroundings: Surroundings): Promise<number> {
  let exitCode: number = exitCodes.decoded;
  const program = new Command("decode")
    .description("Shows what octets say. `-` in place of them reads the standard input.")
    .exitOverride()
    .configureOutput({ writeOut: surroundings.write, writeErr: surroundings.writeError });
  for (const subject of subjects) {
    const command = program
      .command(subject.name)
      .summary(subject.summary)
      .description(`Decodes ${subject.summary}. \`-\` reads the standard input.`)
      .argument(subject.argument);
    for (const option of subject.options) command.addOption(option);
    command.action(async (given: readonly string[], options: Options) => {
      const decoded = subject.decode(await inputText(given, subject, surroundings), options);
      if (typeof decoded === "string") command.error(`decode ${subject.name}: ${decoded}`);
      else exitCode = show(decoded, options, surroundings);
    });
  }
  try {
    await program.parseAsync(words, { from: "user" });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? exitCodes.decoded : exitCodes.usage;
  }
}

/** One octet a character, wherever the octets come from. */
async function inputText(words: readonly string[], { takesFile }: Subject, world: Surroundings): Promise<string> {
  if (words.length !== 1) return words.join(" ");
  const [word] = words;
  if (word === "-") return textFromOctets(await world.readInput());
  const file = takesFile ? await world.readFile(word) : undefined;
  return file === undefined ? word : textFromOctets(file);
}

function show({ trees, defects }: Decoded, { json }: Options, { write, writeError }: Surroundings): number {
  const texts = trees.map((tree) => (json ? `${JSON.stringify(tree)}\n` : treeText(tree)));
  write(texts.join(json ? "" : "\n"));
  for (const defect of defects) writeError(`${sentence(defect)}\n`);
  return defects.length > 0 ? exitCodes.defective : exitCodes.decoded;
}

// -------------------------------------------------------------------------------------------------------------- subjects

function octetSubject(
  name: string,
  summary: string,
  treeOf: (octets: Uint8Array, report: Report) => Tree | undefined,
): Subject {
  const decode: Decoder = (text) => {
    const octets = octetsFromHex(text);
    return octets.ok ? decodeOctets(octets.value, treeOf) : octets.error;
  };
  return { name, argument: "<hex...>", summary, options: [jsonOption], takesFile: false, decode };
}

function decodeOctets(octets: Uint8Array, treeOf: (octets: Uint8Array, report: Report) => Tree | undefined): Decoded {
  const defects: Defect[] = [];
  const tree = treeOf(octets, reportInto(defects, octets));
  return { trees: tree === undefined ? [] : [tree], defects };
}

function decodeMgcp(text: string): Decoded | string {
  // A datagram begins with a verb or a response code and a blank; hexadecimal digits may stand in it, but not at first.
  const isText = /^\s*([A-Za-z]{4}|\d{3})[ \t]/.test(text);
  const hex = isText ? undefined : octetsFromHex(text);
  if ([...text].some((character) => character > "\xff")) return "A datagram is text of one octet a character.";
  const octets = hex?.ok ? hex.value : octetsFromText(text);
  const defects: Defect[] = [];
  return { trees: mgcpTrees(octets, reportInto(defects, octets)), defects };
}

function decodeRecords(text: string, { class: name }: Options): Decoded | string {
  if (isCandump(text)) return name === undefined ? decodeFrames(text) : "Frames say their class themselves.";
  if (name === undefined) return "Say the class of the record with --class, or give frames such as 2A4#0011.";
  const octets = octetsFromHex(text);
  return octets.ok ? decodeOctets(octets.value, (record, report) => recordTree(name, record, report)) : octets.error;
}

function decodeFrames(text: string): Decoded | string {
  const frames = framesFrom(text);
  if (!frames.ok) return frames.error;
  const trees: Tree[] = [];
  const defects: Defect[] = [];
  for (const { name, slot, frame, whole } of recordsFrom(frames.value)) {
    if (whole === undefined) {
      defects.push({ subject: `${name} of slot ${slot}`, kind: "missing", offset: frame.offset, parameter: "frames" });
      continue;
    }
    const { record, sequence } = whole;
    const tree = recordTree(name, record, reportInto(defects, record));
    if (tree !== undefined) trees.push({ slot, ...(sequence !== undefined && { recordSequence: sequence }), ...tree });
  }
  return { trees, defects };
}
