import { afterEach, describe, expect, test } from "vitest";
import type { SocketAddress } from "../../hal/socket-address.ts";
import {
  type StreamEnd,
  type StreamListener,
  type StreamServer,
  type StreamServerListener,
  type StreamSocket,
  type StreamSockets,
  sendQueueOctetsMax,
} from "../../hal/stream-socket.ts";

/** Stream sockets under test, and what makes time pass. */
export interface StreamsUnderTest {
  readonly sockets: StreamSockets;
  /** Two addresses of the host. */
  readonly address: string;
  readonly otherAddress: string;
  passUntil(condition: () => boolean): Promise<void>;
  /** Lets pass what is under way. */
  settle(): Promise<void>;
}

/** A stream's owner that notes all it is told. */
export class NotedStream implements StreamListener {
  /** The calls in order; octets as their total. */
  readonly told: string[] = [];
  readonly pieces: Uint8Array[] = [];
  octetCount = 0;
  writables = 0;
  local: SocketAddress | undefined;
  remote: SocketAddress | undefined;
  end: StreamEnd | undefined;

  opened(local: SocketAddress, remote: SocketAddress): void {
    this.told.push("opened");
    this.local = local;
    this.remote = remote;
  }
  octets(octets: Uint8Array): void {
    if (this.told.at(-1) !== "octets") this.told.push("octets");
    this.pieces.push(octets);
    this.octetCount += octets.length;
  }
  writable(): void {
    this.told.push("writable");
    this.writables++;
  }
  closed(reason: StreamEnd): void {
    this.told.push("closed");
    this.end = reason;
  }

  all(): Uint8Array {
    const all = new Uint8Array(this.octetCount);
    let offset = 0;
    for (const piece of this.pieces) {
      all.set(piece, offset);
      offset += piece.length;
    }
    return all;
  }
}

/** A server's owner that notes all it is told, and accepts. */
export class NotedServer implements StreamServerListener {
  local: SocketAddress | undefined;
  failure: { readonly kind: string } | undefined;
  readonly accepts: { readonly stream: StreamSocket; readonly noted: NotedStream; readonly remote: SocketAddress }[] =
    [];
  turnAway = false;

  listening(local: SocketAddress): void {
    this.local = local;
  }
  accepted(stream: StreamSocket, remote: SocketAddress): StreamListener | undefined {
    if (this.turnAway) return undefined;
    const noted = new NotedStream();
    this.accepts.push({ stream, noted, remote });
    return noted;
  }
  failed(failure: { readonly kind: string }): void {
    this.failure = failure;
  }
}

/** What every StreamSockets must do. */
export function streamSocketContract(implementation: string, create: () => StreamsUnderTest): void {
  describe(`StreamSockets: ${implementation}`, () => {
    const closers: (() => void)[] = [];
    afterEach(() => {
      for (const close of closers.splice(0)) close();
    });

    function prepare() {
      const under = create();
      const listen = async (local: SocketAddress): Promise<{ noted: NotedServer; server: StreamServer }> => {
        const noted = new NotedServer();
        const server = under.sockets.listen(local, noted);
        closers.push(() => server.close());
        expect(noted.local ?? noted.failure).toBeUndefined();
        await under.passUntil(() => noted.local !== undefined || noted.failure !== undefined);
        return { noted, server };
      };
      const connect = (remote: SocketAddress, localAddress?: string) => {
        const noted = new NotedStream();
        const stream = under.sockets.connect(remote, noted, localAddress);
        closers.push(() => stream.close());
        return { noted, stream };
      };
      /** A server and a stream to it, both ends open. */
      const pair = async () => {
        const { noted: atServer, server } = await listen({ address: under.address, port: 0 });
        const { noted: near, stream } = connect(placeOf(atServer));
        await under.passUntil(() => near.told.length > 0 && (atServer.accepts[0]?.noted.told.length ?? 0) > 0);
        const accepted = atServer.accepts[0];
        if (accepted === undefined) throw new Error("not accepted");
        closers.push(() => accepted.stream.close());
        return { ...under, near, stream, far: accepted.noted, farStream: accepted.stream, server, atServer };
      };
      return { ...under, listen, connect, pair };
    }

    test("a free port is chosen and told; both ends hear that the stream is open, and from whom", async () => {
      const { near, far, atServer, address } = await prepare().pair();
      expect(atServer.local).toEqual({ address, port: expect.any(Number) });
      expect(atServer.local?.port).toBeGreaterThan(0);
      expect([near.told, far.told]).toEqual([["opened"], ["opened"]]);
      expect(near.remote).toEqual(atServer.local);
      expect(far.local).toEqual(atServer.local);
      expect(far.remote).toEqual(near.local);
      expect(atServer.accepts[0]?.remote).toEqual(near.local);
    });

    test("octets arrive in order in both directions, and nothing within send", async () => {
      const { near, stream, far, farStream, passUntil } = await prepare().pair();
      const sent = Uint8Array.from({ length: 100_000 }, (_, index) => index ^ (index >> 8));
      for (let offset = 0; offset < sent.length; offset += 7777) {
        const piece = sent.slice(offset, offset + 7777);
        expect(stream.send(piece)).toBe("sent");
        expect(farStream.send(piece)).toBe("sent");
        piece.fill(0);
      }
      expect(near.octetCount + far.octetCount).toBe(0);
      await passUntil(() => near.octetCount >= sent.length && far.octetCount >= sent.length);
      expect(far.all()).toEqual(sent);
      expect(near.all()).toEqual(sent);
      for (const piece of far.pieces) expect(Object.getPrototypeOf(piece)).toBe(Uint8Array.prototype);
    });

    test("sending from within opened works on both ends", async () => {
      const { listen, connect, passUntil, address } = prepare();
      const { noted: server } = await listen({ address, port: 0 });
      const far = new NotedStream();
      server.accepted = (stream) => {
        far.opened = () => void stream.send(new Uint8Array([1, 2, 3]));
        closers.push(() => stream.close());
        return far;
      };
      const { noted: near, stream } = connect(placeOf(server));
      near.opened = () => void stream.send(new Uint8Array([4, 5]));
      await passUntil(() => near.octetCount === 3 && far.octetCount === 2);
      expect(near.all()).toEqual(new Uint8Array([1, 2, 3]));
    });

    test("a full queue is back-pressure: all or nothing is taken, writable tells when to go on, nothing is lost", async () => {
      const { near, stream, far, passUntil } = await prepare().pair();
      const piece = new Uint8Array(10_000);
      let pieces = 0;
      const push = () => {
        for (; pieces < 2000; pieces++) {
          piece.fill(pieces);
          if (stream.send(piece) !== "sent") return;
        }
      };
      push();
      expect(pieces * piece.length).toBeGreaterThanOrEqual(sendQueueOctetsMax);
      expect(pieces).toBeLessThan(2000);
      expect(stream.send(piece)).toBe("full");
      near.writable = () => {
        near.writables++;
        push();
      };
      await passUntil(() => pieces === 2000 && far.octetCount >= 2000 * piece.length);
      expect(far.octetCount).toBe(2000 * piece.length);
      expect(near.writables).toBeGreaterThan(0);
      expect(far.all().every((octet, index) => octet === (Math.floor(index / piece.length) & 0xff))).toBe(true);
    });

    test("writable is called once for a refusal, and not without one", async () => {
      const { near, stream, far, passUntil, settle } = await prepare().pair();
      let total = 0;
      const send = async (octets: number) => {
        total += octets;
        expect(stream.send(new Uint8Array(octets))).toBe("sent");
        await passUntil(() => far.octetCount === total);
        await settle();
      };
      await send(8_000_000);
      expect(near.writables).toBe(0);
      while (stream.send(new Uint8Array(50_000)) === "sent") total += 50_000;
      await passUntil(() => near.writables > 0);
      await send(8_000_000);
      expect(near.writables).toBe(1);
    });

    test("one message longer than the queue goes when the queue is empty", async () => {
      const { stream, far, passUntil } = await prepare().pair();
      expect(stream.send(new Uint8Array(2 * sendQueueOctetsMax))).toBe("sent");
      await passUntil(() => far.octetCount === 2 * sendQueueOctetsMax);
    });

    test("a peer that does not read is not told; the sender is held back, and nothing is lost when it reads again", async () => {
      const { stream, far, farStream, passUntil, settle } = await prepare().pair();
      farStream.read(false);
      await settle();
      const piece = new Uint8Array(50_000);
      let total = 0;
      // Kernels have queues of their own, which fill up first.
      for (let refusals = 0; refusals < 5 && total < 2000 * piece.length; ) {
        if (stream.send(piece) === "sent") {
          total += piece.length;
          refusals = 0;
        } else {
          refusals++;
          await settle();
        }
      }
      expect(far.octetCount).toBe(0);
      expect(total).toBeLessThan(2000 * piece.length);
      farStream.read(true);
      await passUntil(() => far.octetCount === total);
      expect(stream.send(piece)).toBe("sent");
      await passUntil(() => far.octetCount === total + piece.length);
    });

    test("before it is open a stream takes nothing", async () => {
      const { listen, connect, passUntil, address } = prepare();
      const { noted: server } = await listen({ address, port: 0 });
      const { noted, stream } = connect(placeOf(server));
      expect(stream.send(new Uint8Array(1))).toBe("full");
      await passUntil(() => noted.told.length > 0);
      expect(noted.told).toEqual(["opened"]);
      expect(stream.send(new Uint8Array(1))).toBe("sent");
      expect(noted.writables).toBe(0);
    });

    test("closing ends the stream at the peer, after all that was sent; who closed hears nothing", async () => {
      const { near, stream, far, farStream, passUntil, settle } = await prepare().pair();
      stream.send(new Uint8Array(50_000));
      stream.close();
      stream.close();
      expect(stream.send(new Uint8Array(1))).toBe("closed");
      farStream.send(new Uint8Array(10));
      await passUntil(() => far.end !== undefined);
      expect(far.octetCount).toBe(50_000);
      expect(far.end).toEqual({ kind: "ended" });
      expect(farStream.send(new Uint8Array(1))).toBe("closed");
      await settle();
      expect(near.told).toEqual(["opened"]);
      expect(far.told).toEqual(["opened", "octets", "closed"]);
    });

    test("a taken port is a value that names it", async () => {
      const { listen, address } = prepare();
      const { noted: first } = await listen({ address, port: 0 });
      const { noted: second } = await listen(placeOf(first));
      expect(second.failure).toMatchObject({ kind: "address-in-use", ...first.local });
      expect(second.local).toBeUndefined();
    });

    test("a port can be had again after close, on another address also before", async () => {
      const { listen, address, otherAddress, settle } = prepare();
      const { noted: first, server } = await listen({ address, port: 0 });
      const { port } = placeOf(first);
      const { noted: elsewhere } = await listen({ address: otherAddress, port });
      expect(elsewhere.local).toEqual({ address: otherAddress, port });
      server.close();
      await settle();
      const { noted: again } = await listen({ address, port });
      expect(again.local).toEqual({ address, port });
    });

    test("an address of another machine, and what is no address, are not available", async () => {
      const { listen, address } = prepare();
      for (const foreign of ["192.0.2.1", "localhost", "", "1.2.3"]) {
        const { noted } = await listen({ address: foreign, port: 4000 });
        expect(noted.failure).toMatchObject({ kind: "address-not-available", address: foreign, port: 4000 });
      }
      expect((await listen({ address, port: 0 })).noted.failure).toBeUndefined();
    });

    test("nobody there: refused, and nothing but that", async () => {
      const { listen, connect, passUntil, settle, address } = prepare();
      const { noted: gone, server } = await listen({ address, port: 0 });
      server.close();
      await settle();
      const { noted, stream } = connect(placeOf(gone));
      await passUntil(() => noted.end !== undefined);
      expect(noted.end).toMatchObject({ kind: "refused", ...gone.local });
      expect(noted.told).toEqual(["closed"]);
      expect(stream.send(new Uint8Array(1))).toBe("closed");
    });

    test("a stream closed while it opens hears nothing", async () => {
      const { listen, connect, settle, address } = prepare();
      const { noted: server } = await listen({ address, port: 0 });
      const { noted, stream } = connect(placeOf(server));
      stream.close();
      await settle();
      expect(noted.told).toEqual([]);
      expect(stream.send(new Uint8Array(1))).toBe("closed");
    });

    test("a peer that is turned away gets an end", async () => {
      const { listen, connect, passUntil, address } = prepare();
      const { noted: server } = await listen({ address, port: 0 });
      server.turnAway = true;
      const { noted } = connect(placeOf(server));
      await passUntil(() => noted.end !== undefined);
      expect(noted.octetCount).toBe(0);
    });

    test("the local address can be chosen", async () => {
      const { listen, connect, passUntil, address, otherAddress } = prepare();
      const { noted: server } = await listen({ address, port: 0 });
      const { noted } = connect(placeOf(server), otherAddress);
      await passUntil(() => noted.told.length > 0 && server.accepts.length > 0);
      expect(noted.local?.address).toBe(otherAddress);
      expect(server.accepts[0]?.remote.address).toBe(otherAddress);
      const { noted: foreign } = connect(placeOf(server), "192.0.2.1");
      await passUntil(() => foreign.end !== undefined);
      expect(foreign.end).toMatchObject({ kind: "address-not-available", ...server.local });
    });

    test("a closed server accepts no more, and what it has accepted lives on", async () => {
      const { stream, far, server, atServer, connect, passUntil, settle } = await (async () => {
        const prepared = prepare();
        return { ...prepared, ...(await prepared.pair()) };
      })();
      server.close();
      await settle();
      const { noted: late } = connect(placeOf(atServer));
      await passUntil(() => late.end !== undefined);
      stream.send(new Uint8Array(3));
      await passUntil(() => far.octetCount === 3);
      expect(atServer.accepts).toHaveLength(1);
    });
  });
}

function placeOf(server: NotedServer): SocketAddress {
  if (server.local === undefined) throw new Error(`does not listen: ${JSON.stringify(server.failure)}`);
  return server.local;
}
