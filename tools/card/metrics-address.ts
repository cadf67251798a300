/** Where a card tells its figures, if it is to. */
import type { RackConfiguration } from "../../firmware/configuration/rack-schema.ts";
import type { SocketAddress } from "../../hal/socket-address.ts";
import { UserError } from "../configuration/read-configuration.ts";

/**
 * @param given `address:port`, or `[address]:port` of IPv6, of the command line: goes before rack.yaml
 * @param configured of rack.yaml: the card in slot n has port + n
 * @throws UserError with a sentence
 */
export function metricsAddress(
  given: string | undefined,
  configured: RackConfiguration["metrics"],
  slot: number,
): SocketAddress | undefined {
  if (given === undefined) return configured && { address: configured.address, port: configured.port + slot };
  const parts = /^(?:\[([0-9a-f:.]+)\]|([^:]+)):(\d{1,5})$/i.exec(given);
  const address = parts?.[1] ?? parts?.[2];
  const port = Number(parts?.[3]);
  if (address === undefined || port < 1 || port > 65_535) {
    throw new UserError(`--metrics ${given}: an address and a port are wanted, such as 127.0.0.1:9400 or [::1]:9400`);
  }
  return { address, port };
}
