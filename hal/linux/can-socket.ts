/** A raw CAN socket of the kernel (native/can-socket.c). */
import type { CanInterfaceName } from "./can-interface.ts";
import { loadNativePart } from "./native-part.ts";
import { namespacePath } from "./network-namespace.ts";

/** What the part in C gives. Errors are the kernel's numbers. */
interface CanSocketPart {
  open(
    interfaceName: string,
    fd: boolean,
    receiveOctets: number,
    onReadable: () => void,
    namespace: string,
  ): object | string;
  receive(handle: object, messages: Uint8Array): number;
  send(handle: object, frame: Uint8Array, offset: number, octets: number): number;
  close(handle: object): void;
  errorName(error: number): string;
}

/** Octets of a message: a frame in the kernel's layout, and what the kernel says of it. */
const messageOctets = 80;
const frameOctetsOffset = 72;
const ownOffset = 73;
const droppedOffset = 76;
const messagesAtOnce = 64;
/** Some 4000 frames of classic CAN. */
const receiveBufferOctets = 4 * 1024 * 1024;

export interface CanSocketListener {
  /**
   * A frame in the kernel's layout, of `octets` (16 or 72) from `offset` on; valid during the call.
   * @param isOwn a frame of this socket that is on the bus
   */
  frame(messages: Uint8Array, offset: number, octets: number, isOwn: boolean): void;
  /** All that had come has been told. */
  read(): void;
  /** Frames that the kernel had no room for, since the socket was opened. */
  dropped(count: number): void;
  /** The name of what has gone wrong, such as ENETDOWN. */
  failed(error: string): void;
}

export class CanSocket {
  readonly #part: CanSocketPart;
  readonly #handle: object;
  readonly #listener: CanSocketListener;
  readonly #messages = new Uint8Array(messagesAtOnce * messageOctets);
  readonly #view = new DataView(this.#messages.buffer);
  #isClosed = false;

  private constructor(part: CanSocketPart, handle: object, listener: CanSocketListener) {
    this.#part = part;
    this.#handle = handle;
    this.#listener = listener;
  }

  /**
   * Opens a socket on an interface.
   * @returns the name of the kernel's error where that does not work, such as ENODEV
   */
  static open(name: CanInterfaceName, fd: boolean, listener: CanSocketListener): CanSocket | string {
    const part = loadNativePart<CanSocketPart>("can-socket", "SocketCAN");
    let socket: CanSocket | undefined;
    const namespace = name.namespace === undefined ? "" : namespacePath(name.namespace);
    const handle = part.open(name.interface, fd, receiveBufferOctets, () => socket?.receive(), namespace);
    if (typeof handle === "string") return handle;
    socket = new CanSocket(part, handle, listener);
    return socket;
  }

  /** Reads what has come. */
  receive(): void {
    while (!this.#isClosed) {
      const count = this.#part.receive(this.#handle, this.#messages);
      if (count < 0) this.#listener.failed(this.#part.errorName(-count));
      for (let place = 0; place < count; place++) this.#message(place * messageOctets);
      if (count < messagesAtOnce) break;
    }
    this.#listener.read();
  }

  #message(offset: number): void {
    const octets = this.#messages[offset + frameOctetsOffset];
    const isOwn = this.#messages[offset + ownOffset] === 1;
    this.#listener.dropped(this.#view.getUint32(offset + droppedOffset, true));
    this.#listener.frame(this.#messages, offset, octets, isOwn);
  }

  /** @returns undefined when the kernel has taken the frame, the name of the error when not */
  send(frame: Uint8Array, octets: number): string | undefined {
    const error = this.#part.send(this.#handle, frame, 0, octets);
    return error === 0 ? undefined : this.#part.errorName(error);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#part.close(this.#handle);
  }
}
