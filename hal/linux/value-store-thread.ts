/** The thread that waits for the disk: it opens the database, says what is in it, and does one put after the other. */
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import { crc32 } from "node:zlib";
import type { StorageFailure, StorageFailureKind } from "../storage.ts";
import { nameThread } from "./real-time.ts";

type Failure = Omit<StorageFailure, "name">;

/** What was there at the start. */
export interface FoundValues {
  readonly values: Map<string, Uint8Array | "corrupt">;
  /** Why other keys are not to be had, where that is not because nobody put them. */
  readonly failure: Failure | undefined;
}

export interface PutRequest {
  readonly key: string;
  readonly value: Uint8Array;
}

/** Undefined: it is on the disk. */
export type PutResult = Failure | undefined;

/**
 * One card alone uses the file: then the index of the log is in memory and needs no file of its own, which a full disk could refuse.
 * FULL: a commit has been synchronised with the disk when it returns. NORMAL would lose what was confirmed when the power fails.
 */
const setUp = `
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS value (key TEXT PRIMARY KEY, content BLOB NOT NULL, crc INTEGER NOT NULL) STRICT;
`;

const sqliteKinds: ReadonlyMap<number, StorageFailureKind> = new Map([
  [8, "not-permitted"], // SQLITE_READONLY
  [3, "not-permitted"], // SQLITE_PERM
  [11, "corrupt"], // SQLITE_CORRUPT
  [13, "full"], // SQLITE_FULL
  [26, "corrupt"], // SQLITE_NOTADB
]);
/** The rest of a code says more of the same. */
const primaryCode = 0xff;

function failureOf(error: unknown): Failure {
  const code = error instanceof Error && "errcode" in error ? Number(error.errcode) : 0;
  const isFull = error instanceof Error && "code" in error && error.code === "ENOSPC";
  return { kind: isFull ? "full" : (sqliteKinds.get(code & primaryCode) ?? "broken"), detail: String(error) };
}

class ValueDatabase {
  readonly #folder: string;
  #database: DatabaseSync | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  find(): FoundValues {
    const values: FoundValues["values"] = new Map();
    try {
      for (const { key, content, crc } of this.#open().prepare("SELECT * FROM value").iterate()) {
        const isWhole = content instanceof Uint8Array && crc32(content) === crc;
        values.set(String(key), isWhole ? content : "corrupt");
      }
      return { values, failure: undefined };
    } catch (error) {
      const failure = failureOf(error);
      if (failure.kind === "corrupt") this.#setAside();
      else this.close();
      return { values, failure };
    }
  }

  put({ key, value }: PutRequest): PutResult {
    try {
      const put = this.#open().prepare("INSERT OR REPLACE INTO value (key, content, crc) VALUES (?, ?, ?)");
      put.run(key, value, crc32(value));
      return undefined;
    } catch (error) {
      const failure = failureOf(error);
      // What is damaged is put right by the next attempt; so is whatever the host has done to the file.
      if (failure.kind === "corrupt") this.#setAside();
      else if (failure.kind !== "full") this.close();
      return failure;
    }
  }

  close(): void {
    this.#database?.close();
    this.#database = undefined;
  }

  #open(): DatabaseSync {
    if (this.#database !== undefined) return this.#database;
    mkdirSync(this.#folder, { recursive: true });
    const database = new DatabaseSync(join(this.#folder, "values.db"));
    try {
      database.exec(setUp);
    } catch (error) {
      database.close();
      throw error;
    }
    this.#database = database;
    return database;
  }

  /** A damaged database is kept for whoever wants to know why, and makes way for a new one. */
  #setAside(): void {
    this.close();
    try {
      renameSync(join(this.#folder, "values.db"), join(this.#folder, "values.db.corrupt"));
      rmSync(join(this.#folder, "values.db-wal"), { force: true });
    } catch {
      // Then the next attempt finds it as it is, and says so.
    }
  }
}

nameThread("values");
const database = new ValueDatabase(String(workerData));
parentPort?.postMessage(database.find());
parentPort?.on("message", (request: PutRequest | "close") => {
  if (request !== "close") {
    parentPort?.postMessage(database.put(request));
    return;
  }
  database.close();
  parentPort?.close();
});
