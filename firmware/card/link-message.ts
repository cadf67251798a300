/** What the two processors of a card say to each other over their link. Both run the same firmware: no version to mind. */
import { decodeCbor, encodeCbor } from "../cbor.ts";
import { assert } from "../result.ts";
import type { ApplicationAction, ApplicationEvent } from "./application.ts";

/** To the application processor. */
export type ToApplication = ApplicationEvent;

/** To the communication processor. `drained`: everything sent before the last `backup` event has been handled. */
export type ToCommunication =
  | ApplicationAction
  | { readonly kind: "drained" }
  | { readonly kind: "leave" }
  /** The application has failed and does nothing any more. */
  | { readonly kind: "failed"; readonly reason: string };

export function encodeLinkMessage(message: ToApplication | ToCommunication): Uint8Array {
  return encodeCbor(message);
}

export function decodeLinkMessage(octets: Uint8Array): unknown {
  const message = decodeCbor(octets);
  assert(typeof message === "object" && message !== null && "kind" in message, "the other processor talks nonsense");
  return message;
}
