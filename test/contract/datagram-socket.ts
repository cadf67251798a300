import { afterEach, describe, expect, test } from "vitest";
import {
  type DatagramListener,
  type DatagramSocket,
  type DatagramSockets,
  datagramOctetsMax,
} from "../../hal/datagram-socket.ts";
import type { SocketAddress, SocketFailure } from "../../hal/socket-address.ts";

/** Datagram sockets under test, on a network that loses nothing, and what makes time pass. */
export interface DatagramsUnderTest {
  readonly sockets: DatagramSockets;
  /** Two addresses of the host. */
  readonly address: string;
  readonly otherAddress: string;
  passUntil(condition: () => boolean): Promise<void>;
  /** Lets pass what is under way. */
  settle(): Promise<void>;
}

/** A socket's owner that notes all it is told. */
export class NotedDatagrams implements DatagramListener {
  local: SocketAddress | undefined;
  failure: SocketFailure | undefined;
  readonly datagrams: { readonly octets: Uint8Array; readonly from: SocketAddress }[] = [];

  bound(local: SocketAddress): void {
    this.local = local;
  }
  datagram(octets: Uint8Array, from: SocketAddress): void {
    this.datagrams.push({ octets, from });
  }
  failed(failure: SocketFailure): void {
    this.failure = failure;
  }
}

/** What every DatagramSockets must do. */
export function datagramSocketContract(implementation: string, create: () => DatagramsUnderTest): void {
  describe(`DatagramSockets: ${implementation}`, () => {
    const opened: DatagramSocket[] = [];
    afterEach(() => {
      for (const socket of opened.splice(0)) socket.close();
    });

    function prepare() {
      const under = create();
      const bind = async (local: SocketAddress) => {
        const noted = new NotedDatagrams();
        const socket = under.sockets.bind(local, noted);
        opened.push(socket);
        expect(noted.local ?? noted.failure).toBeUndefined();
        expect(socket.send(new Uint8Array(1), { address: under.address, port: 9 })).toBe("full");
        await under.passUntil(() => noted.local !== undefined || noted.failure !== undefined);
        return { noted, socket, place: noted.local ?? { address: "", port: 0 } };
      };
      return { ...under, bind };
    }

    test("datagrams arrive as they were sent, with where they are from", async () => {
      const { bind, passUntil, address, otherAddress } = prepare();
      const one = await bind({ address, port: 0 });
      const other = await bind({ address: otherAddress, port: 0 });
      expect(one.place).toEqual({ address, port: expect.any(Number) });
      expect(one.place.port).toBeGreaterThan(0);
      for (const octets of [0, 1, 100, 1472, 20_000]) {
        const sent = Uint8Array.from({ length: octets }, (_, index) => index + octets);
        const scratch = sent.slice();
        expect(one.socket.send(scratch, other.place)).toBe("sent");
        scratch.fill(0xee);
        const before = other.noted.datagrams.length;
        await passUntil(() => other.noted.datagrams.length > before);
        expect(other.noted.datagrams.at(-1)).toEqual({ octets: sent, from: one.place });
      }
      for (const { octets } of other.noted.datagrams) {
        expect(Object.getPrototypeOf(octets)).toBe(Uint8Array.prototype);
      }
    });

    test("an answer goes back to where the question came from", async () => {
      const { bind, passUntil, address } = prepare();
      const one = await bind({ address, port: 0 });
      const other = await bind({ address, port: 0 });
      other.noted.datagram = (octets, from) => void other.socket.send(octets, from);
      one.socket.send(new Uint8Array([7]), other.place);
      expect(one.noted.datagrams).toEqual([]);
      await passUntil(() => one.noted.datagrams.length > 0);
      expect(one.noted.datagrams).toEqual([{ octets: new Uint8Array([7]), from: other.place }]);
    });

    test("every address: what is sent to any of them arrives", async () => {
      const { bind, passUntil, address, otherAddress } = prepare();
      const every = await bind({ address: "0.0.0.0", port: 0 });
      const one = await bind({ address, port: 0 });
      one.socket.send(new Uint8Array([1]), { address, port: every.place.port });
      await passUntil(() => every.noted.datagrams.length === 1);
      one.socket.send(new Uint8Array([2]), { address: otherAddress, port: every.place.port });
      await passUntil(() => every.noted.datagrams.length === 2);
      expect(every.noted.datagrams.map(({ octets }) => octets[0])).toEqual([1, 2]);
    });

    test("a taken port is a value that names it; the same port of another address is free", async () => {
      const { bind, address, otherAddress } = prepare();
      const first = await bind({ address, port: 0 });
      const second = await bind(first.place);
      expect(second.noted.failure).toMatchObject({ kind: "address-in-use", ...first.place });
      expect(second.socket.send(new Uint8Array(1), first.place)).toBe("closed");
      const elsewhere = await bind({ address: otherAddress, port: first.place.port });
      expect(elsewhere.noted.failure).toBeUndefined();
    });

    test("an address of another machine, and what is no address, are not available", async () => {
      const { bind } = prepare();
      for (const foreign of ["192.0.2.1", "localhost", "", "1.2.3"]) {
        const { noted } = await bind({ address: foreign, port: 4000 });
        expect(noted.failure).toMatchObject({ kind: "address-not-available", address: foreign, port: 4000 });
      }
    });

    test("a closed socket hears and sends nothing, and its port is free", async () => {
      const { bind, settle, address } = prepare();
      const one = await bind({ address, port: 0 });
      const other = await bind({ address, port: 0 });
      one.socket.send(new Uint8Array(1), other.place);
      other.socket.close();
      other.socket.close();
      expect(other.socket.send(new Uint8Array(1), one.place)).toBe("closed");
      await settle();
      expect(other.noted.datagrams).toEqual([]);
      const again = await bind(other.place);
      expect(again.noted.failure).toBeUndefined();
    });

    test("a socket closed before it is bound hears nothing", async () => {
      const { sockets, settle, address } = prepare();
      const noted = new NotedDatagrams();
      sockets.bind({ address, port: 0 }, noted).close();
      await settle();
      expect([noted.local, noted.failure]).toEqual([undefined, undefined]);
    });

    test("what nobody can get is lost and harms nothing", async () => {
      const { bind, passUntil, settle, address } = prepare();
      const one = await bind({ address, port: 0 });
      const gone = await bind({ address, port: 0 });
      gone.socket.close();
      await settle();
      for (const to of [gone.place, { address, port: 0 }, { address: "nowhere", port: 9 }, { address, port: 70_000 }]) {
        expect(one.socket.send(new Uint8Array(1), to)).toBe("sent");
      }
      await settle();
      expect(one.noted.failure).toBeUndefined();
      one.socket.send(new Uint8Array([5]), one.place);
      await passUntil(() => one.noted.datagrams.length > 0);
    });

    test("the longest datagram goes, a longer one is refused", async () => {
      const { bind, passUntil, address } = prepare();
      const one = await bind({ address, port: 0 });
      expect(one.socket.send(new Uint8Array(datagramOctetsMax + 1), one.place)).toBe("too-long");
      expect(one.socket.send(new Uint8Array(datagramOctetsMax), one.place)).toBe("sent");
      await passUntil(() => one.noted.datagrams.length > 0);
      expect(one.noted.datagrams[0]?.octets).toHaveLength(datagramOctetsMax);
    });
  });
}
