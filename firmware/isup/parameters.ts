/** The parameter table of Q.763 (12/1999), table 5. Clauses are those of Q.763. */
import { bearerParameters } from "./bearer-parameters.ts";
import { callParameters } from "./call-parameters.ts";
import { circuitParameters } from "./circuit-parameters.ts";
import { numberParameters } from "./number-parameters.ts";
import type { OptionalValue } from "./parameter.ts";
import { serviceParameters } from "./service-parameters.ts";

export const parameters = {
  ...callParameters,
  ...numberParameters,
  ...bearerParameters,
  ...circuitParameters,
  ...serviceParameters,
} as const;

export type Parameters = typeof parameters;
export type ParameterName = keyof Parameters;

/** The parsed value of the parameter of that name, as messages hold it: `ValueOfParameter<"calledPartyNumber">`. */
export type ValueOfParameter<N extends ParameterName> = OptionalValue<Parameters[N]>;
