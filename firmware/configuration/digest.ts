/** A digest of the configuration, to notice that a card was given another file (FNV-1a). Not a protection against malice. */
export function configurationDigest(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash ^= text.charCodeAt(index);
    hash = Math.imul(hash, 0x01000193) >>> 0;
  }
  return hash % 2 ** 24;
}
