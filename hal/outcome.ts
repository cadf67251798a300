/** A value, or the reason why there is none: the same shape as the firmware's Result. */
export type Outcome<T, E> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };
