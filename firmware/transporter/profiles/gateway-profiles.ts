import type { Gateway } from "../../configuration/rack-schema.ts";
import type { GatewayProfile } from "./gateway-profile.ts";
import { osmoMgw } from "./osmo-mgw.ts";
import { trunkCircuits } from "./trunk-circuits.ts";

/** The profiles by the name that the configuration gives them. */
export const gatewayProfiles: Readonly<Record<Gateway["profile"], GatewayProfile>> = {
  "trunk-circuits": trunkCircuits,
  "osmo-mgw": osmoMgw,
};
