/** The command line of the test exchange that stands at the other end of a rack's circuits. */
import type { Exchange, RackConfiguration } from "../../firmware/configuration/rack-schema.ts";

/**
 * Arguments for the adjacent exchange of that name: signalling, circuits and, where `voice` is wanted, its ports. What
 * calls it makes is added by the caller (`--called`, `--rate` and so on).
 */
export function exchangeArguments(configuration: RackConfiguration, name: string, voice: boolean): string[] {
  const exchange = configuration.exchanges.find((candidate) => candidate.name === name);
  if (exchange === undefined) throw new Error(`the rack has no exchange ${name}`);
  const groups = configuration.trunkGroups.filter((group) => group.exchange === name);
  const own = [
    ["--name", name],
    ["--point-code", String(exchange.pointCode)],
    ["--node-point-code", String(configuration.pointCode)],
    ["--network-indicator", configuration.networkIndicator],
    ["--cics", groups.map(({ firstCic, lastCic }) => `${firstCic}-${lastCic}`).join(",")],
    ["--heartbeat", `${exchange.association.heartbeatMillis}ms`],
  ];
  const ports = groups.map(({ firstCic, lastCic, media: { address, gatewayPort, exchangePort } }) => {
    const host = hostOf(address);
    return ["--voice", `${firstCic}-${lastCic}=${host}:${exchangePort}/${host}:${gatewayPort}`];
  });
  return [...own, ...associationArguments(exchange), ...(voice ? ports : [])].flat();
}

/** The other side of what the LIM is configured to be. */
function associationArguments({ association }: Exchange): string[][] {
  const { role, address, port, routingContext } = association;
  const at = `${hostOf(address)}:${port}`;
  const context = routingContext === undefined ? [] : [["--routing-context", String(routingContext)]];
  switch (role) {
    case "ipsp-server":
      return [["--connect", at], ...context];
    case "ipsp-client":
      return [["--listen", at], ...context];
    case "asp":
      return [["--listen", at], ["--signalling", "sgp"], ...context];
  }
}

function hostOf(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}
