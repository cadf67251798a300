/** The codec against a real gateway: osmo-mgw of the Osmocom project, where it is installed. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeDatagram, encodeDatagram } from "../../../firmware/mgcp/codec.ts";
import { command, type Response } from "../../../firmware/mgcp/message.ts";
import { Requester } from "../../../firmware/mgcp/requester.ts";
import {
  audioDestination,
  decodeSessionDescription,
  encodeSessionDescription,
} from "../../../firmware/sdp/session-description.ts";
import { ownAddress } from "../../own-address.ts";
import { Mailbox } from "../../tools/gateway/call-agent.ts";

const installed = spawnSync("osmo-mgw", ["--version"]).status === 0;
if (!installed) {
  if (process.env.CI === "true") throw new Error("osmo-mgw is not installed (Debian: osmo-mgw)");
  console.log("osmo-mgw is not installed: the codec was not tested against it");
}

/** Ports of this process's own. */
const port = 5000 + (process.pid % 900) * 4;
const configuration = `
line vty
 no login
 bind ${ownAddress} ${port + 1}
mgcp
 domain mgw
 bind ip ${ownAddress}
 bind port ${port}
 rtp port-range 40000 40199
 rtp bind-ip ${ownAddress}
 no rtp ip-probing
 no rtp keep-alive
 rtcp-omit
 number endpoints 16
 loop 0
 force-realloc 0
 sdp audio payload number 8
 sdp audio payload name PCMA/8000
 osmux off
`;

const endpoint = { local: "rtpbridge/a", domain: "mgw" };
const session = encodeSessionDescription({
  origin: { username: "-", sessionId: "1", sessionVersion: "1", address: { addressType: "IP4", address: ownAddress } },
  sessionName: "-",
  connection: { addressType: "IP4", address: ownAddress },
  time: { start: "0", stop: "0" },
  attributes: [],
  media: [
    {
      media: "audio",
      port: 40_998,
      protocol: "RTP/AVP",
      formats: ["8"],
      payloads: [{ payloadType: 8, encoding: "PCMA", clockHertz: 8000 }],
      packetMillis: 20,
      attributes: [],
    },
  ],
});

describe.runIf(installed)("osmo-mgw", () => {
  let folder = "";
  let gateway: ChildProcess;
  let mailbox: Mailbox;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "osmo-mgw-"));
    await writeFile(join(folder, "osmo-mgw.cfg"), configuration);
    gateway = spawn("osmo-mgw", ["-c", join(folder, "osmo-mgw.cfg")], { cwd: folder, stdio: "ignore" });
    mailbox = await Mailbox.open();
    await answerTo(encodeDatagram([command("AUEP", 1, endpoint)]));
  });

  afterAll(async () => {
    gateway.kill();
    mailbox.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Sends until an answer comes: the gateway may not be up yet. */
  async function answerTo(datagram: Uint8Array): Promise<Response> {
    const again = setInterval(() => mailbox.send(port, datagram), 200);
    mailbox.send(port, datagram);
    const [result] = decodeDatagram(await mailbox.take().finally(() => clearInterval(again)));
    if (!result.ok || result.value.kind !== "response") throw new Error(`no response: ${JSON.stringify(result)}`);
    return result.value;
  }

  test("CRCX, MDCX and DLCX are understood, and their answers read", async () => {
    const localConnectionOptions = [
      { name: "p", value: "20" },
      { name: "a", value: "PCMA" },
    ];
    const created = await answerTo(
      encodeDatagram([
        command("CRCX", 10, endpoint, { callId: "A1", localConnectionOptions, connectionMode: "recvonly" }),
      ]),
    );
    expect(created).toMatchObject({ code: 200, transactionId: 10, comment: "OK", extensions: [] });
    const { connectionIds = [] } = created.parameters;
    expect(connectionIds.length).toBe(1);
    const local = decodeSessionDescription(created.sessions[0]);
    expect(local.ok && audioDestination(local.value)).toMatchObject({ address: ownAddress });
    expect(local.ok && local.value.media[0].formats).toContain("8");

    const parameters = { callId: "A1", connectionIds, connectionMode: "sendrecv" } as const;
    const modified = await answerTo(encodeDatagram([command("MDCX", 11, endpoint, parameters, [session])]));
    expect(modified).toMatchObject({ code: 200, transactionId: 11 });

    const deleted = await answerTo(encodeDatagram([command("DLCX", 12, endpoint, { callId: "A1", connectionIds })]));
    expect(deleted).toMatchObject({ code: 250, transactionId: 12 });
    const names = deleted.parameters.connectionParameters?.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["PS", "OS", "PR", "OR"]));
  });

  test("its refusals are read: unknown endpoint, wrong connection, too many connections", async () => {
    const codeOf = async (message: Parameters<typeof encodeDatagram>[0][number]) =>
      (await answerTo(encodeDatagram([message]))).code;
    const create = (id: number) => command("CRCX", id, endpoint, { callId: "B2", connectionMode: "recvonly" });
    expect(await codeOf(command("CRCX", 20, { local: "rtpbridge/ffff", domain: "mgw" }, { callId: "1" }))).toBe(500);
    expect(await codeOf(command("DLCX", 21, endpoint, { callId: "1", connectionIds: ["1"] }))).toBe(515);
    expect([await codeOf(create(22)), await codeOf(create(23)), await codeOf(create(24))]).toEqual([200, 200, 540]);
    expect(await codeOf(command("DLCX", 25, endpoint, { callId: "B2" }))).toBe(200);
  });

  test("the requester's repetition is answered from its history", async () => {
    const requester = new Requester();
    const create = command("CRCX", 30, endpoint, { callId: "C3", connectionMode: "recvonly" });
    const [send] = requester.step({ kind: "request", to: "mgw", command: create }, 0);
    if (send.kind !== "send") throw new Error("nothing sent");
    const first = await answerTo(send.datagram);
    const [repeated] = requester.step({ kind: "deadline" }, requester.nextDeadline() ?? 0);
    if (repeated.kind !== "send") throw new Error("nothing repeated");
    expect(await answerTo(repeated.datagram)).toEqual(first);
    expect(requester.step({ kind: "response", from: "mgw", response: first }, 0)).toMatchObject([
      { kind: "completed" },
    ]);
  });
});
