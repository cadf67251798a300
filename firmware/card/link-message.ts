/**
 * What the two processors of a card say to each other over their link. Both run the same firmware: no version to mind.
 *
 * What every call needs is packed by tables; the rest is CBOR, whose maps never begin with an octet as small as a table's tag.
 */
import { decodeCbor, encodeCbor } from "../cbor.ts";
import {
  decode,
  encodeInPlace,
  type Field,
  flag,
  layout,
  octets,
  rest,
  u16,
  u8,
  type ValueOf,
  variants,
  varint,
} from "../layout/layout.ts";
import { assert } from "../result.ts";
import type { ApplicationAction, ApplicationEvent } from "./application.ts";
import type { EnquiryAction, EnquiryEvent } from "./enquiry.ts";

/** To the application processor. */
export type ToApplication = ApplicationEvent | EnquiryEvent;

/** To the communication processor. `drained`: everything sent before the last `backup` event has been handled. */
export type ToCommunication =
  | ApplicationAction
  | EnquiryAction
  | { readonly kind: "drained" }
  | { readonly kind: "leave" }
  /** An operator wants a plane to be used for beats only, or for all again. */
  | { readonly kind: "inhibit-plane"; readonly plane: 0 | 1; readonly on: boolean }
  /** It is to stay after all. */
  | { readonly kind: "stay" }
  /** The application has failed and does nothing any more. */
  | { readonly kind: "failed"; readonly reason: string };

const consumed = variants("consumed", {
  input: [0, layout("input", { slot: u8, number: varint })],
  internal: [1, layout("internal")],
  begin: [2, layout("begin", { cold: flag, afterTerm: varint })],
  admit: [3, layout("admit", { slot: u8, incarnation: u16 })],
  dismiss: [4, layout("dismiss", { slot: u8 })],
});

// By direction: the kinds of the two are not the same messages.
const handedInput = variants("handed input", {
  input: [1, layout("handed input", { slot: u8, number: varint, waiting: varint, payload: rest })],
});
const deliveredCommit = variants("delivered commit", {
  commit: [
    2,
    layout("delivered commit", {
      commit: layout(
        "commit",
        { group: u8, term: varint, sequence: varint, consumed, timeMillis: varint },
        { body: octets, input: octets },
      ),
    }),
  ],
});
const transmitted = variants("transmitted", { transmitted: [3, layout("transmitted", { sequence: varint })] });
const givenInput = variants("given input", { input: [4, layout("given input", { group: u8, payload: rest })] });
const proposedCommit = variants("proposed commit", {
  commit: [
    5,
    layout("proposed commit", { sequence: varint, consumed, refersToInput: flag, timeMillis: varint, body: rest }),
  ],
});

type Packed =
  | ValueOf<typeof handedInput>
  | ValueOf<typeof deliveredCommit>
  | ValueOf<typeof transmitted>
  | ValueOf<typeof givenInput>
  | ValueOf<typeof proposedCommit>;

/** By tag. */
const tables: readonly (Field<Packed> | undefined)[] = [
  undefined,
  handedInput,
  deliveredCommit,
  transmitted,
  givenInput,
  proposedCommit,
] as readonly (Field<Packed> | undefined)[];

/** Valid until the next call. */
export function encodeLinkMessage(message: ToApplication | ToCommunication): Uint8Array {
  switch (message.kind) {
    case "input":
      return "slot" in message ? encodeInPlace(handedInput, message) : encodeInPlace(givenInput, message);
    case "commit":
      return "commit" in message ? encodeInPlace(deliveredCommit, message) : encodeInPlace(proposedCommit, message);
    case "transmitted":
      return encodeInPlace(transmitted, message);
    default:
      return encodeCbor(message);
  }
}

export function decodeLinkMessage(octets: Uint8Array): unknown {
  const table = tables[octets[0] ?? 0];
  if (table !== undefined) {
    const packed = decode(table, octets);
    assert(packed.ok, "the other processor talks nonsense");
    return packed.value;
  }
  const message = decodeCbor(octets);
  assert(typeof message === "object" && message !== null && "kind" in message, "the other processor talks nonsense");
  return message;
}
