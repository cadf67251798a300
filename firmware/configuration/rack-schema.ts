/**
 * The one configuration file of a rack, `rack.yaml`: the same on every card; its slot tells a card who it is.
 *
 * Every message here says what is allowed, as it stands in a sentence behind "allowed: ".
 */
import { z } from "zod";
import { timers } from "../isup/timers.ts";

function wholeNumber(min: number, max: number) {
  const allowed = `a whole number from ${min} to ${max}`;
  return z.int(allowed).min(min, allowed).max(max, allowed);
}

function text(pattern: RegExp, allowed: string) {
  return z.string(allowed).regex(pattern, allowed);
}

function oneOf<const V extends readonly [string, ...string[]]>(...values: V) {
  return z.enum(values, inWords(values));
}

function inWords(values: readonly string[]): string {
  return values.length < 2 ? values.join() : `${values.slice(0, -1).join(", ")} or ${values.at(-1)}`;
}

/** Keys with values, and no other keys. */
function section<S extends z.core.$ZodShape>(keys: S) {
  const allowed = Object.keys(keys).join(", ");
  return z.strictObject(keys, {
    error: ({ code }) => (code === "unrecognized_keys" ? allowed : `a section with ${allowed}`),
  });
}

function list<T extends z.ZodType>(item: T, what: string, min: number, max = 255) {
  const allowed = `a list of ${min} to ${max} ${what}`;
  return z.array(item, allowed).min(min, allowed).max(max, allowed);
}

const name = text(/^[a-z][a-z0-9-]{0,31}$/, "a name: a-z, 0-9 and -, a letter first, at most 32");
const port = wholeNumber(1, 65_535);
const address = z.union([z.ipv4(), z.ipv6()], "an IPv4 or IPv6 address, such as 127.0.0.1");
const pointCodeAllowed = "a point code: 1 to 16383, or in the form 3-8-3, such as 2-17-5";
/** ITU point code, 14 bits: plain, or in the form 3-8-3. */
const pointCode = z
  .union([z.int(), z.string().regex(/^[0-7]-(25[0-5]|2[0-4]\d|1?\d?\d)-[0-7]$/, pointCodeAllowed)], pointCodeAllowed)
  .transform((value) => {
    if (typeof value === "number") return value;
    const [zone, area, point] = value.split("-").map(Number);
    return zone * 2048 + area * 8 + point;
  })
  .refine((value) => value >= 1 && value <= 16_383, pointCodeAllowed);
const digits = text(
  /^[0-9a-f]{0,24}$/,
  'digits in quotes, such as "4930": 0-9 (a-f for codes 10 to 15), at most 24 of them',
);
const slotMax = 63;
const slot = wholeNumber(0, slotMax);
const group = wholeNumber(1, 15);
const trueOrFalse = z.boolean("true or false");

function isSection(input: unknown): boolean {
  return typeof input === "object" && input !== null && !Array.isArray(input);
}

const cardKinds = ["lim", "call-server", "transporter"] as const;
/** The board it is on, a folder of boards/; absent: not said. */
const board = name.optional();
const card = z.discriminatedUnion(
  "kind",
  [
    section({ slot, kind: z.literal("lim"), board }),
    section({ slot, kind: z.literal("call-server"), group: group.default(1), board }),
    section({ slot, kind: z.literal("transporter"), board }),
  ],
  { error: ({ input }) => (isSection(input) ? inWords(cardKinds) : "a section with slot, kind") },
);

/** How an M3UA association with an exchange comes about, and at which LIM it ends. */
const association = section({
  role: oneOf("ipsp-server", "ipsp-client", "asp").default("ipsp-server"),
  lim: slot,
  address,
  port,
  routingContext: wholeNumber(0, 4_294_967_295).optional(),
  heartbeatMillis: wholeNumber(100, 60_000).default(5000),
});

/** An exchange is reached over one association a LIM: those of two LIMs share its load, and each can carry it alone. */
const exchange = section({
  name,
  pointCode,
  associations: list(association, "associations", 1, 8),
  /** How it shares its messages among them (RFC 4666 3.7.1); absent: as it likes. With `broadcast` no message dies with a LIM. */
  trafficMode: oneOf("loadshare", "broadcast").optional(),
});

const cic = wholeNumber(0, 4095);
const trunkGroup = section({
  name,
  exchange: name,
  /** The call-server group that keeps its circuits. */
  group: group.default(1),
  firstCic: cic,
  lastCic: cic,
  direction: oneOf("both-way", "incoming", "outgoing").default("both-way"),
  /** Which idle circuit is taken first. */
  selection: oneOf("lowest", "cyclic", "least-recently-used", "most-recently-used").default("least-recently-used"),
  gateway: name,
  /** Voice, where a circuit is emulated by a pair of UDP ports (gateway's, exchange's): base + CIC - firstCic. */
  media: section({ address, gatewayPort: port, exchangePort: port }),
});

const route = section({
  prefix: digits,
  trunkGroups: list(name, "names of trunk groups", 1),
  /** Digits taken from the front of the called number, then digits put before it. */
  remove: wholeNumber(0, 24).default(0),
  insert: digits.default(""),
});

const gateway = section({
  name,
  profile: oneOf("trunk-circuits", "osmo-mgw").default("trunk-circuits"),
  domain: text(/^.{1,64}$/, "text of 1 to 64 characters").default("gw"),
  address,
  port: port.default(2427),
  /** The transporters that may control it, and where each receives: the first one does, another when that is gone. */
  callAgents: list(section({ transporter: slot, address, port: port.default(2727) }), "call agents", 1, 8),
});

const consoleUser = section({
  name,
  /** An operator looks; an administrator also acts. */
  role: oneOf("operator", "administrator").default("operator"),
  /** The line that `npm run password` prints: scrypt$N$r$p$salt$hash. */
  password: text(
    /^scrypt\$\d{1,7}\$\d{1,2}\$\d{1,2}\$[A-Za-z0-9+/=]{16,64}\$[A-Za-z0-9+/=]{43,128}$/,
    "the line that npm run password prints, scrypt$...",
  ),
});

export const rackSchema = section({
  name: name.default("tandem"),
  /** The node's own point code. */
  pointCode,
  networkIndicator: oneOf("international", "international-spare", "national", "national-spare").default("national"),
  bus: section({
    /** Octets a frame carries: 8 classic, 64 FD. */
    frames: oneOf("classic", "fd").default("fd"),
    bitRate: wholeNumber(10_000, 1_000_000).default(1_000_000),
    dataBitRate: wholeNumber(10_000, 8_000_000).default(5_000_000),
    /** Whether the software bus takes the time that the wire would take. */
    paced: trueOrFalse.default(false),
  }).prefault({}),
  heartbeat: section({
    primaryMillis: wholeNumber(1, 1000).default(5),
    othersMillis: wholeNumber(1, 1000).default(20),
    missesToDeath: wholeNumber(2, 20).default(3),
  }).prefault({}),
  cards: list(card, "cards", 4, 64),
  exchanges: list(exchange, "exchanges", 1),
  gateways: list(gateway, "gateways", 1),
  trunkGroups: list(trunkGroup, "trunk groups", 1),
  routes: list(route, "routes", 1, 100_000),
  /** ISUP timers that differ from the standard's default, in milliseconds. */
  timersMillis: z
    .record(
      z.string().refine((timer) => Object.hasOwn(timers, timer)),
      wholeNumber(1, 86_400_000),
      { error: ({ code }) => (code === "invalid_key" ? Object.keys(timers).join(", ") : "a section of timers") },
    )
    .default({}),
  /** Where the cards tell figures to Prometheus: the one in slot n on port + n. Absent: nowhere. */
  metrics: section({ address, port: wholeNumber(1, 65_535 - slotMax) }).optional(),
  /** Who may come in at the cards' consoles; without users: whoever stands in front of one. */
  console: section({
    users: list(consoleUser, "users", 0, 32).default([]),
    /** Whoever types nothing for so long is logged out. */
    idleMinutes: wholeNumber(1, 1440).default(15),
  }).prefault({}),
});

/** A rack's configuration with every default filled in. */
export type RackConfiguration = z.output<typeof rackSchema>;
export type TrunkGroup = RackConfiguration["trunkGroups"][number];
export type Exchange = RackConfiguration["exchanges"][number];
export type Association = Exchange["associations"][number];
export type Card = RackConfiguration["cards"][number];
export type ConsoleUser = RackConfiguration["console"]["users"][number];
export type Gateway = RackConfiguration["gateways"][number];
