import { Worker } from "node:worker_threads";
import { isStorageName, type StorageOutcome } from "../storage.ts";
import type { ValueStore } from "../value-store.ts";
import type { FoundValues, PutRequest, PutResult } from "./value-store-thread.ts";

export interface LinuxValueStore extends ValueStore {
  /** Resolves when everything that was put is done and nothing is open any more. Nothing may be put after it. */
  close(): Promise<void>;
}

/**
 * Values in an SQLite database `values.db` in `folder`, which comes to be with it. Never fails: a store that cannot be opened says
 * so of every key.
 *
 * SQLite waits for the disk, and an SD card that tidies itself up takes its time, so it has a thread of its own: the application's
 * thread must answer within 150 ms, and the communication processor's has beats to send.
 */
export async function openLinuxValueStore(folder: string): Promise<LinuxValueStore> {
  const thread = new Worker(new URL("./value-store-thread.ts", import.meta.url), { workerData: folder });
  const found = await new Promise<FoundValues>((resolve) => {
    thread.once("message", resolve);
    thread.once("error", (error) => resolve({ values: new Map(), failure: broken(error) }));
  });
  // A card that ends does not wait for its disk.
  thread.unref();
  return new ThreadValueStore(thread, found);
}

class ThreadValueStore implements LinuxValueStore {
  readonly #thread: Worker;
  readonly #found: FoundValues;
  /** The puts that the thread has not answered, in order. */
  readonly #waiting: (PutRequest & { readonly done: (outcome: StorageOutcome<void>) => void })[] = [];
  #drained: (() => void) | undefined;
  /** Why the thread does nothing any more. */
  #failure: PutResult;

  constructor(thread: Worker, found: FoundValues) {
    this.#thread = thread;
    this.#found = found;
    thread.on("message", (result: PutResult) => this.#answered(result));
    thread.on("error", (error) => {
      this.#failure = broken(error);
      while (this.#waiting.length > 0) this.#answered(this.#failure);
    });
  }

  get(key: string): StorageOutcome<Uint8Array> {
    if (!isStorageName(key)) return { ok: false, error: { kind: "bad-name", name: key } };
    const { values, failure } = this.#found;
    const value = values.get(key);
    if (value !== undefined && value !== "corrupt") return { ok: true, value: value.slice() };
    if (value === "corrupt") return { ok: false, error: { kind: "corrupt", name: key } };
    return { ok: false, error: failure ? { ...failure, name: key } : { kind: "not-found", name: key } };
  }

  put(key: string, value: Uint8Array, done: (outcome: StorageOutcome<void>) => void): void {
    const failure: PutResult = isStorageName(key) ? this.#failure : { kind: "bad-name" };
    if (failure !== undefined) {
      queueMicrotask(() => done({ ok: false, error: { ...failure, name: key } }));
      return;
    }
    const request: PutRequest = { key, value: value.slice() };
    this.#waiting.push({ ...request, done });
    this.#thread.postMessage(request);
  }

  async close(): Promise<void> {
    if (this.#failure !== undefined) return;
    this.#thread.ref();
    const ended = new Promise((resolve) => this.#thread.once("exit", resolve));
    if (this.#waiting.length > 0) await new Promise<void>((resolve) => (this.#drained = resolve));
    this.#thread.postMessage("close");
    await ended;
  }

  #answered(failure: PutResult): void {
    const put = this.#waiting.shift();
    if (put === undefined) return;
    if (failure === undefined) {
      this.#found.values.set(put.key, put.value);
      put.done({ ok: true, value: undefined });
    } else {
      put.done({ ok: false, error: { ...failure, name: put.key } });
    }
    if (this.#waiting.length === 0) this.#drained?.();
  }
}

function broken(error: unknown): NonNullable<PutResult> {
  return { kind: "broken", detail: String(error) };
}
