import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { isStorageName, type Storage, type StorageFailureKind, type StorageOutcome } from "../storage.ts";

/**
 * Storage in `folder`, which comes to be when it is first written to: files under `files/`. Nothing is forced to the disk, because
 * that can take an SD card longer than a card may stand still.
 */
export function linuxStorage(folder: string): Storage {
  return new FolderStorage(folder);
}

class FolderStorage implements Storage {
  readonly #files: string;

  constructor(folder: string) {
    this.#files = join(folder, "files");
  }

  append(name: string, content: Uint8Array | string): StorageOutcome<void> {
    return attempt(name, () => {
      mkdirSync(this.#files, { recursive: true });
      withFile(join(this.#files, name), "a", (file) => {
        const octets = typeof content === "string" ? Buffer.from(content, "utf8") : content;
        const before = fstatSync(file).size;
        try {
          for (let done = 0; done < octets.length; ) done += writeSync(file, octets, done);
        } catch (error) {
          ftruncateSync(file, before);
          throw error;
        }
      });
    });
  }

  read(name: string, offset: number, octetsMax: number): StorageOutcome<Uint8Array> {
    return attempt(name, () =>
      withFile(join(this.#files, name), "r", (file) => {
        const available = Math.max(0, fstatSync(file).size - offset);
        const octets = new Uint8Array(Math.min(available, octetsMax));
        const length = octets.length === 0 ? 0 : readSync(file, octets, 0, octets.length, offset);
        return length === octets.length ? octets : octets.slice(0, length);
      }),
    );
  }

  truncate(name: string, octets: number): StorageOutcome<void> {
    return attempt(name, () =>
      withFile(join(this.#files, name), "r+", (file) => {
        if (octets < fstatSync(file).size) ftruncateSync(file, octets);
      }),
    );
  }
}

function withFile<T>(path: string, flags: string, use: (file: number) => T): T {
  const file = openSync(path, flags);
  try {
    return use(file);
  } finally {
    closeSync(file);
  }
}

/** Does `work` on the file `name`; what the host throws becomes a failure. */
function attempt<T>(name: string, work: () => T): StorageOutcome<T> {
  if (!isStorageName(name)) return { ok: false, error: { kind: "bad-name", name } };
  try {
    return { ok: true, value: work() };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    return { ok: false, error: { kind: kinds.get(code) ?? "broken", name, detail: String(error) } };
  }
}

const kinds: ReadonlyMap<string, StorageFailureKind> = new Map([
  ["ENOENT", "not-found"],
  ["ENOSPC", "full"],
  ["EDQUOT", "full"],
  ["EFBIG", "full"],
  ["EACCES", "not-permitted"],
  ["EPERM", "not-permitted"],
  ["EROFS", "not-permitted"],
]);
