/** The software media gateway as a program: `node tools/gateway/main.ts --config gateway.yaml`. */
import { readFile, rm } from "node:fs/promises";
import { Command } from "commander";
import { parse } from "yaml";
import { z } from "zod";
import { rackSchema } from "../../firmware/configuration/rack-schema.ts";
import { serveControl, serveParent } from "./control-interface.ts";
import { type GatewayConfiguration, gatewayOfRack, gatewaySchema } from "./gateway-configuration.ts";
import { SoftwareGateway } from "./software-gateway.ts";

interface Options {
  readonly config?: string;
  readonly rack?: string;
  readonly name?: string;
  readonly control?: string;
}

const program = new Command("gateway")
  .description("A media gateway in software: controlled by MGCP, circuits emulated by UDP ports.")
  .option("--config <file>", "its configuration, YAML or JSON")
  .option("--rack <file>", "a rack's configuration instead, to take a gateway from")
  .option("--name <gateway>", "which of the rack's gateways (the first)")
  .option("--control <path>", 'Unix socket that answers JSON lines such as {"do":"snapshot"}')
  .parse();

const options = program.opts<Options>();
const gateway = new SoftwareGateway(await configurationFrom(options));
await gateway.start();
const control = options.control === undefined ? undefined : await serveControl(gateway, options.control);
if (process.send !== undefined) {
  serveParent(gateway);
  process.on("disconnect", () => void stop());
  process.send({ ready: true, port: gateway.port });
}
const { endpointCount } = await gateway.snapshot();
const { address, domain } = gateway.configuration;
console.log(`gateway ${domain}: MGCP on ${address}:${gateway.port}, ${endpointCount} circuits`);
process.on("SIGINT", () => void stop());
process.on("SIGTERM", () => void stop());

let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  const { packetsForwarded, strayPackets, hostDrops, connections } = await gateway.snapshot();
  const counts = `${packetsForwarded} packets forwarded, ${strayPackets} stray, ${hostDrops} dropped by the host`;
  console.log(`gateway ${domain}: ${counts}, ${connections.length} connections left`);
  control?.close();
  if (options.control !== undefined) await rm(options.control, { force: true });
  await gateway.stop();
  process.exit(0);
}

async function configurationFrom({ config, rack, name }: Options): Promise<GatewayConfiguration> {
  if (rack !== undefined) {
    const parsed = rackSchema.safeParse(parse(await readFile(rack, "utf8")));
    if (!parsed.success) return program.error(`${rack}:\n${z.prettifyError(parsed.error)}`);
    const found = gatewayOfRack(parsed.data, name ?? parsed.data.gateways[0].name);
    return found ?? program.error(`${rack} has no gateway ${name}`);
  }
  const parsed = gatewaySchema.safeParse(config === undefined ? {} : (parse(await readFile(config, "utf8")) ?? {}));
  return parsed.success ? parsed.data : program.error(`${config}:\n${z.prettifyError(parsed.error)}`);
}
