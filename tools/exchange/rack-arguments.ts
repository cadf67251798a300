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
    ["--heartbeat", `${exchange.associations[0].heartbeatMillis}ms`],
  ];
  const ports = groups.map(({ firstCic, lastCic, media: { address, gatewayPort, exchangePort } }) => {
    const host = hostOf(address);
    return ["--voice", `${firstCic}-${lastCic}=${host}:${exchangePort}/${host}:${gatewayPort}`];
  });
  return [...own, ...associationArguments(exchange), ...(voice ? ports : [])].flat();
}

/** The other side of what the LIMs are configured to be. All associations are one application server's: its routing context. */
function associationArguments({ associations, trafficMode }: Exchange): string[][] {
  const [{ role, routingContext }] = associations;
  const places = associations.map(({ address, port }) => `${hostOf(address)}:${port}`);
  return [
    // All LIMs connect to one place.
    ...(role === "ipsp-server" ? places.map((place) => ["--connect", place]) : [["--listen", places[0]]]),
    ...(role === "asp" ? [["--signalling", "sgp"]] : []),
    ...(routingContext === undefined ? [] : [["--routing-context", String(routingContext)]]),
    ...(trafficMode === undefined ? [] : [["--traffic-mode", trafficMode]]),
  ];
}

function hostOf(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}
