/** The files of a card's root, put together from packages, modules and the firmware. */
import { assert } from "../../firmware/result.ts";

export interface RootFile {
  readonly path: string;
  readonly mode: number;
  readonly octets: Uint8Array;
}

export class Root {
  readonly #files = new Map<string, RootFile>();
  readonly #links = new Map<string, string>();
  readonly #folders = new Set<string>();

  /** @param path without a leading slash, in ASCII */
  addFile(path: string, octets: Uint8Array | string, mode = 0o644): void {
    this.#enter(path);
    this.#files.set(path, { path, mode, octets: typeof octets === "string" ? Buffer.from(octets) : octets });
  }

  addLink(path: string, target: string): void {
    this.#enter(path);
    this.#links.set(path, target);
  }

  addFolder(path: string): void {
    const parts = path.split("/");
    for (let depth = 1; depth <= parts.length; depth++) this.#folders.add(parts.slice(0, depth).join("/"));
  }

  file(path: string): RootFile | undefined {
    const target = this.#links.get(path);
    if (target === undefined) return this.#files.get(path);
    return this.file(target.startsWith("/") ? target.slice(1) : `${path.slice(0, path.lastIndexOf("/") + 1)}${target}`);
  }

  files(): readonly RootFile[] {
    return [...this.#files.values()];
  }

  links(): readonly { readonly path: string; readonly target: string }[] {
    return Array.from(this.#links, ([path, target]) => ({ path, target }));
  }

  folders(): readonly string[] {
    return [...this.#folders];
  }

  #enter(path: string): void {
    assert(/^[\x21-\x7e]+$/.test(path) && !path.startsWith("/"), `${path}: not a path of a root`);
    assert(!this.#files.has(path) && !this.#links.has(path), `${path}: twice in a root`);
    const end = path.lastIndexOf("/");
    if (end > 0) this.addFolder(path.slice(0, end));
  }
}
