/** The one configuration file of a rack, `rack.yaml`: the same on every card; its slot tells a card who it is. */
import { z } from "zod";

const name = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, "a name: a-z, 0-9 and -, a letter first, at most 32");
const port = z.int().min(1).max(65_535);
const address = z.union([z.ipv4(), z.ipv6()]);
/** ITU point code, 14 bits: plain, or in the form 3-8-3. */
const pointCode = z
  .union([
    z.int().min(1).max(16_383),
    z.string().regex(/^[0-7]-(25[0-5]|2[0-4]\d|1?\d?\d)-[0-7]$/, "3-8-3, such as 2-17-5"),
  ])
  .transform((value) => {
    if (typeof value === "number") return value;
    const [zone, area, point] = value.split("-").map(Number);
    return zone * 2048 + area * 8 + point;
  });
const digits = z.string().regex(/^[0-9a-f]{0,24}$/, "digits: 0-9 (a-f for codes 10 to 15), at most 24");
const slot = z.int().min(0).max(63);

const card = z.discriminatedUnion("kind", [
  z.strictObject({ slot, kind: z.literal("lim") }),
  z.strictObject({ slot, kind: z.literal("call-server"), group: z.int().min(1).max(15).default(1) }),
  z.strictObject({ slot, kind: z.literal("transporter") }),
]);

const exchange = z.strictObject({
  name,
  pointCode,
  /** How its M3UA association comes about, and with whom. */
  association: z.strictObject({
    role: z.enum(["ipsp-server", "ipsp-client", "asp"]).default("ipsp-server"),
    lim: slot,
    address,
    port,
    routingContext: z.int().min(0).max(4_294_967_295).optional(),
    heartbeatMillis: z.int().min(100).max(60_000).default(5000),
  }),
});

const trunkGroup = z.strictObject({
  name,
  exchange: name,
  /** The call-server group that keeps its circuits. */
  group: z.int().min(1).max(15).default(1),
  firstCic: z.int().min(0).max(4095),
  lastCic: z.int().min(0).max(4095),
  direction: z.enum(["both-way", "incoming", "outgoing"]).default("both-way"),
  /** Which idle circuit is taken first. */
  selection: z.enum(["lowest", "cyclic", "least-recently-used", "most-recently-used"]).default("least-recently-used"),
  gateway: name,
  /** Voice, where a circuit is emulated by a pair of UDP ports (gateway's, exchange's): base + CIC - firstCic. */
  media: z.strictObject({ address, gatewayPort: port, exchangePort: port }),
});

const route = z.strictObject({
  prefix: digits,
  trunkGroups: z.array(name).min(1),
  /** Digits taken from the front of the called number, then digits put before it. */
  remove: z.int().min(0).max(24).default(0),
  insert: digits.default(""),
});

const gateway = z.strictObject({
  name,
  transporter: slot,
  profile: z.enum(["trunk-circuits", "osmo-mgw"]).default("trunk-circuits"),
  domain: z.string().min(1).max(64).default("gw"),
  address,
  port: port.default(2427),
  /** Where the transporter receives. */
  callAgent: z.strictObject({ address, port: port.default(2727) }),
});

export const rackSchema = z.strictObject({
  name: name.default("tandem"),
  /** The node's own point code. */
  pointCode,
  networkIndicator: z.enum(["international", "international-spare", "national", "national-spare"]).default("national"),
  bus: z
    .strictObject({
      /** Octets a frame carries: 8 classic, 64 FD. */
      frames: z.enum(["classic", "fd"]).default("fd"),
      bitRate: z.int().min(10_000).max(1_000_000).default(1_000_000),
      dataBitRate: z.int().min(10_000).max(8_000_000).default(5_000_000),
      /** Whether the software bus takes the time that the wire would take. */
      paced: z.boolean().default(false),
    })
    .prefault({}),
  heartbeat: z
    .strictObject({
      primaryMillis: z.int().min(1).max(1000).default(5),
      othersMillis: z.int().min(1).max(1000).default(20),
      missesToDeath: z.int().min(2).max(20).default(3),
    })
    .prefault({}),
  cards: z.array(card).min(4),
  exchanges: z.array(exchange).min(1).max(255),
  gateways: z.array(gateway).min(1).max(255),
  trunkGroups: z.array(trunkGroup).min(1).max(255),
  routes: z.array(route).min(1),
  /** ISUP timers that differ from the standard's default, in milliseconds. */
  timersMillis: z.record(z.string().regex(/^T\d{1,2}$/), z.int().min(1)).default({}),
});

/** A rack's configuration with every default filled in. */
export type RackConfiguration = z.output<typeof rackSchema>;
export type TrunkGroup = RackConfiguration["trunkGroups"][number];
export type Exchange = RackConfiguration["exchanges"][number];
export type Card = RackConfiguration["cards"][number];
export type Gateway = RackConfiguration["gateways"][number];
