import { expect, test } from "vitest";
import { decodeDatagram, encodeDatagram } from "../../../firmware/mgcp/codec.ts";
import { command } from "../../../firmware/mgcp/message.ts";
import type { Parameters } from "../../../firmware/mgcp/parameters.ts";
import type { Verb } from "../../../firmware/mgcp/verbs.ts";
import { VirtualClock } from "../../../hal/simulated/clock.ts";
import { type GatewayFault, SimulatedGateway } from "../../../tools/simulator/simulated-gateway.ts";

/** What a gateway with these faults answers to a CRCX that is sent at 0 ms and again at 200 ms: milliseconds and code. */
function answers(...faults: readonly GatewayFault[]): {
  readonly said: readonly string[];
  readonly executed: readonly string[];
} {
  const clock = new VirtualClock();
  const said: string[] = [];
  const gateway = new SimulatedGateway(clock, (to, datagram) => {
    expect(to).toBe("somebody");
    const [answer] = decodeDatagram(datagram);
    const code = answer?.ok && answer.value.kind === "response" ? answer.value.code : undefined;
    said.push(`${clock.nowMicros() / 1000} ms: ${code}`);
  });
  gateway.suffer(faults);
  const endpoint = { local: "west/1", domain: "gw" };
  const create = command("CRCX", 1, endpoint, { callId: "A", connectionMode: "recvonly" });
  for (const millis of [0, 200]) {
    clock.at(millis * 1000, () => gateway.datagram(encodeDatagram([create]), "somebody"));
  }
  clock.run(250_000);
  return { said, executed: gateway.executed };
}

test("it knows connections by their names letter by letter, and says them when it is asked", () => {
  const said: string[] = [];
  const gateway = new SimulatedGateway(
    new VirtualClock(),
    (_, datagram) => said.push(...Buffer.from(datagram).toString("latin1").trim().split("\r\n")),
    () => "0a",
  );
  const endpoint = { local: "west/1", domain: "gw" };
  const send = (...[verb, id, parameters]: [Verb, number, Parameters]) =>
    gateway.datagram(encodeDatagram([command(verb, id, endpoint, parameters)]), "somebody");
  send("AUEP", 1, { requestedInfo: ["I"] });
  send("CRCX", 2, { callId: "A", connectionMode: "recvonly" });
  send("MDCX", 3, { callId: "A", connectionIds: ["0A"], connectionMode: "sendrecv" });
  send("AUEP", 4, { requestedInfo: ["I"] });
  send("MDCX", 5, { callId: "A", connectionIds: ["0a"], connectionMode: "sendrecv" });
  expect(said).toEqual(["200 1", "I:", "200 2", "I: 0a", "515 3", "200 4", "I: 0a", "200 5"]);
});

test.each<readonly [string, readonly GatewayFault[], readonly string[]]>([
  ["without faults it answers twice", [], ["0 ms: 200", "200 ms: 200"]],
  ["it refuses", [{ verb: "CRCX", kind: "refused", code: 403 }], ["0 ms: 403", "200 ms: 403"]],
  ["a lost command is as if it had not been sent", [{ verb: "CRCX", kind: "command-lost" }], ["200 ms: 200"]],
  ["a lost answer comes with the repetition", [{ verb: "CRCX", kind: "answer-lost" }], ["200 ms: 200"]],
  [
    "it is slow, and says so",
    [{ verb: "CRCX", kind: "late", millis: 170 }],
    ["150 ms: 100", "170 ms: 200", "200 ms: 200"],
  ],
  ["another verb is not concerned", [{ verb: "MDCX", kind: "command-lost" }], ["0 ms: 200", "200 ms: 200"]],
])("%s, and carries the command out once", (_, faults, said) => {
  expect(answers(...faults)).toEqual({ said, executed: ["CRCX west/1"] });
});
