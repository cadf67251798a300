/**
 * Session descriptions (SDP, RFC 4566), as far as media gateways need them: the lines v, o, s, c, t, m and the attributes
 * rtpmap and ptime. Every other attribute is kept as it is; lines of other types are skipped.
 *
 * Gateways leave out o, s and t (RFC 3435 3.4), so only v is asked for.
 */
import { type DecodeErrorKind, type DecodeError, fail, ok, type Result } from "../result.ts";

export interface SessionDescription {
  readonly origin?: Origin;
  readonly sessionName?: string;
  /** Holds for every media without a connection of its own. */
  readonly connection?: ConnectionData;
  /** Start and stop as decimal text (NTP seconds). */
  readonly time?: { readonly start: string; readonly stop: string };
  readonly attributes: readonly Attribute[];
  readonly media: readonly MediaDescription[];
}

/** The identifiers are text: numbers of up to 64 bits by the RFC, but osmo-mgw writes hexadecimal digits. */
export interface Origin {
  readonly username: string;
  readonly sessionId: string;
  readonly sessionVersion: string;
  readonly address: ConnectionData;
}

export interface ConnectionData {
  readonly addressType: "IP4" | "IP6";
  readonly address: string;
}

export interface MediaDescription {
  readonly media: string;
  /** 0 refuses or deletes the stream. */
  readonly port: number;
  readonly protocol: string;
  /** Payload types where the protocol is RTP, in order of preference. */
  readonly formats: readonly string[];
  readonly connection?: ConnectionData;
  readonly payloads: readonly PayloadMap[];
  readonly packetMillis?: number;
  /** Attributes other than rtpmap and ptime. */
  readonly attributes: readonly Attribute[];
}

/** `a=rtpmap:8 PCMA/8000`. */
export interface PayloadMap {
  readonly payloadType: number;
  readonly encoding: string;
  readonly clockHertz: number;
  readonly channels?: number;
}

/** `a=name` or `a=name:value`. */
export interface Attribute {
  readonly name: string;
  readonly value?: string;
}

type Decoded<T> = Result<T, DecodeError>;
type Draft<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };

export function decodeSessionDescription(text: string): Decoded<SessionDescription> {
  const session: Draft<SessionDescription> = { attributes: [], media: [] };
  let media: Draft<MediaDescription> | undefined;
  let versions = 0;
  let offset = 0;
  for (const line of text.split(/\r\n|\n/)) {
    const at = offset;
    offset += line.length + (text[offset + line.length] === "\r" ? 2 : 1);
    if (line === "") continue;
    const type = line[0];
    const value = line.slice(2);
    const wrong = (kind: DecodeErrorKind, parameter = type) => fail({ kind, offset: at, parameter });
    if (!/^[a-z]=/.test(line)) return wrong("bad-syntax", "line");
    if (versions === 0 && type !== "v") return wrong("missing", "v");
    if (type === "v") {
      if (value !== "0") return wrong("unsupported-version");
      if (++versions > 1) return wrong("duplicate");
    } else if (type === "m") {
      media = decodeMedia(value);
      if (media === undefined) return wrong("bad-syntax");
      session.media.push(media);
    } else if (media !== undefined) {
      const error = decodeMediaLine(type, value, media);
      if (error !== undefined) return wrong(error);
    } else {
      const error = decodeSessionLine(type, value, session);
      if (error !== undefined) return wrong(error);
    }
  }
  return versions === 0 ? fail({ kind: "missing", offset: 0, parameter: "v" }) : ok(session);
}

export function encodeSessionDescription(session: SessionDescription): string {
  const lines = ["v=0"];
  const { origin, sessionName, connection, time } = session;
  if (origin !== undefined) {
    lines.push(`o=${origin.username} ${origin.sessionId} ${origin.sessionVersion} ${encodeConnection(origin.address)}`);
  }
  if (sessionName !== undefined) lines.push(`s=${sessionName}`);
  if (connection !== undefined) lines.push(`c=${encodeConnection(connection)}`);
  if (time !== undefined) lines.push(`t=${time.start} ${time.stop}`);
  lines.push(...session.attributes.map(encodeAttribute));
  for (const media of session.media) lines.push(...encodeMedia(media));
  return lines.map((line) => `${line}\r\n`).join("");
}

/** Where the first audio stream is to be sent, if the description says so and does not refuse it. */
export function audioDestination(
  session: SessionDescription,
): { readonly address: string; readonly port: number } | undefined {
  const audio = session.media.find((media) => media.media === "audio");
  const connection = audio?.connection ?? session.connection;
  if (audio === undefined || connection === undefined || audio.port === 0) return undefined;
  return { address: connection.address, port: audio.port };
}

// -------------------------------------------------------------------------------------------------------------- decoding

function decodeSessionLine(
  type: string,
  value: string,
  session: Draft<SessionDescription>,
): DecodeErrorKind | undefined {
  switch (type) {
    case "o":
      if (session.origin !== undefined) return "duplicate";
      session.origin = decodeOrigin(value);
      return session.origin === undefined ? "bad-syntax" : undefined;
    case "s":
      if (session.sessionName !== undefined) return "duplicate";
      session.sessionName = value;
      return undefined;
    case "c":
      if (session.connection !== undefined) return "duplicate";
      session.connection = decodeConnection(value);
      return session.connection === undefined ? "bad-syntax" : undefined;
    case "t": {
      const match = /^(\d+) +(\d+) *$/.exec(value);
      if (match === null) return "bad-syntax";
      session.time ??= { start: match[1], stop: match[2] };
      return undefined;
    }
    case "a":
      session.attributes.push(decodeAttribute(value));
      return undefined;
    default:
      return undefined;
  }
}

function decodeMediaLine(type: string, value: string, media: Draft<MediaDescription>): DecodeErrorKind | undefined {
  if (type === "c") {
    const connection = decodeConnection(value);
    if (connection === undefined) return "bad-syntax";
    // More than one c= is for layered multicast; a gateway sends to the first.
    media.connection ??= connection;
    return undefined;
  }
  if (type !== "a") return undefined;
  const attribute = decodeAttribute(value);
  if (attribute.name === "rtpmap") {
    const payload = decodePayload(attribute.value ?? "");
    if (payload === undefined) return "bad-syntax";
    media.payloads.push(payload);
  } else if (attribute.name === "ptime") {
    if (!/^\d{1,5}$/.test(attribute.value ?? "")) return "bad-syntax";
    media.packetMillis = Number(attribute.value);
  } else {
    media.attributes.push(attribute);
  }
  return undefined;
}

/** `audio 49170 RTP/AVP 8 0`; a number of ports after the port is accepted and not used. */
function decodeMedia(value: string): Draft<MediaDescription> | undefined {
  const match = /^(\S+) +(\d{1,5})(?:\/\d{1,5})? +(\S+)((?: +\S+)+) *$/.exec(value);
  if (match === null || Number(match[2]) > 65_535) return undefined;
  const formats = match[4].split(" ").filter((format) => format !== "");
  return { media: match[1], port: Number(match[2]), protocol: match[3], formats, payloads: [], attributes: [] };
}

/** `- 25678 753849 IN IP4 128.96.41.1`. */
function decodeOrigin(value: string): Origin | undefined {
  const match = /^(\S+) +(\S+) +(\S+) +(IN .*)$/.exec(value);
  const address = decodeConnection(match?.[4] ?? "");
  if (match === null || address === undefined) return undefined;
  return { username: match[1], sessionId: match[2], sessionVersion: match[3], address };
}

/** `IN IP4 128.96.41.1`, perhaps with the time to live of a multicast address, which is not kept. */
function decodeConnection(value: string): ConnectionData | undefined {
  const match = /^IN +(IP4|IP6) +([^\s/]+)(?:\/\d+){0,2} *$/.exec(value);
  return match === null ? undefined : { addressType: match[1] === "IP4" ? "IP4" : "IP6", address: match[2] };
}

/** `8 PCMA/8000` or `96 L16/44100/2`. */
function decodePayload(value: string): PayloadMap | undefined {
  const match = /^(\d{1,3}) +([^\s/]+)\/(\d{1,9})(?:\/(\d{1,3}))? *$/.exec(value);
  if (match === null || Number(match[1]) > 127) return undefined;
  const channels = match[4] === undefined ? {} : { channels: Number(match[4]) };
  return { payloadType: Number(match[1]), encoding: match[2], clockHertz: Number(match[3]), ...channels };
}

function decodeAttribute(value: string): Attribute {
  const colon = value.indexOf(":");
  return colon < 0 ? { name: value } : { name: value.slice(0, colon), value: value.slice(colon + 1) };
}

// -------------------------------------------------------------------------------------------------------------- encoding

function encodeMedia(media: MediaDescription): readonly string[] {
  const lines = [`m=${media.media} ${media.port} ${media.protocol} ${media.formats.join(" ")}`];
  if (media.connection !== undefined) lines.push(`c=${encodeConnection(media.connection)}`);
  for (const { payloadType, encoding, clockHertz, channels } of media.payloads) {
    const tail = channels === undefined ? "" : `/${channels}`;
    lines.push(`a=rtpmap:${payloadType} ${encoding}/${clockHertz}${tail}`);
  }
  if (media.packetMillis !== undefined) lines.push(`a=ptime:${media.packetMillis}`);
  return [...lines, ...media.attributes.map(encodeAttribute)];
}

function encodeConnection({ addressType, address }: ConnectionData): string {
  return `IN ${addressType} ${address}`;
}

function encodeAttribute({ name, value }: Attribute): string {
  return value === undefined ? `a=${name}` : `a=${name}:${value}`;
}
