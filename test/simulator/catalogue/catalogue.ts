/**
 * The catalogue: every kind of call, a row a scenario, read across. Each exchange waits for what it is told to expect, so that a
 * delay in the rack delays what follows and changes nothing else; where two things are to cross, both happen at a set time.
 */
import { circuitScenarios } from "./circuit-scenarios.ts";
import { everydayCalls } from "./everyday-calls.ts";
import { gatewayScenarios } from "./gateway-scenarios.ts";
import { messageScenarios } from "./message-scenarios.ts";
import type { Scenario } from "./scenario.ts";

export const catalogue: readonly Scenario[] = [
  ...everydayCalls,
  ...messageScenarios,
  ...circuitScenarios,
  ...gatewayScenarios,
];
