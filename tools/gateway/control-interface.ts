/** How other programs ask a running gateway: JSON lines over a Unix socket, or messages of a parent process. */
import { createServer, type Server, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { z } from "zod";
import { gatewaySchema } from "./gateway-configuration.ts";
import type { SoftwareGateway } from "./software-gateway.ts";

/** `id` comes back with the answer, so that answers can be told apart. */
const requestSchema = z.discriminatedUnion("do", [
  z.strictObject({ do: z.literal("snapshot"), id: z.unknown().optional() }),
  z.strictObject({ do: z.literal("faults"), id: z.unknown().optional(), faults: gatewaySchema.shape.faults }),
  z.strictObject({ do: z.literal("restart"), id: z.unknown().optional() }),
  z.strictObject({ do: z.literal("first-command"), id: z.unknown().optional(), afterMicros: z.number() }),
]);

const lineOctetsMax = 65_536;

/** The answer to one request, whatever it is: `{ id, ok: true, … }` or `{ id, ok: false, error }`. */
export async function answerControl(gateway: SoftwareGateway, request: unknown): Promise<object> {
  const parsed = requestSchema.safeParse(request);
  if (!parsed.success) return { ok: false, error: z.prettifyError(parsed.error) };
  const { id } = parsed.data;
  switch (parsed.data.do) {
    case "snapshot":
      return { id, ok: true, snapshot: await gateway.snapshot() };
    case "faults":
      gateway.setFaults(parsed.data.faults);
      return { id, ok: true };
    case "restart":
      gateway.restart();
      return { id, ok: true };
    case "first-command":
      return { id, ok: true, first: await gateway.firstCommandAfter(parsed.data.afterMicros) };
  }
}

/** Serves JSON lines on a Unix socket at `path`. */
export async function serveControl(gateway: SoftwareGateway, path: string): Promise<Server> {
  const server = createServer((socket) => serve(gateway, socket));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => resolve());
  });
  return server;
}

/** Answers a parent process that started this one with an IPC channel. */
export function serveParent(gateway: SoftwareGateway): void {
  process.on("message", (request) => {
    void answerControl(gateway, request).then((answer) => process.send?.(answer));
  });
}

function serve(gateway: SoftwareGateway, socket: Socket): void {
  socket.on("error", () => socket.destroy());
  let pending = 0;
  socket.on("data", (octets: Uint8Array) => {
    pending = octets.includes(0x0a) ? 0 : pending + octets.length;
    if (pending > lineOctetsMax) socket.destroy();
  });
  createInterface({ input: socket }).on("line", (line) => {
    void answerControl(gateway, parseJson(line)).then((answer) => {
      if (!socket.destroyed) socket.write(`${JSON.stringify(answer)}\n`);
    });
  });
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
