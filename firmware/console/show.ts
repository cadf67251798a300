/** What can be shown: a row a report. */
import type { TableRow } from "../card/application.ts";
import { groupsOf } from "../configuration/groups.ts";
import type { Card } from "../configuration/rack-schema.ts";
import type { CardView } from "./card-view.ts";
import { type Report, type ReportColumn, type Row, timeText } from "./report.ts";

/** At most so many rows are asked of the application at once. */
const rowsAtOnce = 16;

interface ShowRow {
  readonly name: string;
  readonly help: string;
  /** Of cards that have it; absent: all. */
  readonly kinds?: readonly Card["kind"][];
  readonly none: string;
  /** `heading:key:width`, the key only where it is another word. */
  readonly columns: string;
  rows(view: CardView, nowMillis: number): Iterable<Row>;
}

const calls: readonly Card["kind"][] = ["call-server"];

// biome-ignore format: a report a row
export const shows: readonly ShowRow[] = [
  { name: "rack", help: "the rack as a whole", none: "nothing is known yet", columns: "what::24 value::0", rows: rack },
  { name: "cards", help: "every slot, as this card hears it", none: "there are no cards", columns: "slot::4 kind::11 group::5 state::7 role::8 term::5 commit::8 gap-ms:gapMillis:6 limit-ms:limitMillis:8 version::0", rows: cards },
  { name: "calls", help: "calls that are set up, in conversation or being released", kinds: calls, none: "there are no calls", columns: "call:key:8 from:incomingName:9 to:outgoingName:9 calling::12 called::12 seized::8 answered::0", rows: callRows },
  { name: "endpoints", help: "the endpoint table: circuits that are not idle from the start", kinds: calls, none: "the endpoint table is empty", columns: "circuit:name:12 peer::12 state::22 call::8 repeats::7", rows: (view) => table(view, "endpoint") },
  { name: "connections", help: "the connection table: what gateways were told to connect", kinds: calls, none: "there are no connections", columns: "connection:key:10 state::10 call::8 from:circuitName:10 to:otherCircuitName:10 gateway:gatewayName:8 identifier::0", rows: (view) => table(view, "connection") },
  { name: "circuits", help: "every circuit of this card's group", kinds: calls, none: "this group has no circuits", columns: "circuit:name:10 state::22 call::8 here:local:10 maintenance:remoteMaintenance:11 hardware:remoteHardware:0", rows: (view) => table(view, "circuit") },
  { name: "links", help: "associations with exchanges, and control of gateways", none: "this card has no links", columns: "link::8 to::10 state::11 available::9 address::18 by::0", rows: links },
  { name: "routes", help: "where called numbers go", none: "there are no routes", columns: "prefix::12 trunk-groups:trunkGroups:30 remove::6 insert::0", rows: ({ configuration }) => configuration.routes.map((route) => ({ ...route, trunkGroups: route.trunkGroups.join(", ") })) },
  { name: "alarms", help: "alarms that stand, and those that are over", none: "there are no alarms", columns: "severity::8 object::14 raised::8 cleared::8 text::0", rows: alarms },
  { name: "buses", help: "the two planes, as this card's ports count them", none: "nothing is known yet", columns: "plane::5 state::10 sent::10 received::10 dropped::8 bits:nominalBits:11 data-bits:dataBits:0", rows: buses },
  { name: "performance", help: "counters and gauges of this card", none: "nothing is counted yet", columns: "what::32 value::0", rows: performance },
  { name: "upgrade", help: "the firmware of every card, and how far an upgrade is", none: "there are no cards", columns: "slot::4 kind::11 runs::12 trial::5 state::11 holds::12 percent::7 failure::7 order::0", rows: upgrade },
  { name: "version", help: "what runs on this card", none: "nothing is known", columns: "what::16 value::0", rows: ({ versions }) => facts(versions) },
];

const byName = new Map(shows.map((show) => [show.name, show]));

/** The report of that name, or a sentence that says where it is to be had. */
export function reportOf(name: string, view: CardView, nowMillis: number): Report | string {
  const show = byName.get(name);
  if (show === undefined) return `there is no report ${name}`;
  const { kinds } = show;
  if (kinds !== undefined && !kinds.includes(view.card.kind)) {
    const others = view.configuration.cards.filter(({ kind }) => kinds.includes(kind)).map(({ slot }) => slot);
    return `slot ${view.card.slot} is a ${view.card.kind} and keeps no ${name}; try: slot ${others[0]} show ${name}`;
  }
  return { columns: columnsOf(show.columns), rows: show.rows(view, nowMillis), none: show.none };
}

function columnsOf(text: string): readonly ReportColumn[] {
  return text.split(" ").map((column) => {
    const [heading, key, width] = column.split(":");
    return { heading, key: key || heading, width: Number(width) };
  });
}

function* table(view: CardView, name: string): Iterable<TableRow> {
  let after = -1;
  for (;;) {
    const rows = view.table({ table: name, after, most: rowsAtOnce });
    yield* rows;
    if (rows.length < rowsAtOnce) return;
    after = rows[rows.length - 1].key;
  }
}

function facts(values: Readonly<Record<string, unknown>>): readonly Row[] {
  return Object.entries(values).flatMap(([what, value]) => (value === undefined ? [] : [{ what, value }]));
}

function* callRows(view: CardView, nowMillis: number): Iterable<Row> {
  for (const { initialAddress: _, addressComplete: __, release: ___, ...row } of table(view, "state")) {
    yield { ...row, seized: timeText(row.seizedAt, nowMillis), answered: timeText(row.answeredAt, nowMillis) };
  }
}

function rack(view: CardView): readonly Row[] {
  const { configuration } = view;
  const state = cards(view);
  const present = state.filter((card) => card.state === "present").length;
  const primaries = groupsOf(configuration).map((group) => {
    const ofGroup = state.filter((card) => card.group === group);
    const slotOf = (role: string) => ofGroup.find((card) => card.role === role)?.slot ?? "none";
    return [`group ${group}`, `primary slot ${slotOf("primary")}, backup slot ${slotOf("backup")}`];
  });
  const { communication, application } = { communication: view.communication(), application: view.application() };
  const standing = view.alarms().filter(({ clearedAtMillis }) => clearedAtMillis === undefined).length;
  return facts({
    name: configuration.name,
    "point code": configuration.pointCode,
    "this card": `slot ${view.card.slot}, ${view.card.kind}`,
    "cards present": `${present} of ${configuration.cards.length}`,
    ...Object.fromEntries(primaries),
    "calls in set-up": application.callsInSetUp,
    "calls in conversation": application.callsInConversation,
    "out of service": communication.outOfService,
    leaving: communication.leaving,
    "alarms of this card": standing,
  });
}

/** The own card tells of itself, the others are as their beats say. */
function cards(view: CardView): readonly Row[] {
  const own = view.communication();
  const firmware = view.firmware();
  return view.configuration.cards.map((card) => {
    const group = card.kind === "call-server" ? card.group : undefined;
    const version = firmware.find(({ slot }) => slot === card.slot)?.status?.running;
    const base = { slot: card.slot, kind: card.kind, group, version };
    if (card.slot === view.card.slot) {
      const state = own.outOfService === undefined ? (own.leaving === undefined ? "present" : "leaving") : "out";
      return { ...base, state, role: own.role, term: own.term, commit: own.commit, realTime: own.realTime };
    }
    const heard = own.cards?.find(({ slot }) => slot === card.slot);
    if (heard === undefined || !heard.alive) return { ...base, state: "absent" };
    const { role, term, commit, realTime, gapMeasuredMicros, limitMicros } = heard;
    const limitMillis = limitMicros / 1000;
    const gapMillis = gapMeasuredMicros === undefined ? undefined : gapMeasuredMicros / 1000;
    return { ...base, state: "present", role, term, commit, realTime, gapMillis, limitMillis };
  });
}

/** As each card has told last. What it holds is another firmware than it runs, whole or in part. */
function upgrade(view: CardView): readonly Row[] {
  const { cards } = view.configuration;
  return view.firmware().map(({ slot, status, order }) => {
    const kind = cards.find((card) => card.slot === slot)?.kind;
    if (status === undefined) return { slot, kind, order };
    const { running: runs, isTrial, state, bundle, held } = status;
    const percent = bundle && bundle.octets > 0 ? Math.floor((100 * held) / bundle.octets) : undefined;
    const failure = status.failure === "none" ? undefined : status.failure;
    return { slot, kind, runs, trial: isTrial || undefined, state, holds: bundle?.version, percent, failure, order };
  });
}

function links(view: CardView): Iterable<Row> {
  const { configuration, card } = view;
  const { exchanges = {}, gateways = {} } = view.application();
  if (card.kind === "call-server") return callServerLinks(view);
  if (card.kind === "transporter") {
    return configuration.gateways
      .filter(
        ({ name, callAgents }) => name in gateways || callAgents.some(({ transporter }) => transporter === card.slot),
      )
      .map(({ name, address, port }) => {
        const state = gateways[name]?.state ?? "unused";
        return { link: "gateway", to: name, state, address: `${address}:${port}` };
      });
  }
  return configuration.exchanges.flatMap(({ name, associations }) =>
    associations
      .filter(({ lim }) => lim === card.slot)
      .map(({ address, port, role }) => {
        const { association: state, available } = exchanges[name] ?? { association: undefined, available: undefined };
        return { link: "exchange", to: name, state, available, address: `${address}:${port}`, by: role };
      }),
  );
}

/** As the tables have it: by which LIMs an exchange is reached, and which transporter controls a gateway. */
function* callServerLinks(view: CardView): Iterable<Row> {
  const { configuration } = view;
  for (const row of table(view, "exchange")) {
    const ways = Object.entries((row.byLim ?? {}) as Record<string, string>);
    const by = ways.map(([slot, way]) => `slot ${slot} ${way}`).join(", ");
    yield { link: "exchange", to: row.name, state: row.availability, available: row.availability === "available", by };
  }
  for (const row of table(view, "gateway")) {
    const gateway = configuration.gateways[row.key];
    const address = gateway && `${gateway.address}:${gateway.port}`;
    const state = row.unreachable ? "unreachable" : "reachable";
    yield { link: "gateway", to: row.name, state, available: !row.unreachable, address, by: `slot ${row.transporter}` };
  }
}

function alarms(view: CardView, nowMillis: number): readonly Row[] {
  return view.alarms().map((alarm) => ({
    ...alarm,
    raised: timeText(alarm.raisedAtMillis, nowMillis),
    cleared: timeText(alarm.clearedAtMillis, nowMillis),
  }));
}

function buses(view: CardView): readonly Row[] {
  const {
    planes = [],
    planeStates,
    inhibited,
  } = view.communication() as Row & {
    readonly planes?: readonly Row[];
    readonly planeStates?: readonly string[];
    readonly inhibited?: readonly boolean[];
  };
  return planes.map((plane, place) => {
    const state = inhibited?.[place] === true ? "inhibited" : planeStates?.[place];
    return { plane: "AB"[place], ...plane, state };
  });
}

/** Numbers that stand alone, and those of a table as `received IAM`. */
function performance(view: CardView): readonly Row[] {
  const { cards: _, groups: __, planes: ___, ...communication } = view.communication() as Row;
  return facts({
    ...view.performance(),
    ...numbersOf(view.application()),
    ...numbersOf(communication),
  });
}

function numbersOf(values: Row): Row {
  const numbers: Record<string, number> = {};
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === "number") numbers[name] = value;
    else if (typeof value !== "object" || value === null) continue;
    else
      for (const [key, each] of Object.entries(value)) if (typeof each === "number") numbers[`${name} ${key}`] = each;
  }
  return numbers;
}
