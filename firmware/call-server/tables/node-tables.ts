/**
 * The tables of a call server: what primary and backup both hold. The endpoint, the connection and the state table are
 * the node's calls; the small ones beside them are its surroundings.
 */
import { localBlockingStates } from "../blocking-states.ts";
import { circuitStates } from "../circuit-states.ts";
import { connectionStates } from "../connection-states.ts";
import { type ChangeContext, consumedMessage } from "./change-context.ts";
import { circuitNumber, flag, octetString, oneOf, unsigned, variable } from "./column.ts";
import { type AnyTable, type RowOf, Table, table } from "./table.ts";

/** Call and connection references are the commit sequence that made them, modulo 2^24; 0 is none. */
export const references = 2 ** 24;
const reference = unsigned(24);
/** Of the group's time; 0 for not yet. */
const timeMillis = unsigned(48);
/** Who released a call first; `exchange` is this node. */
export const releasers = ["nobody", "calling", "called", "exchange"] as const;

const created = ({ input }: ChangeContext) => (input?.kind === "created" ? input : undefined);
const now = (context: ChangeContext) => context.timeMillis;

/** One row a circuit, by its number in the configuration: where it stands in the procedures of Q.764. */
const endpoint = table(
  "endpoint",
  {
    state: oneOf(circuitStates),
    /** The call it belongs to. */
    call: reference,
    /** The commit that made it idle: circuits are chosen by who has been idle longest or shortest. */
    idleSince: variable,
    /** Counts the repetitions of what the state sends again and again. */
    repeats: unsigned(4),
    /** First circuit of a group reset: how many more circuits it covers. */
    range: unsigned(5),
  },
  (row) => ({ ...row }),
  {
    keys: [
      (context) => context.state?.incoming,
      (context) => context.state?.outgoing,
      ({ input }) => (input?.kind === "isup" ? input.circuit : undefined),
    ],
    predictions: {
      call: (context, before) => (before.call === 0 ? context.call : 0),
      idleSince: (context) => context.sequence,
    },
  },
);

/** One row a connection in a gateway, by the commit that ordered it: it lives until the gateway has removed it. */
const connection = table(
  "connection",
  {
    state: oneOf(connectionStates),
    call: reference,
    circuit: circuitNumber,
    otherCircuit: circuitNumber,
    gateway: unsigned(8),
    identifier: unsigned(32),
    secondIdentifier: unsigned(32),
    address: unsigned(32),
    port: unsigned(16),
    payloadType: unsigned(8),
    repeats: unsigned(2),
  },
  (row) => ({ ...row }),
  {
    keys: [
      (context) => context.state?.connection,
      ({ input }) => (input !== undefined && "call" in input ? input.call : undefined),
    ],
    predictions: {
      call: (context) => context.call,
      circuit: (context) => context.state?.incoming,
      otherCircuit: (context) => context.state?.outgoing,
      gateway: (context) => context.state && context.gatewayOf(context.state.incoming),
      identifier: (context) => created(context)?.identifier,
      secondIdentifier: (context) => created(context)?.secondIdentifier,
      address: (context) => created(context)?.address,
      port: (context) => created(context)?.port,
      payloadType: (context) => created(context)?.payloadType,
    },
  },
);

/** One row a call, by its reference: what the ISUP messages that set it up and tear it down have said. */
const state = table(
  "state",
  {
    incoming: circuitNumber,
    outgoing: circuitNumber,
    connection: reference,
    /** The messages as received, from the message type octet on. */
    initialAddress: octetString,
    addressComplete: octetString,
    /** The REL as received, or as this node has made it. */
    release: octetString,
    seizedAt: timeMillis,
    answeredAt: timeMillis,
    releasedAt: timeMillis,
    releasedBy: oneOf(releasers),
    /** Circuits tried again on (Q.764 2.8.1). */
    attempts: unsigned(3),
  },
  (row) => ({ ...row }),
  {
    keys: [(context) => context.call],
    predictions: {
      incoming: ({ input }) => (input?.kind === "isup" ? input.circuit : undefined),
      connection: (context) => context.call,
      initialAddress: consumedMessage,
      addressComplete: consumedMessage,
      release: consumedMessage,
      seizedAt: now,
      answeredAt: now,
      releasedAt: now,
    },
  },
);

/** By the exchange's place in the configuration, one bit for each of its associations: whether MTP reaches it that way. */
const exchange = table(
  "exchange",
  {
    reached: unsigned(8),
    /** Of which associations anything was heard. */
    heardOf: unsigned(8),
  },
  (row) => ({ ...row }),
);

/** By the gateway's place in the configuration. */
const gateway = table(
  "gateway",
  {
    /** The place among its transporters of the one that controls it. */
    controller: unsigned(3),
    unreachable: flag,
    /** It restarted, and not all calls that it had are released yet. */
    restarted: flag,
    /** Told to forget the connections that it had before the cold start. */
    cleared: flag,
  },
  (row) => ({ ...row }),
);

/** By the trunk group's place in the configuration: where cyclic selection goes on. */
const trunkGroup = table("trunk group", { lastSeized: circuitNumber }, (row) => ({ ...row }));

/** By slot, of a LIM or transporter that died and was not admitted again since. */
const card = table(
  "card",
  {
    /** Its outputs up to this commit are done, moved to another card, or void; 0: nothing was looked at yet. */
    moved: variable,
    /** It knows, or will know before it does anything more, that its work is another's. */
    dismissed: flag,
  },
  (row) => ({ ...row }),
);

/**
 * One row a circuit that either end has blocked, or is blocking or unblocking (Q.764 2.8.2): no call may leave on it. It is kept on
 * the cards' disks (blocking-disk.ts).
 */
const blocking = table(
  "blocking",
  {
    local: oneOf(localBlockingStates),
    remoteMaintenance: flag,
    remoteHardware: flag,
    /** Counts the repetitions of what the state of the own blocking sends again and again. */
    repeats: unsigned(4),
  },
  (row) => ({ ...row }),
  { keys: [({ input }) => (input?.kind === "isup" ? input.circuit : undefined)] },
);

/** One row, key 0. */
const group = table(
  "group",
  {
    coldStartMillis: timeMillis,
    /** What is added to the group's time, or taken from it, for UTC. */
    ahead: unsigned(48),
    behind: unsigned(48),
    /** Counts the changes of the blocking table. */
    blockingEdition: unsigned(48),
  },
  (row) => ({ ...row }),
  {
    keys: [() => 0],
    predictions: { coldStartMillis: now, blockingEdition: (_, { blockingEdition }) => blockingEdition + 1 },
  },
);

export type EndpointRow = RowOf<typeof endpoint>;
export type ConnectionRow = RowOf<typeof connection>;
export type BlockingRow = RowOf<typeof blocking>;
export type StateRow = RowOf<typeof state>;

export class NodeTables {
  // In the order in which changes are coded: the state row comes first, because it foretells the others.
  readonly state = new Table<StateRow>(state, 1);
  readonly connection = new Table<ConnectionRow>(connection, 2);
  readonly endpoint = new Table<EndpointRow>(endpoint, 3);
  readonly exchange = new Table<RowOf<typeof exchange>>(exchange, 4);
  readonly gateway = new Table<RowOf<typeof gateway>>(gateway, 5);
  readonly trunkGroup = new Table<RowOf<typeof trunkGroup>>(trunkGroup, 6);
  readonly group = new Table<RowOf<typeof group>>(group, 7);
  readonly card = new Table<RowOf<typeof card>>(card, 8);
  readonly blocking = new Table<BlockingRow>(blocking, 9);
  readonly all: readonly AnyTable[] = [
    this.state,
    this.connection,
    this.endpoint,
    this.exchange,
    this.gateway,
    this.trunkGroup,
    this.group,
    this.card,
    this.blocking,
  ] as unknown as readonly AnyTable[];

  byTag(tag: number): AnyTable | undefined {
    return this.all[tag - 1];
  }

  digest(): number {
    let sum = 0;
    for (const each of this.all) sum = (sum + each.digest()) >>> 0;
    return sum;
  }

  clear(): void {
    for (const each of this.all) each.clear();
  }

  /** The reference that commit `sequence` gives to what it makes: itself, or the next one that is not in use. */
  freeReference(sequence: number, taken: (reference: number) => boolean = () => false): number {
    let candidate = sequence % references;
    while (candidate === 0 || this.state.has(candidate) || this.connection.has(candidate) || taken(candidate)) {
      candidate = (candidate + 1) % references;
    }
    return candidate;
  }
}
