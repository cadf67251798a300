/** The signalling link test (Q.707 2.2, 5.4): a test message (SLTM) is answered with the same pattern (SLTA). */
import type { MessageSignalUnit } from "../mtp3/message-signal-unit.ts";

/** Heading codes: H0 in the less significant half. */
const sltm = 0x11;
const slta = 0x21;
const headerOctets = 2;

/** Whether the unit is an SLTM whose length indicator fits its test pattern. */
export function isLinkTest({ userData }: MessageSignalUnit): boolean {
  if (userData.length < headerOctets + 1 || userData[0] !== sltm) return false;
  return userData.length === headerOctets + (userData[1] >> 4);
}

/** The SLTA for a unit that `isLinkTest`: label turned round, same SLC, same pattern. */
export function answerLinkTest(test: MessageSignalUnit): MessageSignalUnit {
  const userData = test.userData.slice();
  userData[0] = slta;
  return { ...test, dpc: test.opc, opc: test.dpc, userData };
}
