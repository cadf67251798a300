import { expect, test } from "vitest";
import { decodeMessage } from "../../../firmware/isup/codec.ts";
import { messageTree } from "../../../firmware/isup/message-tree.ts";

function treeOf(...octets: readonly number[]): unknown {
  const decoded = decodeMessage(Uint8Array.from(octets));
  if (!decoded.ok) throw new Error(decoded.error.kind);
  return messageTree(decoded.value);
}

test("digits as strings, values by name or number, causes with their meaning, octets in hexadecimal", () => {
  const release = [0x0c, 2, 6, 4, 0x86, 0x91, 0xe1, 0xc0, 0x0c, 4, 0x04, 0x10, 0x21, 0x43, 0xe2, 2, 0xbe, 0xef, 0];
  expect(treeOf(...release)).toEqual({
    type: "REL",
    parameters: {
      causeIndicators: { codingStandard: "itu-t", location: 6, cause: "17 (user busy)", diagnostics: "e1c0" },
      redirectionNumber: {
        natureOfAddress: "international",
        internalNetworkNumberNotAllowed: false,
        numberingPlan: "isdn",
        digits: "1234",
      },
    },
    unknown: [{ code: "0xe2", octets: "beef", reason: "unknown" }],
  });
});

test("lists, and spare bits where there are some", () => {
  expect(treeOf(0x2b, 2, 3, 1, 0, 1, 0xcc)).toEqual({
    type: "CQR",
    parameters: {
      rangeAndStatus: { range: 0 },
      circuitStateIndicator: {
        circuits: [
          {
            maintenanceBlocking: "not-blocked-or-transient",
            callProcessing: "idle",
            hardwareBlocking: "not-blocked",
            spare: "c0",
          },
        ],
      },
    },
  });
  expect(treeOf(0x09, 1, 0x2c, 1, 0xfb, 0x2c, 1, 0x8a, 0)).toEqual({
    type: "ANM",
    parameters: { genericNotificationIndicator: [{ notification: "call-is-diverting" }, { notification: 10 }] },
  });
});
