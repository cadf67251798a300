import { fork } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import type { RackConfiguration } from "../../../firmware/configuration/rack-schema.ts";
import { gatewayOfRack } from "../../../tools/gateway/gateway-configuration.ts";
import type { GatewaySnapshot } from "../../../tools/gateway/snapshot.ts";

const main = new URL("../../../tools/gateway/main.ts", import.meta.url);

interface Answer {
  readonly ok?: boolean;
  readonly ready?: boolean;
  readonly port?: number;
  readonly id?: unknown;
  readonly error?: string;
  readonly snapshot?: GatewaySnapshot;
}

test("the program answers its parent and a Unix socket, and stops when its parent goes", async () => {
  const folder = await mkdtemp(join(tmpdir(), "gateway-"));
  const [config, control] = [join(folder, "gateway.yaml"), join(folder, "control")];
  await writeFile(config, "domain: trunks\nport: 0\n");
  const child = fork(main, ["--config", config, "--control", control], { silent: true });
  const next = () => new Promise<Answer>((resolve) => child.once("message", (message) => resolve(message as Answer)));
  try {
    expect(await next()).toMatchObject({ ready: true });
    child.send({ do: "snapshot", id: 7 });
    expect(await next()).toMatchObject({ id: 7, ok: true, snapshot: { domain: "trunks", endpointCount: 0 } });
    child.send({ do: "nothing" });
    expect(await next()).toMatchObject({ ok: false });

    const socket = connect(control);
    const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
    socket.write('{"do":"faults","faults":{"dropFirstReplies":1}}\nnot json\n{"do":"snapshot","id":1}\n');
    const answers = [await lines.next(), await lines.next(), await lines.next()].map(({ value }) =>
      JSON.parse(String(value)),
    );
    expect(answers.toSorted((one, other) => (one.id ?? 0) - (other.id ?? 0))).toMatchObject([
      expect.objectContaining({ ok: expect.any(Boolean) }),
      expect.objectContaining({ ok: expect.any(Boolean) }),
      { id: 1, ok: true, snapshot: { domain: "trunks" } },
    ]);
    socket.destroy();
    const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
    child.disconnect();
    expect(await ended).toBe(0);
  } finally {
    child.kill();
    await rm(folder, { recursive: true, force: true });
  }
});

test("a rack's configuration gives the gateway its circuits and their ports", () => {
  const rack = {
    gateways: [
      {
        name: "one",
        domain: "gw",
        address: "127.0.0.1",
        port: 2500,
        callAgents: [{ transporter: 4, address: "127.0.0.1", port: 2700 }],
      },
    ],
    trunkGroups: [
      {
        name: "east",
        gateway: "one",
        firstCic: 1,
        lastCic: 30,
        media: { address: "127.0.0.1", gatewayPort: 30_000, exchangePort: 31_000 },
      },
      {
        name: "west",
        gateway: "two",
        firstCic: 1,
        lastCic: 30,
        media: { address: "127.0.0.1", gatewayPort: 32_000, exchangePort: 33_000 },
      },
    ],
  } as unknown as RackConfiguration;
  expect(gatewayOfRack(rack, "one")).toMatchObject({
    port: 2500,
    notifiedEntity: { address: "127.0.0.1", port: 2700 },
    trunkGroups: [{ trunkGroup: "east", firstCic: 1, lastCic: 30, gatewayBasePort: 30_000, exchangeBasePort: 31_000 }],
  });
  expect(gatewayOfRack(rack, "three")).toBeUndefined();
});
