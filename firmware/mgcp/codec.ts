/**
 * MGCP messages in datagrams (RFC 3435 3.1 to 3.3, 3.5.5 and appendix A).
 *
 * A datagram carries one message or several with a line holding a single dot between them. Each is judged on its own:
 * one that is wrong does not take the others with it. Lines may end with CRLF or LF; we write CRLF.
 */
import { assert, type DecodeErrorKind, fail, ok, type Result } from "../result.ts";
import { parseEndpointName, formatEndpointName } from "./endpoint-name.ts";
import { octetsFromText, textFromOctets } from "./latin1.ts";
import {
  type Command,
  type ExtensionParameter,
  type Message,
  type MessageError,
  type Response,
  response,
} from "./message.ts";
import {
  type ParameterName,
  type Parameters,
  type ParameterRow,
  parameterByCode,
  parameterNames,
  parameters,
} from "./parameters.ts";
import { responseCodes } from "./response-codes.ts";
import { parseTransactionId } from "./value-forms.ts";
import { parseVerb, verbs } from "./verbs.ts";

/** What a datagram may hold when the peer's MaxMGCPDatagram (MD) does not say otherwise (3.5.4). */
export const datagramOctetsMax = 4000;

const lineEnd = "\r\n";
const messageSeparator = ".";
const sessionsMax = { command: 1, response: 2 } as const;

/** Every message of a datagram, in order; offsets are characters from the start of the datagram. */
export function decodeDatagram(octets: Uint8Array): readonly Result<Message, MessageError>[] {
  const messages: Line[][] = [[]];
  for (const line of splitLines(textFromOctets(octets))) {
    if (line.text === messageSeparator) messages.push([]);
    else messages[messages.length - 1].push(line);
  }
  const filled = messages.filter((lines) => !lines.every(isBlank));
  if (filled.length === 0) return [fail({ kind: "truncated", offset: 0 })];
  return filled.map(decodeMessage);
}

export function encodeDatagram(messages: readonly Message[]): Uint8Array {
  return octetsFromText(messages.map(encodeMessage).join(messageSeparator + lineEnd));
}

/** The answer that refuses a command which could not be decoded, if it can be answered at all. */
export function refusalOf(error: MessageError): Response | undefined {
  if (error.refusal === undefined || error.transactionId === undefined) return undefined;
  return response(error.refusal, error.transactionId, error.parameter ?? "");
}

// ---------------------------------------------------------------------------------------------------------------- lines

interface Line {
  readonly text: string;
  /** Characters from the start of the datagram. */
  readonly offset: number;
}

function splitLines(text: string): readonly Line[] {
  const lines: Line[] = [];
  let start = 0;
  while (start < text.length) {
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline;
    const stop = text[end - 1] === "\r" && end > start ? end - 1 : end;
    lines.push({ text: text.slice(start, stop), offset: start });
    start = end + 1;
  }
  return lines;
}

function isBlank(line: Line): boolean {
  return line.text.trim() === "";
}

/** The words of a line between blanks and tabs. */
function splitWords(line: Line): readonly Line[] {
  const words: Line[] = [];
  let start = 0;
  for (let at = 0; at <= line.text.length; at++) {
    if (at < line.text.length && line.text[at] !== " " && line.text[at] !== "\t") continue;
    if (at > start) words.push({ text: line.text.slice(start, at), offset: line.offset + start });
    start = at + 1;
  }
  return words;
}

// -------------------------------------------------------------------------------------------------------------- decoding

type Decoded<T> = Result<T, MessageError>;
type Header = Pick<Command, "kind" | "verb" | "transactionId" | "endpoint"> | ResponseHeader;
type ResponseHeader = Pick<Response, "kind" | "code" | "transactionId" | "packageName" | "comment">;
type MutableParameters = { [N in ParameterName]?: unknown };

function decodeMessage(lines: readonly Line[]): Decoded<Message> {
  const first = lines.findIndex((line) => !isBlank(line));
  const header = /^\d/.test(lines[first].text) ? decodeResponseLine(lines[first]) : decodeCommandLine(lines[first]);
  if (!header.ok) return header;
  const body = decodeBody(lines.slice(first + 1), header.value);
  if (!body.ok) {
    const { kind, transactionId } = header.value;
    return fail({
      ...body.error,
      transactionId,
      ...(kind === "command" && { refusal: responseCodes.protocolError.code }),
    });
  }
  return ok({ ...header.value, ...body.value });
}

/** `CRCX 1204 east/5@gw MGCP 1.0`, perhaps with the name of a profile. */
function decodeCommandLine(line: Line): Decoded<Header> {
  const [verbWord, transactionWord, endpointWord, protocolWord, versionWord] = splitWords(line);
  const bad = (kind: DecodeErrorKind, at: Line | undefined, parameter: string, more: Partial<MessageError> = {}) =>
    fail({ kind, offset: at?.offset ?? line.offset + line.text.length, parameter, ...more });

  if (!/^[A-Za-z][A-Za-z0-9]{3}$/.test(verbWord.text)) return bad("bad-syntax", verbWord, "verb");
  const transactionId = parseTransactionId(transactionWord?.text ?? "");
  if (transactionId === undefined) return bad("bad-syntax", transactionWord, "transactionId");
  const refused = (code: number) => ({ transactionId, refusal: code });
  if (protocolWord?.text.toUpperCase() !== "MGCP") {
    return bad("bad-syntax", protocolWord, "version", refused(responseCodes.protocolError.code));
  }
  if (versionWord?.text !== "1.0") {
    return bad("unsupported-version", versionWord, "version", refused(responseCodes.incompatibleVersion.code));
  }
  const verb = parseVerb(verbWord.text);
  if (verb === undefined) return bad("unknown-type", verbWord, "verb", refused(responseCodes.unsupportedCommand.code));
  const endpoint = parseEndpointName(endpointWord.text);
  if (endpoint === undefined) {
    return bad("bad-syntax", endpointWord, "endpoint", refused(responseCodes.endpointUnknown.code));
  }
  return ok({ kind: "command", verb, transactionId, endpoint });
}

/** `250 1207 OK`, or with a package before the comment: `800 1207 /AU announcement`. */
function decodeResponseLine(line: Line): Decoded<Header> {
  const [codeWord, transactionWord, packageWord] = splitWords(line);
  if (!/^\d{3}$/.test(codeWord.text)) return fail({ kind: "bad-syntax", offset: codeWord.offset, parameter: "code" });
  const transactionId = parseTransactionId(transactionWord?.text ?? "");
  if (transactionId === undefined) {
    const offset = transactionWord?.offset ?? line.offset + line.text.length;
    return fail({ kind: "bad-syntax", offset, parameter: "transactionId" });
  }
  const isPackage = packageWord !== undefined && /^\/[\w+-]+$/.test(packageWord.text);
  const before = isPackage ? packageWord : transactionWord;
  return ok({
    kind: "response",
    code: Number(codeWord.text),
    transactionId,
    ...(isPackage && { packageName: packageWord.text.slice(1) }),
    comment: line.text.slice(before.offset - line.offset + before.text.length).trim(),
  });
}

type Body = Pick<Message, "parameters" | "extensions" | "sessions">;

/** Parameter lines up to the first empty line, then session descriptions with an empty line between them. */
function decodeBody(lines: readonly Line[], header: Header): Decoded<Body> {
  const empty = lines.findIndex(isBlank);
  const values: MutableParameters = {};
  const extensions: ExtensionParameter[] = [];
  for (const line of empty < 0 ? lines : lines.slice(0, empty)) {
    const error = decodeParameterLine(line, values, extensions);
    if (error !== undefined) return fail(error);
  }
  const sessions: string[] = [];
  let open = false;
  for (const line of empty < 0 ? [] : lines.slice(empty)) {
    if (isBlank(line)) open = false;
    else if (open) sessions[sessions.length - 1] += line.text + lineEnd;
    else if (sessions.length === sessionsMax[header.kind]) {
      return fail({ kind: "trailing", offset: line.offset, parameter: "session" });
    } else {
      sessions.push(line.text + lineEnd);
      open = true;
    }
  }
  return ok({ parameters: values as Parameters, extensions, sessions });
}

function decodeParameterLine(
  line: Line,
  values: MutableParameters,
  extensions: ExtensionParameter[],
): MessageError | undefined {
  const match = /^[ \t]*([\w+/-]+)[ \t]*:/.exec(line.text);
  if (match === null) return { kind: "bad-syntax", offset: line.offset, parameter: "parameter" };
  const code = match[1];
  const raw = line.text.slice(match[0].length);
  const value = raw.trim();
  const offset = line.offset + match[0].length + (raw.length - raw.trimStart().length);
  const name = parameterByCode(code);
  if (name === undefined) {
    extensions.push({ code, value });
    return undefined;
  }
  const row: ParameterRow<unknown> = parameters[name];
  const decoded = row.form.decode(value);
  if (decoded === undefined) return { kind: "bad-syntax", offset, parameter: name };
  const earlier = values[name];
  if (row.repeats) values[name] = Array.isArray(earlier) ? [...earlier, decoded] : [decoded];
  else if (earlier !== undefined) return { kind: "duplicate", offset: line.offset, parameter: name };
  else values[name] = decoded;
  return undefined;
}

// -------------------------------------------------------------------------------------------------------------- encoding

function encodeMessage(message: Message): string {
  const lines = [message.kind === "command" ? encodeCommandLine(message) : encodeResponseLine(message)];
  for (const name of parameterNames) {
    const value: unknown = message.parameters[name];
    if (value === undefined) continue;
    const row = parameters[name] as ParameterRow<unknown>;
    const each = row.repeats && Array.isArray(value) ? value : [value];
    for (const item of each) lines.push(`${row.code}: ${row.form.encode(item)}`.trimEnd());
  }
  for (const { code, value } of message.extensions) lines.push(`${code}: ${value}`.trimEnd());
  for (const line of lines) assert(!/[\r\n]/.test(line), "a parameter is one line");
  return [lines.join(lineEnd) + lineEnd, ...message.sessions].join(lineEnd);
}

function encodeCommandLine({ verb, transactionId, endpoint }: Command): string {
  assert(Object.hasOwn(verbs, verb), `verb ${verb}`);
  return `${verb} ${transactionId} ${formatEndpointName(endpoint)} MGCP 1.0`;
}

function encodeResponseLine({ code, transactionId, packageName, comment }: Response): string {
  const words = [code.toString().padStart(3, "0"), transactionId.toString()];
  if (packageName !== undefined) words.push(`/${packageName}`);
  if (comment !== "") words.push(comment);
  return words.join(" ");
}
