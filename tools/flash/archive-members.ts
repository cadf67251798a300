/** Files out of a tar archive, as Debian's packages and npm's hold them (POSIX ustar, with GNU's long names). */

export interface Member {
  /** Without a leading `./`. */
  readonly path: string;
  readonly kind: "file" | "link" | "folder";
  readonly mode: number;
  readonly octets: Uint8Array;
  /** What a link points at. */
  readonly target: string;
}

const blockOctets = 512;
const kinds: Readonly<Record<string, Member["kind"]>> = { "0": "file", "\0": "file", "2": "link", "5": "folder" };

/** @param archive a whole archive, not compressed */
export function* membersOf(archive: Buffer): Generator<Member> {
  let longName: string | undefined;
  let longTarget: string | undefined;
  for (let at = 0; at + blockOctets <= archive.length; ) {
    const header = archive.subarray(at, at + blockOctets);
    if (header[0] === 0) return;
    const size = Number.parseInt(textOf(header, 124, 12), 8);
    const octets = archive.subarray(at + blockOctets, at + blockOctets + size);
    at += blockOctets + Math.ceil(size / blockOctets) * blockOctets;
    const type = String.fromCharCode(header[156]);
    if (type === "L") longName = textOf(octets, 0, size);
    if (type === "K") longTarget = textOf(octets, 0, size);
    const kind = kinds[type];
    if (kind === undefined) continue;
    const prefix = textOf(header, 345, 155);
    const name = textOf(header, 0, 100);
    const path = (longName ?? (prefix === "" ? name : `${prefix}/${name}`)).replace(/^\.\/|\/$/g, "");
    yield {
      path,
      kind,
      mode: Number.parseInt(textOf(header, 100, 8), 8) & 0o777,
      octets,
      target: longTarget ?? textOf(header, 157, 100),
    };
    longName = undefined;
    longTarget = undefined;
  }
}

/** Up to the first zero. */
function textOf(octets: Uint8Array, from: number, length: number): string {
  const text = Buffer.from(octets.buffer, octets.byteOffset + from, length).toString("utf8");
  const end = text.indexOf("\0");
  return end < 0 ? text : text.slice(0, end);
}
