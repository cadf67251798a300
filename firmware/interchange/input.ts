/**
 * What LIMs and transporters tell the call servers of a group: the payload of an input record.
 *
 * A circuit goes by its number in the rack's configuration (firmware/configuration/circuits.ts), the same on every card:
 * one or two octets say what OPC, DPC and CIC would need six for.
 */
import { type Field, layout, rest, u8, u16, u24, u32, type ValueOf, variants, varint, when } from "../layout/layout.ts";

/** Tags of the messages that every call consists of. */
export const isupTags = { isup: 0, broadcast: 8 } as const;

const inputs = variants("input", {
  /** An ISUP message for an equipped circuit, from its message type octet on. */
  isup: [isupTags.isup, layout("isup", { circuit: varint, message: rest })],
  /** An ISUP message for a CIC that no trunk group has (Q.764 2.12). `exchange` is the adjacent exchange's number. */
  unequipped: [1, layout("unequipped", { exchange: u8, cic: u16, message: rest })],
  /** Whether an adjacent exchange can be reached (MTP-PAUSE, MTP-RESUME; Q.764 2.14). */
  destination: [2, layout("destination", { exchange: u8, available: u8 })],
  /**
   * The gateway made the connection. `identifier` and `secondIdentifier` are the gateway's own, in short. `port` is 0 where the
   * gateway said nothing of where it receives: then there is no address either.
   */
  created: [
    3,
    layout(
      "created",
      { call: u24, identifier: u32, secondIdentifier: u32, port: u16 },
      when("port", { address: u32, payloadType: u8 }),
    ),
  ],
  /** The gateway did what the instruction said (modify, delete). `verb` is the output's tag in output.ts. */
  done: [4, layout("done", { call: u24, verb: u8 })],
  /** The gateway did not do it. `cause` is a Q.850 value, `code` the gateway protocol's own (0: it never answered). */
  refused: [5, layout("refused", { call: u24, verb: u8, cause: u8, code: u16 })],
  /** The gateway lost (part of) its connections or comes back: `event` 0 restarted, 1 out of reach, 2 in reach again. */
  gateway: [6, layout("gateway", { gateway: u8, event: u8 })],
  /** The gateway reports an endpoint that restarted or failed: its connections are gone. */
  endpoint: [7, layout("endpoint", { circuit: varint, event: u8 })],
  /**
   * The same as `isup`, where the exchange sends every message to all its LIMs (traffic mode broadcast). `identifier` is the low 16 bits
   * of its Correlation Id (RFC 4666 3.3.1): what two LIMs say of a circuit under one identifier is one message.
   */
  broadcast: [isupTags.broadcast, layout("broadcast", { identifier: u16, circuit: varint, message: rest })],
  /** And the same as `unequipped`. */
  broadcastUnequipped: [9, layout("broadcast unequipped", { identifier: u16, exchange: u8, cic: u16, message: rest })],
});

type Inputs = ValueOf<typeof inputs>;
type FromExchange = Extract<Inputs, { readonly kind: "isup" | "unequipped" }>;

/** A message of an exchange has an `identifier` where it came over an association in traffic mode broadcast. */
export type Input =
  | Exclude<Inputs, { readonly kind: "isup" | "unequipped" | "broadcast" | "broadcastUnequipped" }>
  | (FromExchange & { readonly identifier?: number | undefined });

export const input: Field<Input> = {
  name: inputs.name,
  shape: inputs.shape,
  write: (writer, value) => {
    if (value.kind !== "isup" && value.kind !== "unequipped") return inputs.write(writer, value);
    const { identifier } = value;
    if (value.kind === "isup") {
      const { circuit, message } = value;
      if (identifier === undefined) inputs.write(writer, { kind: "isup", circuit, message });
      else inputs.write(writer, { kind: "broadcast", identifier, circuit, message });
    } else {
      const { exchange, cic, message } = value;
      if (identifier === undefined) inputs.write(writer, { kind: "unequipped", exchange, cic, message });
      else inputs.write(writer, { kind: "broadcastUnequipped", identifier, exchange, cic, message });
    }
  },
  read: (reader, parameter) => {
    const value = inputs.read(reader, parameter);
    if (value.kind === "broadcast") return { ...value, kind: "isup" };
    return value.kind === "broadcastUnequipped" ? { ...value, kind: "unequipped" } : value;
  },
  skip: inputs.skip,
};

/** `event` of an input of kind `gateway`. */
export const gatewayEvent = { restarted: 0, unreachable: 1, reachable: 2 } as const;
