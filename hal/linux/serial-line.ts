/** Serial lines of the host, through serialport: UARTs, USB adapters, and pseudo-terminals. */
import { SerialPort } from "serialport";
import type { SerialLine, SerialLineListener } from "../serial-line.ts";

/** Opens a line. Rejects with a sentence. @param bitRate bits a second; a pseudo-terminal has none */
export function openSerialLine(path: string, bitRate: number): Promise<SerialLine> {
  return new Promise((resolve, reject) => {
    const port = new SerialPort({ path, baudRate: bitRate, autoOpen: false });
    port.open((error) => {
      if (error === null) resolve(new LinuxSerialLine(port));
      else reject(new Error(`the serial line ${path} cannot be opened: ${error.message}`));
    });
  });
}

class LinuxSerialLine implements SerialLine {
  readonly #port: SerialPort;
  #listener: SerialLineListener | undefined;
  #isClosed = false;

  constructor(port: SerialPort) {
    this.#port = port;
    port.on("data", (octets: Uint8Array) => this.#listener?.octets(octets));
    port.on("drain", () => this.#listener?.writable?.());
    port.on("error", (error) => this.#gone(error.message));
    port.on("close", () => this.#gone("the line is closed"));
  }

  write(octets: Uint8Array): boolean {
    // After a hang-up the callback of a write never comes: only the port knows.
    if (!this.#port.isOpen) {
      this.#gone("the line is closed");
      return false;
    }
    return this.#port.write(octets);
  }

  listen(listener: SerialLineListener): void {
    this.#listener = listener;
  }

  close(): void {
    this.#isClosed = true;
    this.#listener = undefined;
    if (this.#port.isOpen) this.#port.close(() => undefined);
  }

  #gone(reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#listener?.closed(reason);
  }
}
