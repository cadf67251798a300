/** A rack between two exchanges: west (lower point code than ours) and east (higher), with an overflow group to south. */
import { type RackConfiguration, rackSchema } from "../../../firmware/configuration/rack-schema.ts";

export const slots = {
  lim: 1,
  otherLim: 2,
  callServer: 3,
  otherCallServer: 4,
  transporter: 5,
  otherTransporter: 6,
} as const;

const association = (lim: number, port: number) => ({ lim, address: "127.0.0.1", port });
const media = (port: number) => ({ address: "127.0.0.1", gatewayPort: port, exchangePort: port + 1000 });

/** Circuits 0-7 are west/1-8, 8-15 east/1-8, 16-17 south/1-2, 18 single/9. */
export function exampleRack(overrides: Record<string, unknown> = {}): RackConfiguration {
  return rackSchema.parse({
    pointCode: 100,
    cards: [
      { slot: slots.lim, kind: "lim" },
      { slot: slots.otherLim, kind: "lim" },
      { slot: slots.callServer, kind: "call-server" },
      { slot: slots.otherCallServer, kind: "call-server" },
      { slot: slots.transporter, kind: "transporter" },
    ],
    exchanges: [
      { name: "west", pointCode: 50, associations: [association(slots.lim, 2905)] },
      { name: "east", pointCode: 200, associations: [association(slots.otherLim, 2906)] },
      { name: "south", pointCode: 300, associations: [association(slots.otherLim, 2907)] },
    ],
    gateways: [
      {
        name: "gw",

        address: "127.0.0.1",
        callAgents: [{ transporter: slots.transporter, address: "127.0.0.1" }],
      },
    ],
    trunkGroups: [
      { name: "west", exchange: "west", firstCic: 1, lastCic: 8, gateway: "gw", media: media(10_000) },
      { name: "east", exchange: "east", firstCic: 1, lastCic: 8, gateway: "gw", media: media(12_000) },
      { name: "south", exchange: "south", firstCic: 1, lastCic: 2, gateway: "gw", media: media(14_000) },
      { name: "single", exchange: "south", firstCic: 9, lastCic: 9, gateway: "gw", media: media(15_000) },
    ],
    routes: [
      { prefix: "4", trunkGroups: ["east", "south"] },
      { prefix: "49", trunkGroups: ["east"], remove: 2, insert: "0" },
      { prefix: "5", trunkGroups: ["west"] },
      { prefix: "6", trunkGroups: ["south"] },
    ],
    ...overrides,
  });
}

export const west = 0;
export const east = 8;
export const south = 16;
export const single = 18;

/** The same with two LIMs to every exchange and two transporters for the gateway. */
export function redundantRack(): Record<string, unknown> {
  const { cards, exchanges, gateways } = exampleRack();
  const both = (port: number) => [association(slots.lim, port), association(slots.otherLim, port + 100)];
  return {
    cards: [...cards, { slot: slots.otherTransporter, kind: "transporter" }],
    exchanges: exchanges.map((exchange, place) => ({ ...exchange, associations: both(2905 + place) })),
    gateways: gateways.map(({ callAgents: [first], ...gateway }) => ({
      ...gateway,
      callAgents: [first, { ...first, transporter: slots.otherTransporter, port: 2728 }],
    })),
  };
}
