/**
 * The call server: the application of a card that keeps the calls of a group.
 *
 * The primary turns one event into at most one commit, whose octets say everything that follows from it, and applies it to
 * its own tables at once. The backup applies the same octets. Neither sends anything itself.
 */
import type { StorageOutcome } from "../../hal/storage.ts";
import type { Consumed } from "../backplane/commit.ts";
import type { ProtocolRule } from "../backplane/membership.ts";
import type {
  Application,
  ApplicationAction,
  ApplicationEvent,
  DeliveredCommit,
  HandedInput,
  LadderRequest,
  LadderRung,
  TableRequest,
  TableRow,
} from "../card/application.ts";
import { commandText, type OperatorCommand } from "../card/operator-command.ts";
import type { RackConfiguration } from "../configuration/rack-schema.ts";
import { type Input, input as inputLayout } from "../interchange/input.ts";
import { outputs as outputsLayout } from "../interchange/output.ts";
import { toHex } from "../isup/format-codec.ts";
import type { TimerName } from "../isup/timers.ts";
import { decode, encode, encodeWithoutView, layout, octets, rest } from "../layout/layout.ts";
import { OctetReader } from "../layout/octet-reader.ts";
import { assert } from "../result.ts";
import { type Micros, microsPerMilli } from "../time.ts";
import { BackgroundWork } from "./background-work.ts";
import { BlockingDisk, blockingKey } from "./blocking-disk.ts";
import { BroadcastInputs } from "./broadcast-inputs.ts";
import { BlockingRestoration } from "./blocking-restoration.ts";
import { CallDetailLog } from "./call-detail-log.ts";
import { type CallDetailRecord, callDetailRecords } from "./call-detail-record.ts";
import { circuitActions } from "./circuit-actions.ts";
import { CircuitPlan } from "./circuit-plan.ts";
import { connectionActions } from "./connection-actions.ts";
import { CardPresence } from "./card-presence.ts";
import { Congestion } from "./congestion.ts";
import { consumedInput } from "./consumed-input.ts";
import { Counters } from "./counters.ts";
import { clockError, correctUtc, GroupTime, utcMillis } from "./group-time.ts";
import { IdleCircuits } from "./idle-circuits.ts";
import { receiveInput } from "./input-reception.ts";
import { Ladder, type LadderStep } from "./ladder.ts";
import { fireBlocking, isBlockingTimer } from "./local-blocking.ts";
import { NodeTimers } from "./node-timers.ts";
import { discardPoison } from "./poison-input.ts";
import { Routing } from "./routing.ts";
import { SnapshotReceiver, SnapshotSender } from "./snapshot.ts";
import {
  callOf,
  type CommitSetting,
  type DecodedChanges,
  decodeChanges,
  encodeChanges,
} from "./tables/change-codec.ts";
import { obey } from "./operator-commands.ts";
import { OutputHistory } from "./output-history.ts";
import { NodeTables } from "./tables/node-tables.ts";
import { apply, type Change } from "./tables/transaction.ts";
import { pageOfRows, type ReadableRow, readableRows } from "./table-view.ts";
import { Traffic } from "./traffic.ts";
import { Turn } from "./turn.ts";
import { utcTime } from "./utc-time.ts";

/** At these sequences a commit carries the digest of the tables before it. */
const digestInterval = 1024;
/** And so often primary and backup tell each other the digest of what they hold. */
const digestIntervalMicros: Micros = 1_000_000;
const snapshotIntervalMicros: Micros = microsPerMilli;
/** Commits of background work, and timers, that one `deadline` handles before inputs get their turn. */
const workPerStepMax = 8;
const nothing = new Uint8Array(0);
const never: Micros = Number.POSITIVE_INFINITY;

/** With what a card asks for the state: what it has kept on its disk. */
const holdingLayout = layout("holding", { records: octets, blocking: rest });

export interface CallServerOptions {
  /** The lines of `cdr.jsonl` as the card finds them. */
  readonly storedCdrs?: readonly string[];
  /** The value under `blockingKey` as the card finds it. */
  readonly storedBlocking?: StorageOutcome<Uint8Array>;
  /** Rules that a test has switched off, to show that it fails without them. */
  readonly withoutRules?: ReadonlySet<ProtocolRule>;
}

/** `astray`: the tables were not the group's and are forgotten; nothing is taken until the card is told to resynchronise. */
type Role = "blank" | "backup" | "primary" | "synchronising" | "astray";

interface BufferedCommit {
  readonly commit: DeliveredCommit;
  readonly now: Micros;
}

export class CallServer implements Application {
  readonly #tables = new NodeTables();
  readonly #counters = new Counters();
  readonly #plan: CircuitPlan;
  readonly #idleCircuits: IdleCircuits;
  readonly #timers: NodeTimers;
  readonly #traffic: Traffic;
  readonly #broadcastInputs: BroadcastInputs;
  readonly #records: CallDetailLog;
  readonly #blocking: BlockingDisk;
  readonly #restoration: BlockingRestoration;
  readonly #time = new GroupTime();
  readonly #ladder: Ladder;
  readonly #work: BackgroundWork;
  readonly #node: Turn["node"];
  readonly #withoutRules: ReadonlySet<ProtocolRule>;
  readonly #congestion = new Congestion();
  readonly #history = new OutputHistory();
  readonly #presence: CardPresence;
  #role: Role = "blank";
  #term = 0;
  /** The last commit that the tables hold. */
  #sequence = 0;
  #now: Micros = 0;
  #sender: SnapshotSender | undefined;
  #nextPiece: Micros = 0;
  #nextDigest: Micros = 0;
  #receiver: SnapshotReceiver | undefined;
  #buffered: BufferedCommit[] = [];

  /** `slot` is that of a call server in the configuration. */
  constructor(
    configuration: RackConfiguration,
    slot: number,
    { storedCdrs = [], storedBlocking, withoutRules = new Set() }: CallServerOptions = {},
  ) {
    this.#withoutRules = withoutRules;
    const card = configuration.cards.find((candidate) => candidate.slot === slot);
    assert(card?.kind === "call-server", `slot ${slot} is no call server`);
    this.#plan = new CircuitPlan(configuration, card.group);
    this.#idleCircuits = new IdleCircuits(this.#plan, this.#tables);
    this.#timers = new NodeTimers(this.#tables, configuration.timersMillis);
    this.#traffic = new Traffic(this.#tables, this.#counters, this.#plan);
    this.#broadcastInputs = new BroadcastInputs(this.#plan, this.#tables);
    this.#records = new CallDetailLog(storedCdrs);
    this.#ladder = new Ladder(this.#plan, slot);
    this.#presence = new CardPresence(this.#plan, this.#tables);
    this.#node = {
      plan: this.#plan,
      routing: new Routing(configuration, card.group),
      tables: this.#tables,
      idleCircuits: this.#idleCircuits,
      counters: this.#counters,
      actions: { circuit: circuitActions, connection: connectionActions },
      isAlive: (candidate) => this.#presence.isAlive(candidate),
      congestion: this.#congestion,
    };
    this.#blocking = new BlockingDisk(this.#plan, this.#tables, storedBlocking);
    this.#restoration = new BlockingRestoration(this.#plan, this.#tables, this.#blocking);
    this.#work = new BackgroundWork(this.#node, this.#history, this.#restoration);
  }

  start(now: Micros): readonly ApplicationAction[] {
    this.#now = now;
    return this.#blocking.start();
  }

  step(event: ApplicationEvent, now: Micros, wallMillis: number): readonly ApplicationAction[] {
    this.#now = now;
    switch (event.kind) {
      case "input":
        return this.#role === "primary" ? this.#consume(event) : [];
      case "poison":
        return this.#role === "primary" ? this.#discard(event) : [];
      case "deadline":
        return [
          ...this.#publish(),
          ...this.#blocking.due(now),
          ...(this.#role === "primary" ? this.#workOff(wallMillis) : []),
        ];
      case "operator":
        return this.#obey(event.command);
      case "stored":
        return event.key === blockingKey ? this.#blocking.stored(event.failure, now) : [];
      case "digest":
        return this.#compare(event.slot, event.sequence, event.digest);
      case "commit":
        return this.#deliver(event.commit);
      case "primary":
        this.#term = event.term;
        return this.#becomePrimary(event.sequence, event.coldStart, event.timeMillis);
      case "admit":
        if (this.#role !== "primary") return [];
        return this.#commitOfCard({ kind: "admit", slot: event.slot, incarnation: event.incarnation });
      case "backup":
        this.#role = "backup";
        this.#sender = undefined;
        return [];
      case "transmitted":
        return this.#records.transmitted(event.sequence);
      case "resynchronise":
        this.#forget();
        this.#role = "synchronising";
        return [{ kind: "snapshot-request", request: this.#holding() }];
      case "snapshot-wanted":
        return this.#startSnapshot(event.slot, event.request);
      case "snapshot":
        return this.#takePiece(event.piece, event.sequence, event.last);
      case "forget":
        this.#forget();
        return [];
      case "card":
        return this.#heardOf(event);
      default:
        return [];
    }
  }

  nextDeadline(): Micros | undefined {
    const blocking = this.#blocking.nextDeadline();
    if (this.#role === "backup") return Math.min(this.#nextDigest, blocking ?? never);
    if (this.#role !== "primary") return blocking;
    return Math.min(
      this.#nextDigest,
      blocking ?? never,
      this.#timers.nextDeadline() ?? never,
      this.#work.nextDeadline(this.#now) ?? never,
      this.#sender === undefined ? never : this.#nextPiece,
    );
  }

  status(): Readonly<Record<string, unknown>> {
    const trunkGroups = this.#plan.configuration.trunkGroups.map(({ name }, number) => [
      name,
      this.#idleCircuits.countOf(number),
    ]);
    return {
      role: this.#role,
      sequence: this.#sequence,
      digest: this.#tables.digest(),
      congestionLevel: this.#congestion.level,
      ...this.#traffic.gauges(),
      ...this.#counters.all(),
      idleCircuits: Object.fromEntries(trunkGroups),
      callDetailRecords: this.#records.fileLines,
      blockingStates: this.#blocking.condition,
    };
  }

  /** Of all tables, 32 bits; the same on both cards at the same `appliedSequence`. */
  digest(): number {
    return this.#tables.digest();
  }

  get appliedSequence(): number {
    return this.#sequence;
  }

  /** The rows of a table as people read them: `endpoint`, `connection`, `state`, or one of the surroundings. */
  rows(table: string): readonly ReadableRow[] {
    return readableRows(this.#tables, this.#plan, table);
  }

  page(request: TableRequest): readonly TableRow[] {
    return pageOfRows(this.#tables, this.#plan, request);
  }

  /** Running timers with their deadlines on this card's clock, in a fixed order. */
  runningTimers(): readonly {
    readonly of: string;
    readonly key: number;
    readonly timer: string;
    readonly deadline: Micros;
  }[] {
    const named = (of: string) => (timer: { key: number; timer: string; deadline: Micros }) => ({ of, ...timer });
    return [
      ...[...this.#timers.circuits.all()].map(named("circuit")),
      ...[...this.#timers.connections.all()].map(named("connection")),
    ].sort((a, b) => a.of.localeCompare(b.of) || a.key - b.key || a.timer.localeCompare(b.timer));
  }

  /** The circuits of a trunk group (by its place in the configuration) in the order in which the next call would try them. */
  candidates(trunkGroup: number): readonly number[] {
    return [...this.#idleCircuits.candidates(trunkGroup)];
  }

  ladder(request: LadderRequest): readonly LadderRung[] {
    return this.#ladder.rungs(request);
  }

  // --- primary

  #becomePrimary(sequence: number, coldStart: boolean, timeMillis: number): readonly ApplicationAction[] {
    // Tables that are not whole are none: the circuits are reset, as from cold.
    if (this.#role === "synchronising" || this.#role === "astray") this.#forget();
    if (this.#withoutRules.has("timers-at-takeover")) this.#timers.clear();
    this.#role = "primary";
    this.#sequence = sequence;
    this.#time.begin(timeMillis, this.#now);
    this.#congestion.clear();
    this.#nextDigest = this.#now + digestIntervalMicros;
    this.#restoration.begin(coldStart, this.#now);
    this.#work.begin(this.#now, coldStart, this.#presence.dead);
    return [...this.#records.transmitted(sequence), ...this.#settleCards()];
  }

  #heardOf(event: Extract<ApplicationEvent, { readonly kind: "card" }>): readonly ApplicationAction[] {
    const hasDied = this.#presence.heard(event, this.#sequence);
    if (this.#role !== "primary") return [];
    const { slot } = event;
    if (hasDied) this.#work.left(slot, this.#presence.dead.get(slot) ?? 0);
    return this.#settleCards();
  }

  /** Cards that have died are dismissed before anything of theirs is moved, and admitted again when they are heard again. */
  #settleCards(): readonly ApplicationAction[] {
    const actions: ApplicationAction[] = [];
    for (let due = this.#presence.next(); due; due = this.#presence.next()) actions.push(...this.#commitOfCard(due));
    return actions;
  }

  #consume(event: HandedInput): readonly ApplicationAction[] {
    this.#congestion.note(event.waiting, this.#now);
    const decoded = decode(inputLayout, event.payload);
    const turn = new Turn(
      this.#node,
      this.#sequence + 1,
      this.#time.at(this.#now),
      event.slot,
      decoded.ok ? decoded.value : undefined,
    );
    if (!decoded.ok) this.#counters.count("inputsMalformed");
    else if (this.#broadcastInputs.isSecondCopy(decoded.value)) this.#counters.count("inputsDouble");
    else receiveInput(turn, decoded.value);
    return this.#commit(turn, { kind: "input", slot: event.slot, number: event.number }, event.payload);
  }

  /** What the last primary has died of is consumed unread, put right, and kept for those who find out why. */
  #discard(event: HandedInput): readonly ApplicationAction[] {
    const { slot, number, payload } = event;
    const decoded = decode(inputLayout, payload);
    const timeMillis = this.#time.at(this.#now);
    const turn = new Turn(this.#node, this.#sequence + 1, timeMillis, slot, decoded.ok ? decoded.value : undefined);
    if (decoded.ok) discardPoison(turn, decoded.value);
    this.#counters.count("inputsPoisoned");
    turn.alarm(`input ${number} of slot ${slot} has ended the last primary: it is discarded, and its call released`);
    const line = JSON.stringify({
      at: utcTime(utcMillis(this.#tables, timeMillis)),
      slot,
      number,
      octets: toHex(payload),
    });
    return [
      ...this.#commit(turn, { kind: "input", slot, number }, payload),
      { kind: "append", file: "poison.jsonl", line },
    ];
  }

  /** One command, one commit; none where it changes nothing. */
  #obey(command: OperatorCommand): readonly ApplicationAction[] {
    if (this.#role !== "primary") {
      const text = `operator: cannot ${commandText(command)}: this card is not primary`;
      return [{ kind: "log", severity: "warning", text }];
    }
    const turn = new Turn(this.#node, this.#sequence + 1, this.#time.at(this.#now));
    const answer: ApplicationAction = { kind: "log", severity: "info", text: obey(turn, command) };
    return turn.transaction.changes().length > 0
      ? [...this.#commit(turn, { kind: "internal" }, nothing), answer]
      : [answer];
  }

  /** Timers that have expired, then background work, then a piece of a snapshot. */
  #workOff(wallMillis: number): readonly ApplicationAction[] {
    const actions: ApplicationAction[] = [];
    const timeMillis = this.#time.at(this.#now);
    const newTurn = () => new Turn(this.#node, this.#sequence + 1, timeMillis);
    const error = clockError(this.#tables, timeMillis, wallMillis);
    if (error !== 0) actions.push(...this.#followClock(newTurn(), error));
    for (let done = 0; done < workPerStepMax; done++) {
      const turn = newTurn();
      const circuit = this.#timers.circuits.expire(this.#now);
      const connection = circuit === undefined ? this.#timers.connections.expire(this.#now) : undefined;
      if (circuit !== undefined) this.#expire(turn, circuit.key, circuit.timer as TimerName);
      else if (connection !== undefined) turn.fireConnection(connection.key, "guard");
      else {
        const work = this.#work.next(this.#now, this.#sequence);
        if (work === undefined) break;
        work(turn);
      }
      actions.push(...this.#commit(turn, { kind: "internal" }, nothing));
    }
    if (this.#sender !== undefined && this.#now >= this.#nextPiece) actions.push(...this.#sendPiece(this.#sender));
    return actions;
  }

  #expire(turn: Turn, circuit: number, timer: TimerName): void {
    if (isBlockingTimer(timer)) fireBlocking(turn, [circuit], timer);
    else turn.fireCircuit(circuit, timer);
  }

  #followClock(turn: Turn, error: number): readonly ApplicationAction[] {
    const by = `${(Math.abs(error) / 1000).toFixed(1)} s ${error > 0 ? "ahead" : "back"}`;
    turn.alarm(
      `the clock is ${by} of the group's time: call detail records follow it, and calls last as long as they do`,
    );
    this.#counters.count("clockCorrections");
    correctUtc(this.#tables, turn.transaction, error);
    return this.#commit(turn, { kind: "internal" }, nothing);
  }

  #commit(turn: Turn, consumed: Consumed, payload: Uint8Array): ApplicationAction[] {
    const sequence = this.#sequence + 1;
    const timeMillis = turn.timed ? turn.timeMillis : 0;
    const changes = turn.transaction.changes();
    const digest = sequence % digestInterval === 0 ? this.#tables.digest() : undefined;
    const head = encodeWithoutView(outputsLayout, turn.outputs);
    const body = encodeChanges(this.#tables, changes, this.#setting(sequence, timeMillis, turn.input), digest, head);
    const refers = body.length > head.length || turn.outputs.some(({ kind }) => kind === "copy" || kind === "splice");
    const slot = consumed.kind === "input" ? consumed.slot : undefined;
    this.#history.add(this.#term, sequence, body, payload);
    const step: LadderStep = { atMicros: this.#now, sequence, own: true, slot, input: payload, body };
    this.#records.keep(this.#follow(changes, turn.input, step));
    const refersToInput = consumed.kind === "input" && refers;
    const actions: ApplicationAction[] = [{ kind: "commit", sequence, consumed, refersToInput, timeMillis, body }];
    for (const text of turn.alarms) actions.push({ kind: "log", severity: "alarm", text });
    actions.push(...this.#blocking.follow(changes, this.#now));
    return actions;
  }

  /** That a card is dismissed, or admitted: it performs only what comes after that, so what it has to do at first is told again. */
  #commitOfCard(consumed: Extract<Consumed, { readonly kind: "admit" | "dismiss" }>): readonly ApplicationAction[] {
    const sequence = this.#sequence + 1;
    this.#sequence = sequence;
    this.#presence.follow(consumed);
    if (consumed.kind === "admit") this.#work.welcome(consumed.slot);
    return [
      { kind: "commit", sequence, consumed, refersToInput: false, timeMillis: this.#time.at(this.#now), body: nothing },
    ];
  }

  /** What is on this card's disk. */
  #holding(): Uint8Array {
    return encode(holdingLayout, { records: this.#records.holding(), blocking: this.#blocking.saying() });
  }

  #startSnapshot(slot: number, request: Uint8Array): readonly ApplicationAction[] {
    if (this.#role !== "primary") return [];
    const since = utcTime(this.#tables.group.get(0).coldStartMillis);
    const decoded = decode(holdingLayout, request);
    const { records: held, blocking } = decoded.ok ? decoded.value : { records: nothing, blocking: nothing };
    this.#restoration.hear(blocking, this.#now);
    const records = this.#records.catchUp(held, since);
    this.#sender = new SnapshotSender(slot, this.#sequence, this.#tables, this.#timers, records);
    this.#nextPiece = this.#now;
    return [];
  }

  #sendPiece(sender: SnapshotSender): ApplicationAction[] {
    const { piece, last } = sender.piece(this.#now);
    this.#nextPiece = this.#now + snapshotIntervalMicros;
    if (last) this.#sender = undefined;
    return [{ kind: "snapshot", slot: sender.slot, piece, sequence: sender.sequence, last }];
  }

  // --- backup

  #deliver(commit: DeliveredCommit): readonly ApplicationAction[] {
    if (this.#role === "astray") return [];
    if (this.#role === "synchronising") {
      this.#buffered.push({ commit, now: this.#now });
      return [];
    }
    // An own commit that comes back, or one that the snapshot holds already.
    if (commit.sequence <= this.#sequence) return [];
    if (this.#role === "blank") this.#role = "backup";
    // What this card committed itself before it made way is the group's when the group goes on from it.
    const due = this.#records.transmitted(this.#sequence);
    const actions = this.#apply(commit, this.#now);
    return due.length === 0 ? actions : [...due, ...actions];
  }

  #apply(commit: DeliveredCommit, now: Micros): readonly ApplicationAction[] {
    const { sequence, body } = commit;
    if (body.length === 0) {
      this.#sequence = sequence;
      this.#presence.follow(commit.consumed);
      return [];
    }
    const input = consumedInput(commit.input);
    const read = this.#read(commit, input);
    if (read === undefined) return this.#goAstray(`commit ${sequence} cannot be read`);
    const { changes, digest } = read;
    if (digest !== undefined && digest !== this.#tables.digest()) {
      return this.#goAstray(`tables differ from the primary's before commit ${sequence}`);
    }
    const slot = commit.consumed.kind === "input" ? commit.consumed.slot : undefined;
    this.#history.add(commit.term, sequence, body, commit.input);
    const step: LadderStep = { atMicros: now, sequence, own: false, slot, input: nothing, body: nothing };
    const records = this.#records.write(this.#follow(changes, input, step));
    const blocking = this.#blocking.follow(changes, now);
    return blocking.length === 0 ? records : [...records, ...blocking];
  }

  /** What a commit does to the tables as they are; undefined when it cannot be read. */
  #read({ sequence, timeMillis, body }: DeliveredCommit, input: Input | undefined): DecodedChanges | undefined {
    const reader = new OctetReader(body);
    outputsLayout.skip(reader, "outputs");
    const read = decodeChanges(this.#tables, body, this.#setting(sequence, timeMillis, input), reader.offset);
    return reader.error === undefined && read.ok ? read.value : undefined;
  }

  #takePiece(piece: Uint8Array, sequence: number, last: boolean): readonly ApplicationAction[] {
    if (this.#role !== "synchronising") return [];
    this.#receiver ??= new SnapshotReceiver(this.#tables, this.#timers);
    const receiver = this.#receiver;
    const readable = receiver.take(piece, this.#now);
    if (readable && !last) return [];
    if (!readable || receiver.digest !== this.#tables.digest()) {
      return this.#goAstray("the snapshot of the primary's tables is not whole");
    }
    this.#idleCircuits.follow(receiver.rows);
    this.#traffic.follow(receiver.rows, true);
    this.#sequence = sequence;
    this.#role = "backup";
    this.#receiver = undefined;
    const actions = [...this.#records.takeOver(receiver), ...this.#blocking.takeOver(this.#now)];
    const buffered = this.#buffered;
    this.#buffered = [];
    for (const { commit, now } of buffered) {
      if (this.#withoutRules.has("row-copies")) this.#dropCopies(receiver, commit);
      if (this.#role === "backup" && commit.sequence > this.#sequence) actions.push(...this.#apply(commit, now));
    }
    return this.#role === "backup" ? [...actions, { kind: "complete", sequence: this.#sequence }] : actions;
  }

  // --- whether both hold the same

  #publish(): readonly ApplicationAction[] {
    if ((this.#role !== "primary" && this.#role !== "backup") || this.#now < this.#nextDigest) return [];
    this.#nextDigest = this.#now + digestIntervalMicros;
    return [{ kind: "digest", sequence: this.#sequence, digest: this.#tables.digest() }];
  }

  /** What was said of another commit than the one that the tables hold now is compared another time. */
  #compare(slot: number, sequence: number, digest: number): readonly ApplicationAction[] {
    if (sequence !== this.#sequence || digest === this.#tables.digest()) return [];
    if (this.#role === "backup")
      return this.#goAstray(`tables differ from those of slot ${slot} at commit ${sequence}`);
    if (this.#role !== "primary") return [];
    return [{ kind: "log", severity: "alarm", text: `the tables of slot ${slot} differ at commit ${sequence}` }];
  }

  /** The rule "row-copies" switched off: of a row that a later commit touches there is what that commit says. */
  #dropCopies({ rows }: SnapshotReceiver, commit: DeliveredCommit): void {
    for (const { table, key } of this.#read(commit, consumedInput(commit.input))?.changes ?? []) {
      const isCopy = rows.some((row) => row.table === table && row.key === key && row.after === table.get(key));
      if (isCopy) table.put(key, undefined);
    }
  }

  /** Tables that cannot follow their primary are of no use. */
  #goAstray(reason: string): readonly ApplicationAction[] {
    this.#forget();
    this.#role = "astray";
    return [{ kind: "astray", reason }];
  }

  // --- both

  /** Puts the changes into the tables and all that is derived from them. Gives the records of calls that ended. */
  #follow(changes: readonly Change[], input: Input | undefined, step: LadderStep): readonly CallDetailRecord[] {
    const consumed = callOf(this.#tables, input);
    apply(changes);
    this.#sequence = step.sequence;
    this.#idleCircuits.follow(changes);
    this.#timers.follow(changes, step.atMicros);
    this.#traffic.follow(changes);
    this.#broadcastInputs.follow(input, changes);
    if (consumed !== 0) this.#noteStep(consumed, step);
    for (const { table, key } of changes) {
      if (table.tag === this.#tables.state.tag && key !== consumed) this.#noteStep(key, step);
    }
    return callDetailRecords(changes, step.sequence, this.#tables, this.#plan);
  }

  #noteStep(call: number, step: LadderStep): void {
    const { incoming, outgoing } = this.#tables.state.get(call);
    this.#ladder.record(call, incoming, outgoing, step);
  }

  readonly #gatewayOf = (circuit: number): number => (this.#plan.has(circuit) ? this.#plan.gatewayOf(circuit) : 0);

  #setting(sequence: number, timeMillis: number, input: Input | undefined): CommitSetting {
    return { sequence, timeMillis, input, gatewayOf: this.#gatewayOf };
  }

  #forget(): void {
    this.#role = "blank";
    this.#sequence = 0;
    this.#tables.clear();
    this.#idleCircuits.clear();
    this.#timers.clear();
    this.#traffic.clear();
    this.#broadcastInputs.clear();
    this.#ladder.clear();
    this.#history.clear();
    this.#records.dropPending();
    this.#sender = undefined;
    this.#receiver = undefined;
    this.#buffered = [];
  }
}
