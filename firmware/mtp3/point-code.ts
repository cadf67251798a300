import { type DecodeError, fail, ok, type Result } from "../result.ts";

/** How point codes of a network are built: the widths of their fields in bits, the most significant first. */
export interface PointCodeFormat {
  readonly fieldBits: readonly number[];
  readonly bits: number;
}

/** 3-8-3: zone, area or network, signalling point (Q.708). */
export const ituPointCode: PointCodeFormat = { fieldBits: [3, 8, 3], bits: 14 };
/** 8-8-8: network, cluster, member (T1.111.8). */
export const ansiPointCode: PointCodeFormat = { fieldBits: [8, 8, 8], bits: 24 };

/** `2-17-5` for 4237, in the format of ITU networks unless told otherwise. */
export function formatPointCode(pointCode: number, format = ituPointCode): string {
  let rest = pointCode;
  return format.fieldBits
    .toReversed()
    .map((bits) => {
      const field = rest % 2 ** bits;
      rest = Math.floor(rest / 2 ** bits);
      return field;
    })
    .reverse()
    .join("-");
}

/** The counterpart of `formatPointCode`; plain decimal is understood too. */
export function parsePointCode(text: string, format = ituPointCode): Result<number, DecodeError> {
  const parts = text.split("-");
  const widths = parts.length === 1 ? [format.bits] : format.fieldBits;
  if (parts.length !== widths.length) return fail({ kind: "bad-syntax", offset: 0, parameter: "pointCode" });
  let pointCode = 0;
  let offset = 0;
  for (const [i, part] of parts.entries()) {
    if (!/^\d{1,8}$/.test(part)) return fail({ kind: "bad-syntax", offset, parameter: "pointCode" });
    const field = Number(part);
    if (field >= 2 ** widths[i]) return fail({ kind: "bad-value", offset, parameter: "pointCode" });
    pointCode = pointCode * 2 ** widths[i] + field;
    offset += part.length + 1;
  }
  return ok(pointCode);
}
