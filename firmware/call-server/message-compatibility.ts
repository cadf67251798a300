/** What shall become of a message whose type is not known here (Q.764 2.9.5.3.1, as an exchange of type B). */

/** Q.763 3.33. */
const parameterCode = 0x38;
const instruction = { endNode: 0x01, release: 0x02, notify: 0x04, discard: 0x08, discardIfNotPassedOn: 0x10 } as const;

export interface Disposition {
  readonly verdict: "pass-on" | "discard" | "release";
  /** Send CFN. */
  readonly notify: boolean;
  /** When it cannot be passed on. */
  readonly otherwise: "discard" | "release";
}

/** A message without compatibility information is discarded, and its sender told. */
const withoutInformation: Disposition = { verdict: "discard", notify: true, otherwise: "discard" };

export function dispositionOf(message: Uint8Array): Disposition {
  const octet = compatibilityInformation(message);
  if (octet === undefined) return withoutInformation;
  const says = (bit: number) => (octet & bit) !== 0;
  const otherwise = says(instruction.discardIfNotPassedOn) ? "discard" : "release";
  if (!says(instruction.endNode)) return { verdict: "pass-on", notify: false, otherwise };
  if (says(instruction.release)) return { verdict: "release", notify: false, otherwise };
  if (says(instruction.discard)) return { verdict: "discard", notify: says(instruction.notify), otherwise };
  return { verdict: "pass-on", notify: false, otherwise };
}

/** An unknown message has an optional part and nothing else (Q.763 1.11): a pointer, then the parameters. */
function compatibilityInformation(message: Uint8Array): number | undefined {
  const pointer = message[1] ?? 0;
  if (pointer === 0) return undefined;
  for (let at = 1 + pointer; at + 2 < message.length && message[at] !== 0; at += 2 + message[at + 1]) {
    if (message[at] === parameterCode && message[at + 1] > 0) return message[at + 2];
  }
  return undefined;
}
