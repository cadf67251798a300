/** The application processor: a card's application on real sockets, storage, clock and link. */
import type { Clock } from "../../hal/clock.ts";
import type { DatagramSocket, DatagramSockets } from "../../hal/datagram-socket.ts";
import type { ProcessorLink } from "../../hal/processor-link.ts";
import type { SocketAddress } from "../../hal/socket-address.ts";
import type { Storage } from "../../hal/storage.ts";
import type { ValueStore } from "../../hal/value-store.ts";
import type { StreamListener, StreamSocket, StreamSockets } from "../../hal/stream-socket.ts";
import { lowBits } from "../backplane/sequence-number.ts";
import type { Micros } from "../time.ts";
import type { Application, ApplicationAction, ApplicationEvent, DeliveredCommit } from "./application.ts";
import { type EnquiryEvent, isEnquiryEvent } from "./enquiry.ts";
import { LineWriter } from "./line-writer.ts";
import { ManagementDesk } from "./management-desk.ts";
import type { OperatorCommand } from "./operator-command.ts";
import { decodeLinkMessage, type ToApplication } from "./link-message.ts";
import { LinkQueue } from "./link-queue.ts";
import { commitCountBits, noWork, workNote, workWord } from "./link-notes.ts";
import { WorkGate } from "./work-gate.ts";

/** Of what went wrong, for the other processor; the whole is in the log. */
const reasonCharactersMax = 200;
/** A stream that this card opens is opened again so long after it ended. */
const reconnectAfterMicros = 500_000;
/** So long after the disk has refused lines they are tried again. */
const retryLinesMicros = 1_000_000;
/** Whether held commits may be done by now is looked at so often. */
const lookAgainMicros = 1_000;
/** Octets kept for a stream whose queue is full; a peer that takes nothing for so long is cut off. */
const backlogOctetsMax = 4 * 1024 * 1024;

export interface ApplicationParts {
  readonly clock: Clock;
  readonly link: ProcessorLink;
  readonly streams: StreamSockets;
  readonly datagrams: DatagramSockets;
  readonly storage: Storage;
  /** Where the application's values are kept, if it has any. */
  readonly values?: ValueStore | undefined;
  log(severity: "info" | "warning" | "alarm", text: string): void;
  /** A socket that the configuration asks for cannot be had: the card cannot do its work. */
  unusable(text: string): void;
}

interface OpenStream {
  readonly socket: StreamSocket;
  backlog: Uint8Array[];
  backlogOctets: number;
}

export class ApplicationRunner {
  /** For what manages the card beside its application. */
  readonly management: ManagementDesk;
  readonly #application: Application;
  readonly #parts: ApplicationParts;
  readonly #queue: LinkQueue;
  readonly #streams = new Map<string, OpenStream>();
  readonly #datagrams = new Map<string, DatagramSocket>();
  #armedFor: Micros | undefined;
  #disarm: (() => void) | undefined;
  readonly #commitsPerformed = new Map<number, number>();
  readonly #lines: LineWriter;
  #retriesLines = false;
  readonly #gate: WorkGate;
  /** Commits that the communication processor does not vouch for now, in order. */
  readonly #held: DeliveredCommit[] = [];
  #looksAgain = false;
  #failed = false;

  constructor(application: Application, parts: ApplicationParts) {
    this.#application = application;
    this.#parts = parts;
    this.#lines = new LineWriter(parts.storage, (severity, text) => parts.log(severity, text));
    this.#queue = new LinkQueue(parts.link);
    this.management = new ManagementDesk((action) => this.#queue.send(action));
    this.#gate = new WorkGate((place) => parts.link.noteOfOther(place));
    parts.link.listen({
      message: (octets) => {
        const event = decodeLinkMessage(octets) as ToApplication;
        if (event.kind === "commit") this.#held.push(event.commit);
        else if (isEnquiryEvent(event)) this.#manage(event);
        else this.#step(event);
        this.#passCommits();
        if (event.kind === "backup" && !this.#failed) this.#queue.send({ kind: "drained" });
      },
      writable: () => this.#queue.flush(),
      nudged: () => {
        if (!this.#failed) parts.link.countProgress();
      },
    });
    this.#perform(application.start(parts.clock.nowMicros()));
    this.#arm();
  }

  /** An operator wants something. @returns what the application has to say to it, as it is logged */
  command(command: OperatorCommand): readonly string[] {
    return this.#step({ kind: "operator", command }).flatMap((action) => (action.kind === "log" ? [action.text] : []));
  }

  /** Of a plane only beats are to be used, or all of it again. */
  inhibitPlane(plane: 0 | 1, on: boolean): void {
    this.#queue.send({ kind: "inhibit-plane", plane, on });
  }

  /** The card leaves on purpose. */
  leave(): void {
    this.#queue.send({ kind: "leave" });
  }

  /** It is to stay after all, if it has not begun to leave: one that waits for a backup. */
  stay(): void {
    this.#queue.send({ kind: "stay" });
  }

  /** Commits that may be done, in their order; the others wait. */
  #passCommits(): void {
    const { clock } = this.#parts;
    while (this.#held.length > 0 && this.#gate.isOpen(clock.nowMicros())) {
      const commit = this.#held.shift();
      if (commit) this.#step({ kind: "commit", commit: this.#gate.passed(commit) });
    }
    if (this.#held.length === 0 || this.#looksAgain) return;
    this.#looksAgain = true;
    clock.at(clock.nowMicros() + lookAgainMicros, () => {
      this.#looksAgain = false;
      this.#passCommits();
    });
  }

  #step(event: ApplicationEvent): readonly ApplicationAction[] {
    if (this.#failed) return [];
    const { clock, link } = this.#parts;
    link.note(workNote, event.kind === "input" ? workWord(event.slot, event.number) : noWork);
    let actions: readonly ApplicationAction[];
    try {
      actions = this.#application.step(event, clock.nowMicros(), clock.wallMillis());
    } catch (error) {
      this.#fail(error);
      return [];
    }
    link.note(workNote, noWork);
    this.#perform(actions);
    if (event.kind === "commit") link.note(event.commit.group, this.#count(event.commit.group));
    link.countProgress();
    this.#arm();
    return actions;
  }

  #manage(event: EnquiryEvent): void {
    if (this.#failed) return;
    try {
      this.management.take(event);
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#parts.link.countProgress();
  }

  /** Commits of the group performed, this one among them, modulo 2^31. */
  #count(group: number): number {
    const count = lowBits((this.#commitsPerformed.get(group) ?? 0) + 1, commitCountBits);
    this.#commitsPerformed.set(group, count);
    return count;
  }

  /** What an application that has failed holds is not to be relied on. The communication processor outlives it and has the last word. */
  #fail(error: unknown): void {
    this.#failed = true;
    this.#disarm?.();
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    this.#parts.log("alarm", `the application has failed: ${(error instanceof Error && error.stack) || reason}`);
    this.#queue.send({ kind: "failed", reason: reason.slice(0, reasonCharactersMax) });
  }

  #perform(actions: readonly ApplicationAction[]): void {
    for (const action of actions) this.#act(action);
  }

  #act(action: ApplicationAction): void {
    switch (action.kind) {
      case "input":
      case "commit":
      case "snapshot":
      case "snapshot-request":
      case "complete":
      case "astray":
      case "digest":
        this.#queue.send(action);
        break;
      case "append":
        this.#lines.append(action.file, action.line);
        this.#retryLines();
        break;
      case "truncate":
        this.#lines.truncate(action.file, action.lines);
        break;
      case "put":
        this.#put(action.key, action.value);
        break;
      case "log":
        this.#parts.log(action.severity, action.text);
        break;
      case "stream-listen":
        this.#listen(action.stream, action);
        break;
      case "stream-connect":
        this.#connect(action.stream, { address: action.address, port: action.port });
        break;
      case "stream-send":
        this.#send(action.stream, action.octets);
        break;
      case "stream-read":
        this.#streams.get(action.stream)?.socket.read(action.on);
        break;
      case "stream-close":
        this.#close(action.stream, "closed from here");
        break;
      case "datagram-bind":
        this.#bind(action.socket, { address: action.address, port: action.port });
        break;
      case "datagram-send":
        this.#datagrams.get(action.socket)?.send(action.octets, { address: action.address, port: action.port });
        break;
    }
  }

  // --- the disk

  #retryLines(): void {
    if (this.#retriesLines || !this.#lines.isBehind) return;
    this.#retriesLines = true;
    const { clock } = this.#parts;
    clock.at(clock.nowMicros() + retryLinesMicros, () => {
      this.#retriesLines = false;
      this.#lines.retry();
      this.#retryLines();
    });
  }

  #put(key: string, value: Uint8Array): void {
    this.#parts.values?.put(key, value, (outcome) =>
      this.#step({ kind: "stored", key, failure: outcome.ok ? undefined : outcome.error.kind }),
    );
  }

  // --- streams

  #listen(stream: string, { address, port }: SocketAddress): void {
    this.#parts.streams.listen(
      { address, port },
      {
        listening: () => undefined,
        accepted: (socket) => {
          // A peer that connects anew has forgotten its old connection.
          this.#close(stream, "the peer has connected anew");
          return this.#listener(stream, socket, () => undefined);
        },
        failed: (failure) => this.#parts.unusable(`${stream}: cannot listen on ${address}:${port}: ${failure.kind}`),
      },
    );
  }

  #connect(stream: string, remote: SocketAddress): void {
    const again = () => {
      const { clock } = this.#parts;
      clock.at(clock.nowMicros() + reconnectAfterMicros, () => this.#connect(stream, remote));
    };
    let listener: StreamListener | undefined;
    const socket = this.#parts.streams.connect(remote, {
      opened: (local, peer) => listener?.opened(local, peer),
      octets: (octets) => listener?.octets(octets),
      writable: () => listener?.writable(),
      closed: (reason) => {
        listener?.closed(reason);
        again();
      },
    });
    listener = this.#listener(stream, socket, again);
  }

  /** @param ended called when this card itself ends the stream, whose listener hears nothing then */
  #listener(stream: string, socket: StreamSocket, ended: () => void): StreamListener {
    const open: OpenStream = { socket, backlog: [], backlogOctets: 0 };
    this.#ended.set(socket, ended);
    return {
      opened: () => {
        this.#streams.set(stream, open);
        this.#step({ kind: "stream-opened", stream });
      },
      octets: (octets) => {
        if (this.#streams.get(stream) === open) this.#step({ kind: "stream-octets", stream, octets });
      },
      writable: () => this.#flush(stream, open),
      closed: (reason) => {
        if (this.#streams.get(stream) !== open) return;
        this.#streams.delete(stream);
        this.#step({ kind: "stream-closed", stream, reason: reason.kind });
      },
    };
  }

  readonly #ended = new WeakMap<StreamSocket, () => void>();

  #send(stream: string, octets: Uint8Array): void {
    const open = this.#streams.get(stream);
    if (!open) return;
    if (open.backlog.length === 0 && open.socket.send(octets) === "sent") return;
    open.backlog.push(octets);
    open.backlogOctets += octets.length;
    if (open.backlogOctets > backlogOctetsMax) this.#close(stream, "the peer takes nothing");
  }

  #flush(stream: string, open: OpenStream): void {
    if (this.#streams.get(stream) !== open) return;
    let sent = 0;
    while (sent < open.backlog.length && open.socket.send(open.backlog[sent]) === "sent") {
      open.backlogOctets -= open.backlog[sent++].length;
    }
    open.backlog = open.backlog.slice(sent);
  }

  #close(stream: string, reason: string): void {
    const open = this.#streams.get(stream);
    if (!open) return;
    this.#streams.delete(stream);
    open.socket.close();
    this.#ended.get(open.socket)?.();
    this.#step({ kind: "stream-closed", stream, reason });
  }

  // --- datagrams

  #bind(socket: string, local: SocketAddress): void {
    const bound = this.#parts.datagrams.bind(local, {
      bound: () => undefined,
      datagram: (octets, from) =>
        this.#step({ kind: "datagram", socket, octets, address: from.address, port: from.port }),
      failed: (failure) =>
        this.#parts.unusable(`${socket}: cannot receive on ${local.address}:${local.port}: ${failure.kind}`),
    });
    this.#datagrams.set(socket, bound);
  }

  // --- time

  #arm(): void {
    const deadline = this.#application.nextDeadline();
    if (deadline === undefined || (this.#armedFor !== undefined && this.#armedFor <= deadline)) return;
    this.#disarm?.();
    this.#armedFor = deadline;
    this.#disarm = this.#parts.clock.at(deadline, () => {
      this.#armedFor = undefined;
      const due = this.#application.nextDeadline();
      if (due !== undefined && due <= this.#parts.clock.nowMicros()) this.#step({ kind: "deadline" });
      else this.#arm();
    });
  }
}
