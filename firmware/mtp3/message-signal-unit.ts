import { type DecodeError, fail, ok, type Result } from "../result.ts";
import { decodeRoutingLabel, encodeRoutingLabel, ituRoutingLabel, type RoutingLabel } from "./routing-label.ts";
import { encodeServiceInformation, type ServiceInformation } from "./service-information.ts";

/** What MTP level 3 carries for its users: the parameters of MTP-TRANSFER (Q.701 8.1) and of M3UA's Protocol Data. */
export interface MessageSignalUnit extends RoutingLabel, ServiceInformation {
  /** The message of the user part; for ISUP from the circuit identification code on. */
  readonly userData: Uint8Array;
}

/**
 * Decodes a message signal unit from the service information octet on: that octet, the routing label, the user data (Q.704 14.1).
 * `userData` is a view of `octets`. Error offsets count from the service information octet.
 */
export function decodeMsu(octets: Uint8Array, format = ituRoutingLabel): Result<MessageSignalUnit, DecodeError> {
  if (octets.length === 0) return fail({ kind: "truncated", offset: 0, parameter: "serviceInformation" });
  const label = decodeRoutingLabel(octets, 1, format);
  if (!label.ok) return label;
  const service = octets[0];
  return ok({
    dpc: label.value.dpc,
    opc: label.value.opc,
    sls: label.value.sls,
    serviceIndicator: service & 0x0f,
    networkIndicator: service >> 6,
    messagePriority: (service >> 4) & 0x03,
    userData: octets.subarray(1 + format.octets),
  });
}

/** The octets from the service information octet on. */
export function encodeMsu(unit: MessageSignalUnit, format = ituRoutingLabel): Uint8Array {
  const octets = new Uint8Array(1 + format.octets + unit.userData.length);
  octets[0] = encodeServiceInformation(unit);
  encodeRoutingLabel(unit, octets, 1, format);
  octets.set(unit.userData, 1 + format.octets);
  return octets;
}
