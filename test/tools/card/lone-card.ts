/** A card as a process of its own, on two planes on which nobody says anything. */
import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { connectSoftwareCanPort, type SoftwareCanPort } from "../../../hal/software-bus/software-can-port.ts";
import type { CardReport } from "../../../tools/card/card-start.ts";

const programOf = (tool: string) => fileURLToPath(new URL(`../../../tools/${tool}/main.ts`, import.meta.url));
const slot = 4;

/** The transporter of the demonstration, on a port that is free. */
export class LoneCard {
  readonly folder = mkdtempSync(join(tmpdir(), "lone-card-"));
  readonly reports: CardReport[] = [];
  readonly #children: ChildProcess[] = [];
  readonly #ports: SoftwareCanPort[] = [];
  #port = 0;
  #card: ChildProcess | undefined;

  async start(given: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<void> {
    this.#port = await freePort();
    const configuration = join(this.folder, "rack.yaml");
    const example = readFileSync("boards/simulated/rack.yaml", "utf8");
    writeFileSync(configuration, example.replace("port: 2727", `port: ${this.#port}`));
    const sockets = await Promise.all((["A", "B"] as const).map((plane) => this.#plane(plane)));
    const args = ["--config", configuration, "--slot", String(slot), "--plane-a", sockets[0], "--plane-b", sockets[1]];
    args.push("--storage", this.folder, "--no-rehearsal", ...given);
    this.#card = spawn(process.execPath, [programOf("card"), ...args], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      env: { ...process.env, ...environment },
    });
    this.#children.push(this.#card);
    this.#card.on("message", (report) => this.reports.push(report as CardReport));
  }

  get process(): ChildProcess {
    if (this.#card === undefined) throw new Error("the card was not started");
    return this.#card;
  }

  /** Texts of what was logged. */
  get lines(): readonly string[] {
    return this.reports.flatMap((report) => (report.kind === "log" ? [report.text] : []));
  }

  /** To the port of its gateways. */
  send(octets: Uint8Array): void {
    const socket = createSocket("udp4");
    socket.send(octets, this.#port, "127.0.0.1", () => socket.close());
  }

  close(): void {
    for (const port of this.#ports) port.close();
    for (const child of this.#children) child.kill("SIGKILL");
    rmSync(this.folder, { recursive: true });
  }

  async #plane(plane: "A" | "B"): Promise<string> {
    const socket = join(this.folder, plane);
    const hub = spawn(process.execPath, [programOf("hub"), "--plane", plane, "--socket", socket, "--fd"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#children.push(hub);
    await once(hub.stdout, "data");
    // Somebody has to acknowledge what the card says.
    this.#ports.push(await connectSoftwareCanPort({ path: socket, name: "listener" }));
    return socket;
  }
}

async function freePort(): Promise<number> {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  return port;
}
