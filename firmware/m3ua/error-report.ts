import { type ErrorCodeName, errorCodes } from "./error-codes.ts";
import type { MessageOf } from "./messages.ts";
import type { AffectedPointCode } from "./parameter-formats.ts";

/** Of a message that is wrong the first 40 octets go back (RFC 4666 3.8.1). */
const diagnosticOctetsMax = 40;

/** What an ERR message names besides its code, where the code asks for it. */
export interface ErrorSubject {
  readonly routingContext?: readonly number[] | undefined;
  readonly networkAppearance?: number | undefined;
  readonly affectedPointCode?: readonly AffectedPointCode[] | undefined;
}

/** The ERR message about `offending`, a message as it came. */
export function errorReport(code: ErrorCodeName, offending: Uint8Array, subject: ErrorSubject = {}): MessageOf<"ERR"> {
  return {
    name: "ERR",
    errorCode: errorCodes[code],
    ...subject,
    diagnosticInformation: offending.slice(0, diagnosticOctetsMax),
  };
}
