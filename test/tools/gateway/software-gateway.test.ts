import { afterEach, describe, expect, test } from "vitest";
import { command, response } from "../../../firmware/mgcp/message.ts";
import { audioDestination, decodeSessionDescription } from "../../../firmware/sdp/session-description.ts";
import { gatewaySchema } from "../../../tools/gateway/gateway-configuration.ts";
import { SoftwareGateway } from "../../../tools/gateway/software-gateway.ts";
import { ownAddress } from "../../own-address.ts";
import { CallAgent, Mailbox } from "./call-agent.ts";

const circuits = 4;
let nextPort = 10_000;

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function openMailbox(port = 0): Promise<Mailbox> {
  const mailbox = await Mailbox.open(port);
  closing.push(() => mailbox.close());
  return mailbox;
}

/** A gateway with circuits east/1 to east/4 and west/11 to west/14, and a call agent. */
async function setUp(changes: object = {}) {
  const ports = { eastGateway: 0, eastExchange: 0, westGateway: 0, westExchange: 0 };
  const rtp = { firstPort: nextPort + 80, lastPort: nextPort + 89 };
  for (const name of Object.keys(ports) as (keyof typeof ports)[]) ports[name] = nextPort += circuits;
  nextPort += circuits;
  const address = ownAddress;
  const configuration = gatewaySchema.parse({
    address,
    port: 0,
    rtp,
    trunkGroups: [
      {
        trunkGroup: "east",
        firstCic: 1,
        lastCic: circuits,
        address,
        gatewayBasePort: ports.eastGateway,
        exchangeBasePort: ports.eastExchange,
      },
      {
        trunkGroup: "west",
        firstCic: 11,
        lastCic: 10 + circuits,
        address,
        gatewayBasePort: ports.westGateway,
        exchangeBasePort: ports.westExchange,
      },
    ],
    ...changes,
  });
  const gateway = new SoftwareGateway(configuration);
  await gateway.start();
  closing.push(() => gateway.stop());
  return { gateway, ports, agent: new CallAgent(await openMailbox(), gateway.port) };
}

/** Waits until the gateway has seen so many packets at its circuits. */
async function seen(gateway: SoftwareGateway, packets: number) {
  for (;;) {
    const snapshot = await gateway.snapshot();
    if (snapshot.packetsReceived >= packets) return snapshot;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

const connect = ["C: A1", "M: recvonly", "Z2: west/12@gw"] as const;

test("a call: backward voice before the answer, both ways after it, none after the end", async () => {
  const { gateway, ports, agent } = await setUp();
  const [east, west] = [await openMailbox(ports.eastExchange + 1), await openMailbox(ports.westExchange + 1)];
  const [eastPort, westPort] = [ports.eastGateway + 1, ports.westGateway + 1];

  const created = await agent.ask("CRCX east/2@gw", ...connect);
  expect(created).toMatchObject({ code: 200, comment: "OK" });
  const { connectionIds: [id] = [], secondConnectionId, secondEndpointId } = created.parameters;
  expect(secondEndpointId).toEqual({ local: "west/12", domain: "gw" });
  expect(id).toMatch(/^[0-9A-F]{8}$/);
  expect(secondConnectionId).toMatch(/^[0-9A-F]{8}$/);

  west.send(westPort, "ringing tone");
  expect(await east.takeText()).toBe("ringing tone");
  east.send(eastPort, "too early");
  expect(await seen(gateway, 2)).toMatchObject({ blockedPackets: 1, strayPackets: 0, packetsForwarded: 1 });

  expect((await agent.ask("MDCX east/2@gw", "C: a1", `I: ${id}`, "M: sendrecv")).code).toBe(200);
  east.send(eastPort, "hello");
  expect(await west.takeText()).toBe("hello");
  west.send(westPort, "hello yourself");
  expect(await east.takeText()).toBe("hello yourself");

  const deleted = await agent.ask("DLCX east/2@gw", "C: A1", `I: ${id}`);
  expect(deleted.code).toBe(250);
  const counts = new Map(deleted.parameters.connectionParameters?.map(({ name, value }) => [name, value]));
  expect(Object.fromEntries(counts)).toMatchObject({ PS: "2", OS: "14", PR: "2", OR: "26" });
  expect((await gateway.snapshot()).connections).toMatchObject([{ endpoint: "west/12", mode: "sendrecv" }]);
  expect((await agent.ask("DLCX west/12@gw", "C: A1", `I: ${secondConnectionId}`)).code).toBe(250);

  east.send(eastPort, "anybody there?");
  expect(await seen(gateway, 5)).toMatchObject({ strayPackets: 1, packetsForwarded: 3, connections: [] });
  expect(west.unread + east.unread).toBe(0);

  await agent.ask("CRCX east/2@gw", ...connect);
  const next = await agent.ask("DLCX east/2@gw");
  expect(next.parameters.connectionParameters, "the next call begins at nothing").toContainEqual({
    name: "PS",
    value: "0",
  });
  expect(next.parameters.connectionParameters).toContainEqual({ name: "PR", value: "0" });
});

test("voice that came before the command that ends the call is played, though commands wait already", async () => {
  const { gateway, ports, agent } = await setUp();
  const [east, west] = [await openMailbox(ports.eastExchange + 1), await openMailbox(ports.westExchange + 1)];
  await agent.ask("CRCX east/2@gw", "C: A1", "M: sendrecv", "Z2: west/12@gw");
  const waiting = agent.ask("AUEP east/1@gw");
  east.send(ports.eastGateway + 1, "good");
  east.send(ports.eastGateway + 1, "bye");
  const deleted = agent.ask("DLCX east/2@gw");
  expect((await Promise.all([waiting, deleted])).map(({ code }) => code)).toEqual([200, 250]);
  expect([await west.takeText(), await west.takeText()]).toEqual(["good", "bye"]);
  expect((await gateway.snapshot()).strayPackets).toBe(0);
});

test("sendonly is the forward path only, inactive is silence, loopback gives a circuit its own voice", async () => {
  const { gateway, ports, agent } = await setUp();
  const [east, west] = [await openMailbox(ports.eastExchange + 1), await openMailbox(ports.westExchange + 1)];
  await agent.ask("CRCX east/2@gw", "C: A1", "M: sendonly", "Z2: west/12@gw");
  east.send(ports.eastGateway + 1, "forward");
  expect(await west.takeText()).toBe("forward");
  west.send(ports.westGateway + 1, "blocked");
  expect(await seen(gateway, 2)).toMatchObject({ blockedPackets: 1 });
  await agent.ask("MDCX east/2@gw", "M: inactive");
  east.send(ports.eastGateway + 1, "blocked too");
  expect(await seen(gateway, 3)).toMatchObject({ blockedPackets: 2 });
  await agent.ask("MDCX east/2@gw", "M: loopback");
  east.send(ports.eastGateway + 1, "echo");
  expect(await east.takeText()).toBe("echo");
  expect(west.unread).toBe(0);
});

test("a command is done once, whoever repeats it, and gets the same answer (RFC 3435 3.5)", async () => {
  const { gateway, agent } = await setUp();
  const standIn = new CallAgent(await openMailbox(), gateway.port);
  const text = ["CRCX 77 east/1@gw MGCP 1.0", ...connect, ""].join("\r\n");
  const first = await agent.askText(text);
  expect(await agent.askText(text)).toEqual(first);
  expect(await standIn.askText(text)).toEqual(first);
  const snapshot = await gateway.snapshot();
  expect(snapshot.connections.length).toBe(2);
  expect(snapshot.commands.CRCX).toBe(1);
  expect(snapshot.replies).toMatchObject({ answer: 1, repetition: 2 });
  expect(snapshot.firstCommands.CRCX).toMatchObject({ transactionId: 77, endpoint: "east/1@gw" });
});

test.each([
  [500, "CRCX east/9@gw", ["C: 1", "M: sendrecv"]],
  [500, "CRCX east/1@elsewhere", ["C: 1", "M: sendrecv"]],
  [500, "CRCX east/1@gw", ["C: 1", "M: sendrecv", "Z2: west/99@gw"]],
  [503, "CRCX *@gw", ["C: 1", "M: sendrecv"]],
  [510, "CRCX east/1@gw", ["M: sendrecv"]],
  [510, "CRCX east/1@gw", ["C: 1", "M: loud"]],
  [510, "CRCX east/1@gw", ["C: 1", "M: sendrecv", "Z2: east/1@gw"]],
  [510, "CRCX east/1@gw", ["C: 1", "M: sendrecv", "Z2: west/11@gw", "", "v=0"]],
  [509, "CRCX east/1@gw", ["C: 1", "M: sendrecv", "", "s=no version"]],
  [511, "CRCX east/1@gw", ["C: 1", "M: sendrecv", "X+magic: 1"]],
  [517, "CRCX east/1@gw", ["C: 1", "M: confrnce"]],
  [540, "CRCX east/3@gw", ["C: 1", "M: sendrecv"]],
  [540, "CRCX east/1@gw", ["C: 1", "M: sendrecv", "Z2: east/3@gw"]],
  [515, "MDCX east/1@gw", ["M: sendrecv"]],
  [515, "MDCX east/3@gw", ["I: 1", "M: sendrecv"]],
  [516, "MDCX east/3@gw", ["C: BAD", "M: sendrecv"]],
  [505, "MDCX east/3@gw", ["", "v=0"]],
  [515, "DLCX east/3@gw", ["C: A1", "I: 0"]],
  [516, "DLCX east/3@gw", ["C: BAD"]],
  [515, "AUCX east/1@gw", ["I: 1"]],
  [539, "AUEP east/1@gw", ["F: I, ZZ"]],
  [504, "RSIP east/1@gw", ["RM: restart"]],
  [504, "ABCD east/1@gw", []],
  [200, "CRCX east/1@gw", ["C: 1", "M: sendrecv", "Z2: west/11@gw", "X-flower: daisy"]],
  [200, "EPCF *@gw", ["B: e:A"]],
  [200, "RQNT east/1@gw", ["X: 1", "R: co1(N)", "S: co2"]],
  [250, "DLCX *@gw", ["C: BAD"]],
  [250, "DLCX east/1@gw", []],
])("%i answers %s %j", async (code, what, lines) => {
  const { agent } = await setUp();
  expect((await agent.ask("CRCX east/3@gw", "C: A1", "M: sendrecv", "Z2: west/13@gw")).code).toBe(200);
  expect((await agent.ask(what, ...lines)).code).toBe(code);
});

test("528 answers another version, and what has no transaction number gets nothing", async () => {
  const { gateway, agent } = await setUp();
  agent.mailbox.send(gateway.port, "nonsense\r\n");
  expect((await agent.askText("CRCX 5 east/1@gw MGCP 2.0\r\n")).code).toBe(528);
  expect((await gateway.snapshot()).malformed).toBe(2);
});

test("several commands in a datagram are answered one by one (3.5.5)", async () => {
  const { gateway, agent } = await setUp();
  agent.mailbox.send(
    gateway.port,
    "AUEP 1 east/1@gw MGCP 1.0\n.\nAUEP 2 east/9@gw MGCP 1.0\n.\nAUEP 3 *@gw MGCP 1.0\n",
  );
  const answers = [await agent.takeResponse(), await agent.takeResponse(), await agent.takeResponse()];
  expect(answers.map(({ code, transactionId }) => [transactionId, code])).toEqual([
    [1, 200],
    [2, 500],
    [3, 200],
  ]);
  expect(answers[2].parameters.specificEndpointIds?.length).toBe(2 * circuits);
});

test("any-of takes idle endpoints and says which; 410 when there are none", async () => {
  const { agent } = await setUp();
  for (let circuit = 1; circuit <= circuits; circuit++) {
    const created = await agent.ask("CRCX east/$@gw", "C: 1", "M: sendrecv", "Z2: west/$@gw");
    expect(created.parameters.specificEndpointIds).toEqual([{ local: `east/${circuit}`, domain: "gw" }]);
    expect(created.parameters.secondEndpointId?.local).toBe(`west/${10 + circuit}`);
  }
  expect((await agent.ask("CRCX east/$@gw", "C: 1", "M: sendrecv")).code).toBe(410);
});

test("one command deletes a call's connections, or an endpoint's, or all", async () => {
  const { gateway, agent } = await setUp();
  const left = async () => (await gateway.snapshot()).connections.map(({ endpoint }) => endpoint);
  for (const [call, circuit] of [
    ["A1", 1],
    ["B2", 2],
    ["C3", 3],
  ] as const) {
    await agent.ask(`CRCX east/${circuit}@gw`, `C: ${call}`, "M: sendrecv", `Z2: west/${10 + circuit}@gw`);
  }
  await agent.ask("DLCX *@gw", "C: a1");
  expect(await left()).toEqual(["east/2", "west/12", "east/3", "west/13"]);
  const deleted = await agent.ask("DLCX east/2@gw");
  expect(deleted.parameters.connectionParameters?.length).toBe(7);
  await agent.ask("DLCX west/*@gw");
  expect(await left()).toEqual(["east/3"]);
});

test("audits tell an endpoint and a connection (2.3.10, 2.3.11)", async () => {
  const { agent } = await setUp();
  const created = await agent.ask("CRCX east/1@gw", "L: p:20, a:PCMA", ...connect);
  const [id] = created.parameters.connectionIds ?? [];
  await agent.ask("RQNT east/1@gw", "X: AB", `N: ca@${ownAddress}:2727`, "R: co1(N)");
  expect((await agent.ask("AUEP east/1@gw", "F: I, X, R, N")).parameters).toEqual({
    connectionIds: [id],
    requestIdentifier: "AB",
    requestedEvents: ["co1(N)"],
    notifiedEntity: { local: "ca", domain: ownAddress, port: 2727 },
  });
  expect((await agent.ask("AUCX east/1@gw", `I: ${id}`, "F: C, M, L")).parameters).toEqual({
    callId: "A1",
    connectionMode: "recvonly",
    localConnectionOptions: [
      { name: "p", value: "20" },
      { name: "a", value: "PCMA" },
    ],
  });
});

test("a connection to a session description relays between the circuit and RTP", async () => {
  const { ports, agent } = await setUp();
  const [exchange, remote] = [await openMailbox(ports.eastExchange), await openMailbox()];
  const session = ["", "v=0", `c=IN IP4 ${ownAddress}`, `m=audio ${remote.port} RTP/AVP 8`];
  const created = await agent.ask("CRCX east/1@gw", "C: 1", "M: sendrecv", ...session);
  const local = decodeSessionDescription(created.sessions[0]);
  const destination = local.ok ? audioDestination(local.value) : undefined;
  expect(destination?.address).toBe(ownAddress);
  exchange.send(ports.eastGateway, "out");
  expect(await remote.takeText()).toBe("out");
  remote.send(destination?.port ?? 0, "in");
  expect(await exchange.takeText()).toBe("in");
  expect((await agent.ask("DLCX east/1@gw")).code).toBe(250);
});

describe("faults", () => {
  test("lost replies: the repetition gets the answer", async () => {
    const { gateway, agent } = await setUp({ faults: { dropFirstReplies: 2 } });
    const text = ["CRCX 5 east/1@gw MGCP 1.0", ...connect, ""].join("\r\n");
    for (let i = 0; i < 2; i++) agent.mailbox.send(gateway.port, text);
    expect((await agent.askText(text)).code).toBe(200);
    expect(await gateway.snapshot()).toMatchObject({ droppedReplies: 2, commands: { CRCX: 1 } });
  });

  test("a refused endpoint, and no resources", async () => {
    const refuse = [{ endpoint: "east/*", code: 529 }];
    const { agent } = await setUp({ faults: { refuse }, connectionsMax: 2 });
    expect((await agent.ask("CRCX east/1@gw", ...connect)).code).toBe(529);
    expect((await agent.ask("CRCX west/11@gw", "C: 1", "M: sendrecv", "Z2: west/12@gw")).code).toBe(200);
    expect((await agent.ask("CRCX west/13@gw", "C: 1", "M: sendrecv", "Z2: west/14@gw")).code).toBe(502);
  });

  test("a late reply: 100 first, then the answer until it is acknowledged (3.5.6)", async () => {
    const { gateway, agent } = await setUp({ faults: { replyDelayMillis: 300 } });
    const provisional = await agent.ask("AUEP east/1@gw");
    expect(provisional.code).toBe(100);
    const final = await agent.takeResponse();
    expect(final).toMatchObject({ code: 200, parameters: { responseAck: [] } });
    expect(await agent.takeResponse()).toEqual(final);
    agent.send(response(0, final.transactionId));
    agent.send(command("AUEP", 99, { local: "east/1", domain: "gw" }));
    while ((await agent.takeResponse()).transactionId !== 99);
    expect((await gateway.snapshot()).commands.AUEP).toBe(2);
  });
});

test("a restart is announced again and again until it is answered, and loses every connection", async () => {
  const notified = await openMailbox();
  const notifiedEntity = { address: ownAddress, port: notified.port };
  const { gateway, agent } = await setUp({ notifiedEntity, restartRetryMillis: 10 });
  const entity = new CallAgent(notified, gateway.port);
  const first = await entity.takeMessage();
  expect(first).toMatchObject({
    verb: "RSIP",
    endpoint: { local: "*", domain: "gw" },
    parameters: { restartMethod: "restart", restartDelay: 0 },
  });
  expect(await entity.takeMessage(), "unanswered, it is repeated").toEqual(first);
  entity.send(response(405, first.transactionId));
  let second = first;
  while (second.transactionId === first.transactionId) second = await entity.takeMessage();
  expect(second).toMatchObject({ verb: "RSIP", parameters: { restartMethod: "disconnected" } });
  const answered = new Promise((resolve) => gateway.once("restarted", resolve));
  entity.send(response(200, second.transactionId));
  await answered;
  await agent.ask("CRCX east/1@gw", ...connect);
  gateway.restart();
  expect(await gateway.snapshot()).toMatchObject({ connections: [], restartsAnswered: 1 });
});

test("the first command after a moment, asked for before or after it came; a repetition is none", async () => {
  const { gateway, agent } = await setUp();
  const asked = gateway.firstCommandAfter(0);
  await agent.ask("AUEP east/1@gw");
  const first = await asked;
  expect(first).toMatchObject({ afterMicros: 0, type: "AUEP" });
  expect(await gateway.firstCommandAfter(first.atMicros - 1)).toMatchObject({ type: "AUEP", atMicros: first.atMicros });
  const next = gateway.firstCommandAfter(first.atMicros);
  await agent.askText("AUEP 1 east/1@gw MGCP 1.0\r\n");
  await agent.ask("AUCX east/1@gw", "I: 0");
  expect(await next).toMatchObject({ type: "AUCX", beforeMicros: first.atMicros });
});
