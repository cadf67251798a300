import { connect } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { linuxStreamSockets } from "../../../hal/linux/stream-socket.ts";
import { NotedServer, streamSocketContract } from "../../contract/stream-socket.ts";

async function passUntil(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}

streamSocketContract("Linux", () => ({
  sockets: linuxStreamSockets(),
  address: "127.0.0.1",
  otherAddress: "127.0.0.2",
  passUntil,
  settle: () => new Promise((resolve) => setTimeout(resolve, 30)),
}));

test("a peer that breaks off is a reset that names it", async () => {
  const noted = new NotedServer();
  const server = linuxStreamSockets().listen({ address: "127.0.0.1", port: 0 }, noted);
  await passUntil(() => noted.local !== undefined);
  const peer = connect({ host: "127.0.0.1", port: noted.local?.port ?? 0 });
  await passUntil(() => noted.accepts.length > 0 && !peer.connecting);
  peer.resetAndDestroy();
  await passUntil(() => noted.accepts[0]?.noted.end !== undefined);
  expect(noted.accepts[0]?.noted.end).toMatchObject({ kind: "reset", ...noted.accepts[0]?.remote });
  server.close();
});

test("an IPv4 peer of a server on every IPv6 address keeps its IPv4 address", async ({ skip }) => {
  const noted = new NotedServer();
  const server = linuxStreamSockets().listen({ address: "::", port: 0 }, noted);
  await passUntil(() => noted.local !== undefined || noted.failure !== undefined);
  if (noted.failure !== undefined) skip("no IPv6 here");
  const peer = connect({ host: "127.0.0.1", port: noted.local?.port ?? 0 });
  await passUntil(() => noted.accepts.length > 0);
  expect(noted.accepts[0]?.remote.address).toBe("127.0.0.1");
  peer.destroy();
  server.close();
});
