/** The application of a card, as its program makes it. */
import { CallServer } from "../../firmware/call-server/call-server.ts";
import type { Application } from "../../firmware/card/application.ts";
import type { RackConfiguration } from "../../firmware/configuration/rack-schema.ts";
import { LinkInterfaceModule } from "../../firmware/lim/link-interface-module.ts";
import { assert } from "../../firmware/result.ts";
import { Transporter } from "../../firmware/transporter/transporter.ts";

export function applicationOf(configuration: RackConfiguration, slot: number): Application {
  const card = configuration.cards.find((each) => each.slot === slot);
  assert(card !== undefined, `there is a card in slot ${slot}`);
  if (card.kind === "lim") return new LinkInterfaceModule(configuration, slot);
  return card.kind === "transporter" ? new Transporter(configuration, slot) : new CallServer(configuration, slot);
}
