/** What the exchanges of the rack are told: where they are, whom they call, how many of their calls have voice. */
import type { RackConfiguration } from "../../firmware/configuration/rack-schema.ts";
import { exchangeArguments } from "../exchange/rack-arguments.ts";

/** `voiceCallsMax`: own calls with voice at the same time; 0 opens no voice ports. */
export function rackExchangeArguments(configuration: RackConfiguration, name: string, voiceCallsMax: number): string[] {
  const called = calledPrefix(configuration, name);
  return [
    ...exchangeArguments(configuration, name, voiceCallsMax > 0),
    ...["--called", called, "--voice-calls-max", String(voiceCallsMax)],
  ];
}

/** Digits that lead to another exchange; to the calling one itself where there is no other. */
export function calledPrefix({ routes, trunkGroups }: RackConfiguration, name: string): string {
  const exchangeOf = (trunkGroup: string) => trunkGroups.find((group) => group.name === trunkGroup)?.exchange;
  const leadsAway = routes.find((route) => route.trunkGroups.every((group) => exchangeOf(group) !== name));
  return (leadsAway ?? routes[0]).prefix;
}
