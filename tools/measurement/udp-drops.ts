/** Packets that the host dropped at UDP sockets because nobody fetched them in time. Only Linux says so. */
import { readFileSync } from "node:fs";

/**
 * The drops of all UDP sockets of the host. With a thousand sockets the kernel's table of them takes some milliseconds to write
 * and to read, and what is being measured waits meanwhile; so it is read only when the kernel's counters of errors, a few
 * lines, have moved.
 */
export class UdpDrops {
  #counters: string | undefined;
  #byPort: ReadonlyMap<number, number> = new Map();

  /** By local port; empty where the host does not say. */
  byPort(): ReadonlyMap<number, number> {
    const counters = errorCounters();
    if (counters !== this.#counters) this.#byPort = readTables();
    this.#counters = counters;
    return this.#byPort;
  }
}

const dropsColumn = 12;

function readTables(): ReadonlyMap<number, number> {
  const byPort = new Map<number, number>();
  for (const row of ["/proc/net/udp", "/proc/net/udp6"].flatMap((table) => linesOf(table).slice(1))) {
    const columns = row.trim().split(/\s+/);
    if (columns.length <= dropsColumn) continue;
    const port = Number.parseInt(columns[1].slice(columns[1].lastIndexOf(":") + 1), 16);
    byPort.set(port, (byPort.get(port) ?? 0) + Number(columns[dropsColumn]));
  }
  return byPort;
}

/** All errors that UDP counts; what is dropped at a socket is among them. */
function errorCounters(): string {
  const [names, values] = linesOf("/proc/net/snmp").filter((line) => line.startsWith("Udp: "));
  const fields = values?.split(" ") ?? [];
  const version4 = fields.filter((_, index) => names.split(" ")[index].endsWith("Errors"));
  const version6 = linesOf("/proc/net/snmp6").filter((line) => /^Udp6\w*Errors/.test(line));
  return [...version4, ...version6].join(" ");
}

/** None where there is no such file. */
function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, "latin1").split("\n");
  } catch {
    return [];
  }
}
