/** What the configuration partition says of a card: who it is, in a form that a shell reads, beside the rack's rack.yaml. */
import type { Board } from "../../boards/board.ts";
import type { Card, RackConfiguration } from "../../firmware/configuration/rack-schema.ts";
import { UserError } from "../configuration/read-configuration.ts";

export interface CardIdentity {
  readonly board: Board;
  readonly slot: number;
  readonly rack: RackConfiguration;
  /** Such as 192.0.2.13/24; undefined: asked of the network. */
  readonly address: string | undefined;
  readonly gateway: string | undefined;
  /** For the card's program, besides what it needs. */
  readonly cardOptions: string;
}

/** @throws UserError when the rack has no such slot, or says that another board is in it */
export function cardInSlot({ board, slot, rack }: Pick<CardIdentity, "board" | "slot" | "rack">): Card {
  const card = rack.cards.find((each) => each.slot === slot);
  if (card === undefined) {
    const slots = rack.cards.map((each) => each.slot).join(", ");
    throw new UserError(`rack ${rack.name} has no slot ${slot}; its slots: ${slots}`);
  }
  if (card.board !== undefined && card.board !== board.name)
    throw new UserError(`rack ${rack.name} has a ${card.board} in slot ${slot}, not a ${board.name}`);
  return card;
}

export function cardConfiguration(identity: CardIdentity): string {
  const { board, slot, rack, address, gateway, cardOptions } = identity;
  const [planeA, planeB] = board.planes.map((plane) => (plane.kind === "socketcan" ? plane.interface : ""));
  const devices = (board.canControllers ?? []).map(({ spiBus, chipSelect }) => `spi${spiBus}.${chipSelect}`);
  const settings = {
    SLOT: slot,
    BOARD: board.name,
    PLANE_A: planeA,
    PLANE_B: planeB,
    PLANE_A_DEVICE: devices[0],
    PLANE_B_DEVICE: devices[1],
    CAN_RATES: canRates(rack.bus),
    CONSOLE: board.console && `${board.console.device}:${board.console.baudRate}`,
    ADDRESS: address,
    GATEWAY: gateway,
    CARD_OPTIONS: cardOptions,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}="${value ?? ""}"`);
  return [
    "# Written by npm run flash from rack.yaml and the board. Rates here and in rack.yaml are the same.",
    ...lines,
    "",
  ].join("\n");
}

/** As `ip link set … type can` wants them. */
function canRates({ frames, bitRate, dataBitRate }: RackConfiguration["bus"]): string {
  return frames === "fd" ? `bitrate ${bitRate} dbitrate ${dataBitRate} fd on` : `bitrate ${bitRate}`;
}
