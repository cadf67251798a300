/** Error frames of SocketCAN (linux/can/error.h): what a controller says of its state. */

/** Classes of errors, bits of the identifier. */
const errorFlag = 0x2000_0000;
const controllerClass = 0x004;
const busOffClass = 0x040;
const restartedClass = 0x100;

/** In the second octet, where the class is the controller's. */
const receiveOverflow = 0x01;
const passive = 0x10 | 0x20;
const warning = 0x04 | 0x08;
const active = 0x40;

export type ControllerState = "active" | "passive" | "bus-off";

export interface CanErrorFrame {
  /** Undefined: nothing is said of it. */
  readonly state: ControllerState | undefined;
  /** The controller has lost at least one frame that it had no room for. */
  readonly hasOverflowed: boolean;
}

/** Reads `struct can_frame` at `offset`; undefined for what is no error frame. */
export function decodeErrorFrame(octets: Uint8Array, offset: number): CanErrorFrame | undefined {
  const identifier =
    octets[offset] | (octets[offset + 1] << 8) | (octets[offset + 2] << 16) | (octets[offset + 3] << 24);
  if ((identifier & errorFlag) === 0) return undefined;
  const controller = (identifier & controllerClass) === 0 ? 0 : octets[offset + 9];
  return { state: stateIn(identifier, controller), hasOverflowed: (controller & receiveOverflow) !== 0 };
}

function stateIn(identifier: number, controller: number): ControllerState | undefined {
  if ((identifier & busOffClass) !== 0) return "bus-off";
  if ((identifier & restartedClass) !== 0) return "active";
  if ((controller & passive) !== 0) return "passive";
  return (controller & (warning | active)) !== 0 ? "active" : undefined;
}
