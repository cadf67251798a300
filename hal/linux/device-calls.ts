/** The calls that character devices of the kernel are used through. Errors are the kernel's names, such as ENOENT. */
import { closeSync, constants, openSync, readdirSync, readSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { loadNativePart } from "./native-part.ts";

export interface DeviceCalls {
  /** Paths of the devices that begin so, such as /dev/gpiochip. */
  list(beginning: string): readonly string[];
  /** To read and to write; nothing blocks. @returns the descriptor, or the error */
  open(path: string): number | string;
  /** An ioctl; the argument is read and written in place. @returns the error, if there is one */
  control(descriptor: number, request: number, argument: Uint8Array): string | undefined;
  /** @returns how many octets there were, 0 where nothing waits, or the error */
  read(descriptor: number, into: Uint8Array): number | string;
  /** @returns the error, if there is one */
  write(descriptor: number, octets: Uint8Array): string | undefined;
  /** Calls back, from the event loop, as long as there is something to read. @returns what ends that, or the error */
  watch(descriptor: number, onReadable: () => void): (() => void) | string;
  close(descriptor: number): void;
}

/** What the part in C gives (native/character-device.c). */
interface CharacterDevicePart {
  control(descriptor: number, request: number, argument: Uint8Array): number;
  watch(descriptor: number, onReadable: () => void): object | string;
  unwatch(handle: object): void;
  errorName(error: number): string;
}

/** @param wanting what it is needed for, where `control` and `watch` find that the part in C is missing: they throw a sentence then */
export function linuxDeviceCalls(wanting: string): DeviceCalls {
  let loaded: CharacterDevicePart | undefined;
  const part = () => {
    loaded ??= loadNativePart<CharacterDevicePart>("character-device", wanting);
    return loaded;
  };
  return {
    list: (beginning) => {
      const folder = dirname(beginning);
      const names = attempt(() => readdirSync(folder).filter((name) => name.startsWith(basename(beginning))));
      return typeof names === "string" ? [] : names.sort().map((name) => join(folder, name));
    },
    open: (path) => attempt(() => openSync(path, constants.O_RDWR | constants.O_NONBLOCK)),
    control: (descriptor, request, argument) => {
      const error = part().control(descriptor, request, argument);
      return error === 0 ? undefined : part().errorName(error);
    },
    read: (descriptor, into) => {
      const octets = attempt(() => readSync(descriptor, into));
      return octets === "EAGAIN" ? 0 : octets;
    },
    write: (descriptor, octets) => {
      const written = attempt(() => writeSync(descriptor, octets));
      return typeof written === "string" ? written : undefined;
    },
    watch: (descriptor, onReadable) => {
      const handle = part().watch(descriptor, onReadable);
      return typeof handle === "string" ? handle : () => part().unwatch(handle);
    },
    close: (descriptor) => {
      attempt(() => closeSync(descriptor));
    },
  };
}

/** The name of the error where it fails. */
function attempt<T>(call: () => T): T | string {
  try {
    return call();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (typeof code !== "string") throw error;
    return code;
  }
}
