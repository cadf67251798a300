import { describe, expect, it } from "vitest";
import { type RackConfiguration, rackSchema } from "../../../firmware/configuration/rack-schema.ts";
import { decodePlan, encodePlan, planDigits } from "../../../tools/exchange/call-plan.ts";
import { DurationSamples } from "../../../tools/measurement/duration-samples.ts";
import { parseCommandLine } from "../../../tools/exchange/options.ts";
import { exchangeArguments } from "../../../tools/exchange/rack-arguments.ts";

const rack: RackConfiguration = rackSchema.parse({
  pointCode: 2057,
  cards: [
    { slot: 1, kind: "lim" },
    { slot: 2, kind: "call-server" },
    { slot: 3, kind: "call-server" },
    { slot: 4, kind: "transporter" },
  ],
  exchanges: [
    { name: "west", pointCode: "0-125-1", associations: [{ lim: 1, address: "127.0.0.1", port: 2905 }] },
    {
      name: "east",
      pointCode: 3001,
      associations: [{ role: "ipsp-client", lim: 1, address: "127.0.0.1", port: 2906 }],
    },
  ],
  gateways: [{ name: "gw", address: "127.0.0.1", callAgents: [{ transporter: 4, address: "127.0.0.1" }] }],
  trunkGroups: [
    { name: "west", exchange: "west", firstCic: 1, lastCic: 31, gateway: "gw", media: media(31_000) },
    { name: "west-2", exchange: "west", firstCic: 33, lastCic: 63, gateway: "gw", media: media(32_000) },
    { name: "east", exchange: "east", firstCic: 1, lastCic: 31, gateway: "gw", media: media(33_000) },
  ],
  routes: [{ prefix: "2", trunkGroups: ["east"] }],
});

function media(gatewayPort: number): { address: string; gatewayPort: number; exchangePort: number } {
  return { address: "127.0.0.1", gatewayPort, exchangePort: gatewayPort + 10_000 };
}

describe("the command line", () => {
  it("says what a rack's exchange has to be", () => {
    const { program } = parseCommandLine([...exchangeArguments(rack, "west", true), "--called", "2", "--rate", "5"]);
    expect(program.exchange).toMatchObject({
      ...{ name: "west", pointCode: 1001, nodePointCode: 2057, calledPrefix: "2", callingPrefix: "01001" },
      cics: [
        { first: 1, last: 31 },
        { first: 33, last: 63 },
      ],
    });
    expect(program.link).toMatchObject({ role: "ipsp-client", networkIndicator: 2, heartbeatMillis: 5000 });
    expect(program.link.connect).toEqual([{ address: "127.0.0.1", port: 2905 }]);
    expect(program.voice[1]).toEqual({
      cics: { first: 33, last: 63 },
      exchange: { address: "127.0.0.1", port: 42_000 },
      gateway: { address: "127.0.0.1", port: 32_000 },
    });
    const east = parseCommandLine(exchangeArguments(rack, "east", false)).program;
    expect(east.link).toMatchObject({ role: "ipsp-server", listen: { port: 2906 }, connect: [] });
    expect(east.voice).toEqual([]);
  });

  it("takes times, shares and timers", () => {
    const base = ["--point-code", "1", "--node-point-code", "2", "--connect", "127.0.0.1:1", "--cics", "1-30"];
    const more = ["--ring", "500ms-1.5s", "--hold", "2m", "--busy", "10", "--timer", "T1=2s", "--for", "30s"];
    const { program, forMicros } = parseCommandLine([...base, ...more]);
    expect(program.exchange.mix).toMatchObject({
      ring: { min: 500_000, max: 1_500_000 },
      hold: { min: 120_000_000, max: 120_000_000 },
      shares: { busy: 0.1, abandon: 0 },
    });
    expect(program.exchange.timers).toEqual({ T1: 2_000_000 });
    expect(forMicros).toBe(30_000_000);
  });
});

describe("the plan of a call", () => {
  it("survives in the called number", () => {
    const plan = { scenario: "called-clears", voice: true, ring: 1_230_000, hold: 65_430_000 } as const;
    const digits = encodePlan(plan);
    expect(digits).toBe("41012306543");
    expect(digits).toHaveLength(planDigits);
    expect(decodePlan(`2${digits}`)).toEqual(plan);
  });

  it("is not read into numbers that have none", () => {
    for (const called of ["", "12345", "90012306543", "42012306543"]) expect(decodePlan(called)).toBeUndefined();
  });
});

describe("durations", () => {
  it("have exact percentiles by nearest rank", () => {
    const samples = new DurationSamples();
    for (let i = 2000; i >= 1; i--) samples.add(i * 1000);
    expect(samples.summary()).toEqual({ count: 2000, p50Millis: 1000, p99Millis: 1980, maxMillis: 2000 });
    const short = new DurationSamples();
    for (let i = 0; i < 100; i++) short.add(i < 50 ? 7 : 120);
    expect(short.summary()).toEqual({ count: 100, p50Millis: 0.007, p99Millis: 0.12, maxMillis: 0.12 });
    expect(new DurationSamples().summary()).toEqual({ count: 0, p50Millis: 0, p99Millis: 0, maxMillis: 0 });
  });
});
