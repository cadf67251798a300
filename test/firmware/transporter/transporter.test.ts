import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { instruction, type Instruction } from "../../../firmware/interchange/output.ts";
import { encode } from "../../../firmware/layout/layout.ts";
import { formatEndpointName } from "../../../firmware/mgcp/endpoint-name.ts";
import { octetsFromText } from "../../../firmware/mgcp/latin1.ts";
import { type Response, response } from "../../../firmware/mgcp/message.ts";
import { AssertionError } from "../../../firmware/result.ts";
import { commandsOutstandingMax } from "../../../firmware/transporter/gateway-control.ts";
import { commandsPerInstruction, outputsPerCommit } from "../../../firmware/transporter/transaction-identifier.ts";
import { Transporter } from "../../../firmware/transporter/transporter.ts";
import { verbTags } from "../../../firmware/transporter/unsecured-outcomes.ts";
import { exampleRack, slots } from "../lim/example-rack.ts";
import { type Behaviour, obliging, TransporterBench } from "./transporter-bench.ts";

/** Circuits: west/1 is 0, east/1 is 31, osmo-west/101 is 62, osmo-east/101 is 66. */
const create = (call: number, circuit = 0, otherCircuit = 31, mode = 1): Instruction => ({
  kind: "create",
  call,
  circuit,
  otherCircuit,
  mode,
});
const modify = (call: number, circuit = 0, otherCircuit = 31): Instruction => ({
  kind: "modify",
  call,
  circuit,
  otherCircuit,
  mode: 2,
  identifier: 0xa01,
  secondIdentifier: 0xb01,
});
const remove = (
  call: number,
  circuit = 0,
  otherCircuit = 31,
  identifier = 0xa01,
  secondIdentifier = 0xb01,
): Instruction => ({
  kind: "delete",
  call,
  circuit,
  otherCircuit,
  identifier,
  secondIdentifier,
});
const clear = (circuit: number, count: number): Instruction => ({ kind: "clear", circuit, count });

/** Answers by verb with a code; everything else is obliged. */
const refusing =
  (verb: string, code: number, times = Number.POSITIVE_INFINITY): Behaviour =>
  (command, count) => {
    if (command.verb !== verb || times <= 0) return obliging(command, count);
    times--;
    return response(code, command.transactionId, "no");
  };
const silent: Behaviour = () => undefined;

/** Has at most one connection an endpoint (540), and knows repetitions by their transaction. */
function withConnections(): Behaviour {
  const calls = new Map<string, string | undefined>();
  const answers = new Map<number, Response | undefined>();
  return (command, count) => {
    const { verb, transactionId, endpoint, parameters } = command;
    if (answers.has(transactionId)) return answers.get(transactionId);
    const endpoints = [endpoint, parameters.secondEndpointId].flatMap((each) => (each ? [each.local] : []));
    const isRefused = verb === "CRCX" && endpoints.some((each) => calls.has(each));
    if (verb === "CRCX" && !isRefused) for (const each of endpoints) calls.set(each, parameters.callId);
    if (verb === "DLCX" && calls.get(endpoint.local) === parameters.callId) calls.delete(endpoint.local);
    const answer = isRefused ? response(540, transactionId, "no") : obliging(command, count);
    answers.set(transactionId, answer);
    return answer;
  };
}

/** Whatever transaction it is. */
const withoutTransaction = (text: string) => text.replace(/(?<=^.{4} )\d+/, "N");

describe("sockets", () => {
  it("are those of the gateways whose transporter is this slot; two gateways may share one", () => {
    const bench = new TransporterBench();
    expect(bench.opened).toEqual([
      { kind: "datagram-bind", socket: "mgcp 127.0.0.1 2727", address: "127.0.0.1", port: 2727 },
    ]);
    expect(new Transporter(exampleRack(), slots.otherTransporter).start(0)).toEqual([]);
  });

  it("take datagrams from the configured address and port only", () => {
    const bench = new TransporterBench();
    bench.say("RSIP 1 *@gw MGCP 1.0|RM: restart|", "mgw", 2428);
    bench.receive(new Uint8Array(3), "127.0.0.9");
    expect(bench.takeInputs()).toEqual([]);
    expect(bench.takeDatagrams()).toEqual([]);
    expect(bench.transporter.status()).toMatchObject({ foreignDatagrams: 2 });
  });
});

describe("instructions for a gateway with trunk circuits (duties 31, 35, 38)", () => {
  it("are put into commands of MGCP, and its answers into inputs", () => {
    const bench = new TransporterBench();
    bench.instruct(create(0x1234));
    bench.instruct(modify(0x1234));
    bench.instruct(remove(0x1234));
    expect(bench.takeDatagrams().map(withoutTransaction)).toEqual([
      "CRCX N west/1@gw MGCP 1.0|C: 1001234|Z2: east/1@gw|M: recvonly|",
      "MDCX N west/1@gw MGCP 1.0|C: 1001234|I: 00000A01|M: sendrecv|",
      "DLCX N west/1@gw MGCP 1.0|C: 1001234|I: 00000A01|",
      "DLCX N east/1@gw MGCP 1.0|C: 1001234|I: 00000B01|",
    ]);
    expect(bench.takeInputs()).toEqual([
      { group: 1, input: { kind: "created", call: 0x1234, identifier: 0xa01, secondIdentifier: 0xb01, port: 0 } },
      { group: 1, input: { kind: "done", call: 0x1234, verb: 2 } },
      { group: 1, input: { kind: "done", call: 0x1234, verb: 3 } },
    ]);
  });

  it("delete by the call where the connections never became known", () => {
    const bench = new TransporterBench();
    bench.instruct(remove(7, 0, 31, 0, 0));
    expect(bench.takeDatagrams()[1]).toMatch(/^DLCX \d+ east\/1@gw MGCP 1\.0\|C: 1000007\|$/);
    expect(bench.takeInputs()).toEqual([{ group: 1, input: { kind: "done", call: 7, verb: 3 } }]);
  });

  it("delete by the call where the gateway does not know the connection by that name (515)", () => {
    const bench = new TransporterBench();
    bench.behaviour = refusing("DLCX", 515, 1);
    bench.instruct(remove(7));
    expect(bench.datagrams.filter((text) => text.includes("I:"))).toHaveLength(1);
    expect(bench.takeCommands()).toEqual(["DLCX west/1@gw", "DLCX west/1@gw", "DLCX east/1@gw"]);
    expect(bench.takeInputs()).toEqual([{ group: 1, input: { kind: "done", call: 7, verb: 3 } }]);
  });

  it("ask for the name of the connection where the gateway does not know it by that name (515)", () => {
    const bench = new TransporterBench();
    bench.behaviour = (command, count) => {
      const { verb, transactionId, parameters } = command;
      if (verb === "AUEP") return response(200, transactionId, "OK", { connectionIds: ["0a1"] });
      if (verb === "MDCX" && !parameters.connectionIds?.includes("0a1")) return response(515, transactionId);
      return obliging(command, count);
    };
    bench.instruct(modify(7));
    expect(bench.takeDatagrams().map(withoutTransaction)).toEqual([
      "MDCX N west/1@gw MGCP 1.0|C: 1000007|I: 00000A01|M: sendrecv|",
      "AUEP N west/1@gw MGCP 1.0|F: I|",
      "MDCX N west/1@gw MGCP 1.0|C: 1000007|I: 0a1|M: sendrecv|",
    ]);
    expect(bench.takeInputs()).toEqual([{ group: 1, input: { kind: "done", call: 7, verb: 2 } }]);
  });

  it("are refused as before where the gateway says that it has no connection there", () => {
    const bench = new TransporterBench();
    bench.behaviour = refusing("MDCX", 515);
    bench.instruct(modify(7));
    expect(bench.takeCommands()).toEqual(["MDCX west/1@gw", "AUEP west/1@gw", "MDCX west/1@gw"]);
    expect(bench.takeInputs()).toEqual([
      { group: 1, input: { kind: "refused", call: 7, verb: 2, cause: 41, code: 515 } },
    ]);
  });

  it("are refused with the cause that goes with the response code", () => {
    const bench = new TransporterBench();
    bench.behaviour = refusing("CRCX", 502);
    bench.instruct(create(1));
    bench.behaviour = refusing("MDCX", 515);
    bench.instruct(modify(1));
    expect(bench.takeInputs()).toEqual([
      { group: 1, input: { kind: "refused", call: 1, verb: 1, cause: 47, code: 502 } },
      { group: 1, input: { kind: "refused", call: 1, verb: 2, cause: 41, code: 515 } },
    ]);
  });

  it("free the endpoints and try once more when they are still occupied (540)", () => {
    const bench = new TransporterBench();
    bench.behaviour = refusing("CRCX", 540, 1);
    bench.instruct(create(1));
    expect(bench.takeCommands()).toEqual(["CRCX west/1@gw", "DLCX west/1@gw", "DLCX east/1@gw", "CRCX west/1@gw"]);
    expect(bench.takeInputs()).toMatchObject([{ input: { kind: "created", identifier: 0xa04 } }]);
    bench.behaviour = refusing("CRCX", 540);
    bench.instruct(create(2));
    expect(bench.takeInputs()).toMatchObject([{ input: { kind: "refused", call: 2, code: 540, cause: 44 } }]);
  });

  it("make nothing of a connection without a name: it is deleted and the call refused", () => {
    const bench = new TransporterBench();
    bench.behaviour = (command, count) =>
      command.verb === "CRCX" ? response(200, command.transactionId, "OK") : obliging(command, count);
    bench.instruct(create(1));
    expect(bench.takeCommands()).toEqual(["CRCX west/1@gw", "DLCX west/1@gw", "DLCX east/1@gw"]);
    expect(bench.takeInputs()).toMatchObject([{ input: { kind: "refused", call: 1, verb: 1, cause: 111 } }]);
  });

  it("clear a whole trunk group with one command, a part of it endpoint by endpoint", () => {
    const bench = new TransporterBench();
    bench.instruct(clear(0, 33));
    expect(bench.takeCommands()).toEqual(["DLCX west/*@gw", "DLCX east/1@gw", "DLCX east/2@gw"]);
    expect(bench.takeInputs()).toEqual([]);
  });

  it("across two gateways are refused", () => {
    const bench = new TransporterBench();
    bench.instruct(create(1, 0, 62));
    expect(bench.takeCommands()).toEqual([]);
    expect(bench.takeInputs()).toEqual([
      { group: 1, input: { kind: "refused", call: 1, verb: 1, cause: 47, code: 0 } },
    ]);
  });

  it("for another slot are not touched; those that cannot be are our own error", () => {
    const bench = new TransporterBench();
    bench.commit([{ kind: "instruct", slot: slots.otherTransporter, instruction: create(1) }]);
    expect(bench.takeCommands()).toEqual([]);
    expect(() => bench.commit([{ kind: "copy", slot: bench.slot, circuit: 0 }])).toThrow(AssertionError);
    expect(() => bench.instruct({ kind: "auditDestination", exchange: 0 })).toThrow(AssertionError);
    expect(() => bench.instruct(create(1, 0, 31, 3))).toThrow(AssertionError);
    expect(() => bench.instruct(clear(69, 2))).toThrow(AssertionError);
  });
});

describe("instructions for osmo-mgw", () => {
  const sdp = (port: number) =>
    `v=0|o=- 0 0 IN IP4 127.0.0.1|s=-|c=IN IP4 127.0.0.1|t=0 0|m=audio ${port} RTP/AVP 8|a=rtpmap:8 PCMA/8000|`;

  it("connect each circuit's exchange side with an endpoint named after the incoming circuit", () => {
    const bench = new TransporterBench();
    bench.behaviour = (command, count) => {
      const answer = obliging(command, count);
      const session = "v=0\r\nc=IN IP4 10.1.2.3\r\nm=audio 30004 RTP/AVP 8\r\n";
      return answer && command.verb === "CRCX" ? { ...answer, sessions: [session] } : answer;
    };
    bench.instruct(create(1, 63, 66));
    bench.instruct(modify(1, 63, 66));
    bench.instruct(remove(1, 63, 66));
    expect(bench.takeDatagrams().map(withoutTransaction)).toEqual([
      `CRCX N rtpbridge/40@mgw MGCP 1.0|C: 1000001|M: sendonly||${sdp(25_001)}`,
      `CRCX N rtpbridge/40@mgw MGCP 1.0|C: 1000001|M: recvonly||${sdp(27_000)}`,
      "MDCX N rtpbridge/40@mgw MGCP 1.0|C: 1000001|I: 00000A01|M: sendrecv|",
      "MDCX N rtpbridge/40@mgw MGCP 1.0|C: 1000001|I: 00000B01|M: sendrecv|",
      "DLCX N rtpbridge/40@mgw MGCP 1.0|C: 1000001|",
    ]);
    const media = { address: 0x0a010203, port: 30_004, payloadType: 8 };
    expect(bench.takeInputs()).toEqual([
      { group: 1, input: { kind: "created", call: 1, identifier: 0xa01, secondIdentifier: 0xa02, ...media } },
      { group: 1, input: { kind: "done", call: 1, verb: 2 } },
      { group: 1, input: { kind: "done", call: 1, verb: 3 } },
    ]);
  });

  it("take the first connection back when the second is refused", () => {
    const bench = new TransporterBench();
    bench.behaviour = (command, count) =>
      command.verb === "CRCX" && command.parameters.connectionMode === "recvonly"
        ? response(403, command.transactionId, "no")
        : obliging(command, count);
    bench.instruct(create(1, 62, 66));
    expect(bench.takeCommands()).toEqual(["CRCX rtpbridge/3f@mgw", "CRCX rtpbridge/3f@mgw", "DLCX rtpbridge/3f@mgw"]);
    expect(bench.takeInputs()).toEqual([
      { group: 1, input: { kind: "refused", call: 1, verb: 1, cause: 47, code: 403 } },
    ]);
  });

  it.each([500, 515, 516])("delete what is gone already (%d): done", (code) => {
    const bench = new TransporterBench();
    bench.behaviour = refusing("DLCX", code);
    bench.instruct(remove(1, 62, 66));
    expect(bench.takeInputs()).toEqual([{ group: 1, input: { kind: "done", call: 1, verb: 3 } }]);
  });

  it("clear endpoint by endpoint, never with a wildcard, so many at a time", () => {
    const configuration = exampleRack();
    for (const group of configuration.trunkGroups) group.gateway = "osmo";
    const bench = new TransporterBench(slots.transporter, configuration);
    bench.behaviour = refusing("DLCX", 515);
    bench.holding = true;
    bench.instruct(clear(0, 70));
    expect(bench.commands).toHaveLength(commandsOutstandingMax);
    for (let answers = 0; answers < 70; answers++) bench.release(1);
    const names = bench.commands.map(({ endpoint }) => formatEndpointName(endpoint));
    expect(new Set(names).size).toBe(70);
    expect(names.join()).not.toContain("*");
    expect(bench.gateway("osmo")).toMatchObject({ outstanding: 0, pending: 0, leftBehind: 0 });
  });
});

describe("an answer that wants to be acknowledged (RFC 3435 3.5.3)", () => {
  /** As after a provisional response. */
  const wanting: Behaviour = (command, count) => {
    const answer = obliging(command, count);
    return answer && { ...answer, parameters: { ...answer.parameters, responseAck: [] } };
  };
  const acknowledgements = (bench: TransporterBench) => bench.takeDatagrams().filter((text) => text.startsWith("000 "));

  function asked(...instructions: readonly Instruction[]) {
    const bench = new TransporterBench();
    bench.behaviour = wanting;
    bench.instruct(...instructions);
    const told = bench.takeInputs().map(({ input }) => input);
    return { bench, told };
  }

  it.each([
    ["create", create(7), 1],
    ["modify", modify(7), 1],
    ["delete", remove(7), 2],
  ])("to a %s is when a commit has consumed what came of it, and not sooner", (_, instruction, commands) => {
    const { bench, told } = asked(instruction);
    expect(acknowledgements(bench)).toEqual([]);
    expect(bench.gateway().unsecured).toBe(1);
    bench.consume(told[0]);
    expect(acknowledgements(bench)).toHaveLength(commands);
    expect(bench.gateway().unsecured).toBe(0);
    bench.consume(told[0]);
    expect(acknowledgements(bench)).toEqual([]);
  });

  it("is where the gateway has refused", () => {
    const bench = new TransporterBench();
    bench.behaviour = ({ transactionId }) => response(400, transactionId, "no", { responseAck: [] });
    bench.instruct(create(7));
    expect(acknowledgements(bench)).toEqual([]);
    bench.consume(bench.takeInputs()[0].input);
    expect(acknowledgements(bench)).toHaveLength(1);
  });

  it("waits for its own: another card's, another call's and another group's change nothing", () => {
    const { bench, told } = asked(create(7), create(8, 1, 32));
    bench.consume(told[0], { slot: bench.slot + 1 });
    bench.consume(told[0], { group: 2 });
    bench.consume({ kind: "done", call: 7, verb: verbTags.modify });
    expect(acknowledgements(bench)).toEqual([]);
    bench.consume(told[1]);
    expect(acknowledgements(bench)).toHaveLength(1);
    bench.consume(told[0]);
    expect(acknowledgements(bench)).toHaveLength(1);
  });

  it("said again meanwhile is told once", () => {
    const bench = new TransporterBench();
    bench.behaviour = wanting;
    bench.holding = true;
    bench.instruct(create(7));
    const [{ deliver }] = bench.held;
    for (let times = 0; times < 3; times++) deliver();
    const told = bench.takeInputs();
    expect(told).toHaveLength(1);
    bench.consume(told[0].input);
    expect(acknowledgements(bench)).toHaveLength(1);
    // It may have been lost.
    deliver();
    expect(acknowledgements(bench)).toHaveLength(1);
  });

  it("of which nobody is told is at once", () => {
    const { bench } = asked(clear(0, 1));
    expect(acknowledgements(bench)).toHaveLength(1);
  });
});

describe("order", () => {
  it("an instruction waits for the earlier ones at its endpoints, and for no others", () => {
    const bench = new TransporterBench();
    bench.holding = true;
    bench.instruct(create(1, 0, 31), create(2, 1, 32));
    bench.instruct(remove(1, 0, 31), create(3, 2, 31), create(4, 3, 34));
    expect(bench.takeCommands()).toEqual(["CRCX west/1@gw", "CRCX west/2@gw", "CRCX west/4@gw"]);
    bench.release(1);
    expect(bench.takeCommands()).toEqual(["DLCX west/1@gw"]);
    bench.release(3);
    expect(bench.takeCommands()).toEqual(["DLCX east/1@gw"]);
    bench.release(1);
    expect(bench.takeCommands()).toEqual(["CRCX west/3@gw"]);
    bench.release();
    expect(bench.takeInputs().map(({ input }) => [input.kind, "call" in input ? input.call : 0])).toEqual([
      ["created", 1],
      ["created", 2],
      ["created", 4],
      ["done", 1],
      ["created", 3],
    ]);
  });

  it("a connection is removed that is still being made, and the next one made: the gateway is asked in this order and refuses nothing", () => {
    const bench = new TransporterBench();
    bench.behaviour = withConnections();
    bench.holding = true;
    bench.instruct(create(1, 0, 31));
    bench.instruct(remove(1, 0, 31, 0, 0));
    bench.instruct(create(2, 0, 31));
    const asked: string[] = [];
    for (let commands = bench.takeCommands(); commands.length > 0; commands = bench.takeCommands()) {
      asked.push(...commands);
      bench.release();
    }
    expect(asked).toEqual(["CRCX west/1@gw", "DLCX west/1@gw", "DLCX east/1@gw", "CRCX west/1@gw"]);
    // The probe of the start among them.
    expect(bench.gateway().answers).toEqual({ "200": 3, "250": 2 });
    expect(bench.takeInputs().map(({ input }) => [input.kind, "call" in input ? input.call : 0])).toEqual([
      ["created", 1],
      ["done", 1],
      ["created", 2],
    ]);
  });

  it("a connection is removed whose making is not answered: what is left of it is removed once, before the next one is made", () => {
    const bench = new TransporterBench();
    const gateway = withConnections();
    bench.behaviour = (command, count) => {
      const answer = gateway(command, count);
      return command.parameters.callId === "1000001" && command.verb === "CRCX" ? undefined : answer;
    };
    bench.instruct(create(1, 0, 31));
    bench.instruct(remove(1, 0, 31, 0, 0), create(2, 0, 31));
    for (let second = 0; second < 30; second++) {
      bench.pass(1000);
      // It is there, and says so.
      bench.say(`NTFY ${second + 1} east/2@gw MGCP 1.0|X: 0|O: L/hd|`);
    }
    const commands = bench.takeCommands().filter((text) => !text.startsWith("AUEP"));
    const repeated = commands.findIndex((text) => !text.startsWith("CRCX"));
    expect(repeated).toBeGreaterThan(1);
    expect(commands.slice(repeated)).toEqual(["DLCX west/1@gw", "DLCX east/1@gw", "CRCX west/1@gw"]);
    const inputs = bench.takeInputs().filter(({ input }) => input.kind !== "gateway");
    expect(inputs).toMatchObject([
      { input: { kind: "refused", call: 1, verb: 1 } },
      { input: { kind: "done", call: 1, verb: 3 } },
      { input: { kind: "created", call: 2 } },
    ]);
    expect(bench.gateway()).toMatchObject({ pending: 0, leftBehind: 0 });
  });

  it("whatever comes in whatever order, no endpoint ever has two commands outstanding and every instruction ends", () => {
    const circuit = fc.integer({ min: 0, max: 3 });
    const other = fc.integer({ min: 31, max: 34 });
    const one = fc.tuple(fc.constantFrom("create", "modify", "delete", "clear"), circuit, other, fc.nat(100));
    fc.assert(
      fc.property(fc.array(one, { maxLength: 40 }), fc.array(fc.nat(50), { maxLength: 60 }), (wanted, order) => {
        const bench = new TransporterBench();
        bench.holding = true;
        const check = () => {
          const endpoints = bench.held.flatMap(({ command }) => [
            command.endpoint.local,
            ...(command.parameters.secondEndpointId ? [command.parameters.secondEndpointId.local] : []),
          ]);
          expect(new Set(endpoints).size).toBe(endpoints.length);
        };
        const answerOne = (choice: number) => {
          const [chosen] = bench.held.splice(choice % bench.held.length, 1);
          chosen.deliver();
          check();
        };
        for (const [step, [kind, first, second, call]] of wanted.entries()) {
          if (kind === "create") bench.instruct(create(call, first, second));
          if (kind === "modify") bench.instruct(modify(call, first, second));
          if (kind === "delete") bench.instruct(remove(call, first, second));
          if (kind === "clear") bench.instruct(clear(first, 1));
          check();
          if (bench.held.length > 0 && order.length > 0) answerOne(order[step % order.length]);
        }
        while (bench.held.length > 0) answerOne(order[0] ?? 0);
        expect(bench.gateway()).toMatchObject({ outstanding: 0, pending: 0 });
        expect(bench.takeInputs()).toHaveLength(wanted.filter(([kind]) => kind !== "clear").length);
      }),
      { numRuns: 100 },
    );
  });

  it("two commands that come to the same transaction number are not under way together", () => {
    const bench = new TransporterBench();
    bench.holding = true;
    const output = (slot: number, instruction: Instruction) => ({ kind: "instruct", slot, instruction }) as const;
    const foreign = Array.from({ length: outputsPerCommit }, () => output(slots.otherTransporter, create(9)));
    bench.commit([...foreign, output(bench.slot, create(1))], { sequence: 10 });
    bench.commit([output(bench.slot, create(2, 1, 32)), output(bench.slot, create(3, 2, 33))], { sequence: 11 });
    const [first, third] = bench.commands.map((command) => command.transactionId);
    expect(bench.takeCommands()).toEqual(["CRCX west/1@gw", "CRCX west/3@gw"]);
    expect(third).toBe(first + commandsPerInstruction);
    bench.release(1);
    expect(bench.commands.map((command) => command.transactionId)).toEqual([first]);
    expect(bench.takeCommands()).toEqual(["CRCX west/2@gw"]);
    bench.release();
    expect(bench.takeInputs().map(({ input }) => "call" in input && input.call)).toEqual([1, 3, 2]);
  });

  it("an instruction that has begun goes on before others begin", () => {
    const configuration = exampleRack();
    for (const group of configuration.trunkGroups) group.gateway = "osmo";
    const bench = new TransporterBench(slots.transporter, configuration);
    bench.holding = true;
    for (let circuit = 0; circuit < 31; circuit++) bench.instruct(create(circuit, circuit, circuit + 31));
    for (let circuit = 62; circuit < 66; circuit++) bench.instruct(create(circuit, circuit, circuit + 4));
    expect(bench.takeCommands()).toHaveLength(commandsOutstandingMax);
    bench.release(2);
    expect(bench.takeCommands()).toEqual(["CRCX rtpbridge/1@mgw", "CRCX rtpbridge/2@mgw"]);
  });

  it("another transporter that performs the same commit sends the very same datagrams", () => {
    const benches = [slots.transporter, slots.otherTransporter].map((slot) => new TransporterBench(slot));
    for (const bench of benches) {
      const output = (instruction: Instruction) => ({ kind: "instruct", slot: bench.slot, instruction }) as const;
      bench.commit([output(create(1)), output(create(2, 62, 66))], { group: 2, term: 3, sequence: 77 });
      bench.commit([output(clear(5, 2))], { group: 2, term: 3, sequence: 78 });
    }
    const [one, other] = benches.map((bench) => bench.datagrams);
    expect(one).toHaveLength(5);
    expect(other).toEqual(one);
    expect(new Set(one.map((text) => text.split(" ")[1])).size).toBe(5);
  });
});

describe("a gateway that does not answer", () => {
  it("gets the command again with the same number, then the call is refused with cause 41 and the gateway is out of reach", () => {
    const bench = new TransporterBench();
    bench.behaviour = silent;
    bench.instruct(create(1));
    bench.pass(1000);
    expect(new Set(bench.datagrams).size).toBe(1);
    expect(bench.takeCommands().length).toBeGreaterThan(2);
    expect(bench.takeInputs()).toEqual([]);
    bench.pass(20_000);
    expect(bench.takeInputs()).toEqual([
      { group: 1, input: { kind: "gateway", gateway: 0, event: 1 } },
      { group: 2, input: { kind: "gateway", gateway: 0, event: 1 } },
      { group: 1, input: { kind: "refused", call: 1, verb: 1, cause: 41, code: 0 } },
      { group: 1, input: { kind: "gateway", gateway: 1, event: 1 } },
    ]);
    expect(bench.gateway()).toMatchObject({ state: "unreachable", outstanding: 1 });
  });

  it("is told as out of reach once, is probed, and is in reach when it answers", () => {
    const bench = new TransporterBench();
    bench.behaviour = silent;
    bench.instruct(create(1));
    bench.pass(60_000);
    const events = () => bench.takeInputs().filter(({ input }) => input.kind === "gateway" && input.gateway === 0);
    expect(events()).toHaveLength(2);
    bench.behaviour = obliging;
    bench.pass(10_000);
    expect(events()).toEqual([
      { group: 1, input: { kind: "gateway", gateway: 0, event: 2 } },
      { group: 2, input: { kind: "gateway", gateway: 0, event: 2 } },
    ]);
    const commands = bench.takeCommands();
    expect(commands).toContain("AUEP west/1@gw");
    expect(commands).toContain("AUEP rtpbridge/3f@mgw");
  });

  it("refuses calls at once while out of reach, and gets the deletes when it is back, before anything else", () => {
    const bench = new TransporterBench();
    bench.instruct(create(9, 1, 32));
    bench.behaviour = silent;
    bench.instruct(create(1));
    bench.pass(15_000);
    bench.takeInputs();
    bench.takeCommands();
    bench.instruct(create(2, 3, 34), remove(9, 1, 32));
    expect(bench.takeInputs().map(({ input }) => input)).toEqual([
      { kind: "refused", call: 2, verb: 1, cause: 41, code: 0 },
      { kind: "refused", call: 9, verb: 3, cause: 41, code: 0 },
    ]);
    expect(bench.gateway()).toMatchObject({ leftBehind: 2 });
    bench.commands.splice(0);
    bench.behaviour = obliging;
    bench.pass(5_000);
    const commands = bench.takeCommands().filter((text) => !text.startsWith("AUEP"));
    expect(commands).toEqual(["DLCX west/1@gw", "DLCX east/1@gw", "DLCX west/2@gw", "DLCX east/2@gw"]);
    expect(bench.takeInputs().filter(({ input }) => input.kind !== "gateway")).toEqual([]);
    expect(bench.gateway()).toMatchObject({ leftBehind: 0, pending: 0, state: "reachable" });
    bench.instruct(create(3));
    expect(bench.takeInputs()).toMatchObject([{ input: { kind: "created", call: 3 } }]);
  });

  it("but says other things is not out of reach; what it ignored is tried once more", () => {
    const bench = new TransporterBench();
    bench.behaviour = (command, count) => (command.verb === "DLCX" ? undefined : obliging(command, count));
    bench.instruct(remove(1));
    for (let second = 0; second < 30; second++) {
      bench.pass(1000);
      bench.instruct(create(second + 2, 5, 40));
    }
    expect(bench.gateway()).toMatchObject({ state: "reachable", outstanding: 0, pending: 0 });
    const inputs = bench.takeInputs().filter(({ input }) => input.kind !== "created");
    expect(inputs).toMatchObject([{ input: { kind: "refused", call: 1, verb: 3, code: 0 } }]);
  });

  it("is told again to a group that has a primary again", () => {
    const bench = new TransporterBench();
    bench.step({ kind: "service", group: 1, available: true });
    expect(bench.takeInputs()).toEqual([]);
    bench.behaviour = silent;
    bench.pass(60_000);
    bench.takeInputs();
    bench.step({ kind: "service", group: 2, available: false });
    bench.step({ kind: "service", group: 2, available: true });
    expect(bench.takeInputs()).toEqual([{ group: 2, input: { kind: "gateway", gateway: 0, event: 1 } }]);
  });

  it("has no unbounded queue: calls above the limit are refused with cause 42", () => {
    const bench = new TransporterBench();
    bench.holding = true;
    for (let call = 0; call < 4100; call++) bench.instruct(create(call));
    expect(bench.takeInputs().map(({ input }) => input)).toEqual(
      [4096, 4097, 4098, 4099].map((call) => ({ kind: "refused", call, verb: 1, cause: 42, code: 0 })),
    );
    while (bench.held.length > 0) bench.release();
    expect(bench.takeInputs()).toHaveLength(4096);
  });
});

it("a group of call servers that keeps a gateway busy keeps no other group waiting", () => {
  const bench = new TransporterBench();
  bench.holding = true;
  for (let circuit = 0; circuit < 40; circuit++) bench.instruct(create(circuit, circuit, circuit));
  expect(bench.takeCommands()).toHaveLength(32);
  bench.commit([{ kind: "instruct", slot: bench.slot, instruction: create(1, 50, 50) }], { group: 2 });
  expect(bench.takeCommands()).toEqual(["CRCX east/20@gw"]);
  bench.release();
  expect(bench.takeInputs()).toHaveLength(33);
  bench.release();
  expect(bench.takeInputs()).toHaveLength(8);
});

describe("what a gateway says on its own", () => {
  it("RSIP of all endpoints: answered, the gateway restarted", () => {
    const bench = new TransporterBench();
    bench.say("RSIP 51 *@gw MGCP 1.0|RM: restart|RD: 0|");
    expect(bench.takeDatagrams()).toEqual(["200 51 OK|"]);
    expect(bench.takeInputs()).toEqual([
      { group: 1, input: { kind: "gateway", gateway: 0, event: 0 } },
      { group: 2, input: { kind: "gateway", gateway: 0, event: 0 } },
    ]);
  });

  it("repeated is answered again and told once", () => {
    const bench = new TransporterBench();
    for (let times = 0; times < 3; times++) bench.say("RSIP 51 *@gw MGCP 1.0|RM: restart|");
    expect(bench.takeDatagrams()).toEqual(["200 51 OK|", "200 51 OK|", "200 51 OK|"]);
    expect(bench.takeInputs()).toHaveLength(2);
  });

  it.each([
    ["RSIP 52 east/3@gw MGCP 1.0|RM: restart|", "200 52 OK|", [[2, 33, 0]]],
    ["RSIP 53 east/3@gw MGCP 1.0|RM: forced|", "200 53 OK|", [[2, 33, 1]]],
    ["RSIP 54 east/3@gw MGCP 1.0|RM: graceful|RD: 60|", "200 54 OK|", []],
    ["RSIP 55 *@gw MGCP 1.0|RM: disconnected|", "200 55 OK|", []],
    ["RSIP 56 nowhere/1@gw MGCP 1.0|RM: restart|", "200 56 OK|", []],
    ["DLCX 57 west/2@gw MGCP 1.0|C: 1|I: A|E: 901 lost|", "200 57 OK|", [[1, 1, 0]]],
    ["NTFY 58 west/2@gw MGCP 1.0|X: 0|O: L/hd|", "200 58 OK|", []],
    ["AUEP 59 west/2@gw MGCP 1.0|", "504 59 unknown or unsupported command|", []],
    ["XYZW 60 west/2@gw MGCP 1.0|", "504 60 verb|", []],
  ])("%s", (said, answer, told) => {
    const bench = new TransporterBench();
    bench.say(said);
    expect(bench.takeDatagrams()).toEqual([answer]);
    expect(bench.takeInputs()).toEqual(
      told.map(([group, circuit, event]) => ({ group, input: { kind: "endpoint", circuit, event } })),
    );
  });

  it("RSIP of a trunk group: each of its circuits", () => {
    const bench = new TransporterBench();
    bench.say("RSIP 61 west/*@gw MGCP 1.0|RM: restart|");
    expect(bench.takeInputs()).toHaveLength(31);
  });

  it("never gets an RSIP from us", () => {
    const bench = new TransporterBench();
    bench.instruct(create(1), clear(0, 70));
    bench.pass(100_000);
    expect(bench.takeCommands().filter((text) => text.startsWith("RSIP"))).toEqual([]);
  });
});

describe("hostile datagrams", () => {
  it("never throw, whatever they say", () => {
    const line = fc.constantFrom(
      "200 1 OK",
      "CRCX 1 a@b MGCP 1.0",
      "RSIP 1 *@gw MGCP 1.0",
      "RM: restart",
      "I: ",
      "",
      ".",
      "v=0",
    );
    const text = fc.oneof(
      fc.array(line, { maxLength: 8 }).map((lines) => lines.join("\r\n")),
      fc.string({ unit: "binary-ascii" }),
    );
    fc.assert(
      fc.property(fc.array(text, { maxLength: 10 }), fc.uint8Array({ maxLength: 100 }), (texts, octets) => {
        const bench = new TransporterBench();
        bench.holding = true;
        bench.instruct(create(1), create(2, 62, 66));
        for (const said of texts) bench.say(said);
        bench.receive(octets, "127.0.0.2");
        bench.receive(octets, "127.0.0.3");
      }),
      { numRuns: 300 },
    );
  });

  it("in answer to our commands never throw, octet by octet", () => {
    const answer =
      "200 N OK\r\nI: 00000A01\r\nI2: 00000B01\r\n\r\nv=0\r\nc=IN IP4 10.0.0.1\r\nm=audio 4000 RTP/AVP 8\r\n";
    for (let at = 0; at < answer.length; at++) {
      const bench = new TransporterBench();
      bench.holding = true;
      bench.instruct(create(1));
      const octets = answer.replace("N", `${bench.commands[0].transactionId}`);
      for (const value of ["\0", "\n", "ÿ", "9", " "]) bench.say(octets.slice(0, at) + value + octets.slice(at + 1));
      bench.say(octets.slice(0, at));
    }
  });
});

it("the trace holds datagrams with the call and circuits that they are about, the oldest first", () => {
  const bench = new TransporterBench();
  bench.instruct(create(0x42));
  const [sent, received] = bench.transporter.trace().slice(-2);
  expect(sent).toMatchObject({ direction: "sent", gateway: "mgw", call: 0x42, circuits: [0, 31] });
  expect(sent.text).toMatch(/^CRCX \d+ west\/1@gw/);
  expect(received).toMatchObject({ direction: "received", gateway: "mgw", call: 0x42, circuits: [0, 31] });
  expect(received.text).toMatch(/^200 /);
});

it("the ladder of a call, or of circuits, has who told whom what", () => {
  const bench = new TransporterBench();
  bench.instruct(create(1), create(2, 1, 32));
  const [first, second] = bench.commands.map((command) => command.transactionId);
  const rungs = (request: { call?: number; circuits?: readonly number[] }) =>
    bench.transporter.ladder(request).map(({ from, to, text }) => [from, to, text]);
  const ofFirst = [
    ["transporter 5", "mgw", `CRCX ${first} west/1@gw`],
    ["mgw", "transporter 5", `200 ${first} OK`],
  ];
  expect(rungs({ call: 1 })).toEqual(ofFirst);
  expect(rungs({ circuits: [31] })).toEqual(ofFirst);
  expect(rungs({ circuits: [32, 0] })).toHaveLength(4);
  expect(rungs({ call: 2 })[0]).toEqual(["transporter 5", "mgw", `CRCX ${second} west/2@gw`]);
  expect(rungs({})).toEqual([]);
});

it("the trace keeps what came when its buffer is used again", () => {
  const bench = new TransporterBench();
  const octets = octetsFromText("NTFY 58 west/2@gw MGCP 1.0\r\nX: 0\r\nO: L/hd\r\n");
  bench.receive(octets, "127.0.0.2");
  octets.fill(0);
  expect(bench.transporter.trace().at(-2)).toMatchObject({ text: expect.stringMatching(/^NTFY 58/), circuits: [1] });
});

it("long names of connections are kept while there is a connection, and no longer", () => {
  const bench = new TransporterBench();
  const names = ["123456789ABCDEF01", "123456789ABCDEF02"];
  bench.behaviour = (command, count) =>
    command.verb === "CRCX"
      ? response(200, command.transactionId, "OK", { connectionIds: [names[0]], secondConnectionId: names[1] })
      : obliging(command, count);
  const identifiersOf = () => {
    const [{ input }] = bench.takeInputs();
    if (input.kind !== "created") throw new Error(input.kind);
    return [input.identifier, input.secondIdentifier] as const;
  };
  bench.instruct(create(1));
  expect(bench.gateway()).toMatchObject({ connectionNamesKept: 2 });
  const identifiers = identifiersOf();
  bench.datagrams.splice(0);
  bench.instruct(remove(1, 0, 31, ...identifiers));
  expect(bench.datagrams.map((text) => /I: (\w+)/.exec(text)?.[1])).toEqual(names);
  expect(bench.gateway()).toMatchObject({ connectionNamesKept: 0 });
  bench.instruct(create(3), remove(3, 0, 31, 0, 0));
  expect(bench.gateway()).toMatchObject({ connectionNamesKept: 0 });
  bench.instruct(create(2));
  bench.say("RSIP 51 *@gw MGCP 1.0|RM: restart|");
  expect(bench.gateway()).toMatchObject({ connectionNamesKept: 0 });
});

it("the status counts by verb and by response code", () => {
  const bench = new TransporterBench();
  bench.behaviour = refusing("MDCX", 517);
  bench.instruct(create(1), modify(1));
  expect(bench.gateway()).toMatchObject({
    profile: "trunk-circuits",
    state: "reachable",
    sent: { AUEP: 1, CRCX: 1, MDCX: 1 },
    answers: { "200": 2, "517": 1 },
    outstanding: 0,
    retransmissions: 0,
  });
});

it("the verb of an answer is the tag of the instruction", () => {
  for (const each of [create(1), modify(1), remove(1)]) {
    expect(encode(instruction, each)[0]).toBe(verbTags[each.kind as keyof typeof verbTags]);
  }
});
