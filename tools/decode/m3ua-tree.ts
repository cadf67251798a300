import type { Tree } from "../../firmware/isup/message-tree.ts";
import { decode } from "../../firmware/m3ua/codec.ts";
import { errorCodeName } from "../../firmware/m3ua/error-codes.ts";
import { statuses, trafficModes, unavailabilityCauses } from "../../firmware/m3ua/messages.ts";
import type { AffectedPointCode } from "../../firmware/m3ua/parameter-formats.ts";
import type { ParameterName, ParameterValue } from "../../firmware/m3ua/parameters.ts";
import { userPart } from "../../firmware/mtp3/user-parts.ts";
import { pointCodeTree, unitTree } from "./mtp3-tree.ts";
import { type Branch, nameIn, named, plainTree } from "./plain-tree.ts";
import type { Report } from "./report.ts";

/** An M3UA message from the common header on. */
export function m3uaTree(octets: Uint8Array, report: Report): Tree | undefined {
  const decoded = decode(octets);
  if (!decoded.ok) {
    report("m3ua", decoded.error, octets);
    return undefined;
  }
  const { name, ...parameters } = decoded.value;
  return { message: name, ...parametersTree(parameters, report) };
}

type ValueTrees = { readonly [Name in ParameterName]?: (value: ParameterValue<Name>, report: Report) => Tree };

/** How the parameters that are more than numbers and octets are shown. */
const valueTrees: ValueTrees = {
  infoString: (text) => new TextDecoder().decode(text),
  trafficModeType: (mode) => named(mode, nameIn(trafficModes, mode)),
  errorCode: (code) => named(code, errorCodeName(code)),
  status: ({ type, information }) => {
    const known = Object.entries(statuses).find(([, row]) => row.type === type && row.information === information);
    return known?.[0] ?? { type, information };
  },
  affectedPointCode: affectedTree,
  userCause: ({ cause, user }) => ({
    cause: named(cause, nameIn(unavailabilityCauses, cause)),
    user: named(user, userPart(user)?.name),
  }),
  concernedDestination: pointCodeTree,
  destinationPointCode: pointCodeTree,
  serviceIndicators: (indicators) => [...indicators].map((indicator) => named(indicator, userPart(indicator)?.name)),
  originatingPointCodeList: affectedTree,
  protocolData: unitTree,
  routingKey: parametersTree,
  registrationResult: parametersTree,
  deregistrationResult: parametersTree,
};

/** A parameter that may be there several times has a list of values. */
const repeated: ReadonlySet<string> = new Set<ParameterName>([
  "routingKey",
  "registrationResult",
  "deregistrationResult",
  "destinationPointCode",
  "serviceIndicators",
  "originatingPointCodeList",
]);

function parametersTree(parameters: object, report: Report): Branch {
  const trees: Record<string, Tree> = {};
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined) continue;
    const treeOf = valueTrees[name as ParameterName] as ((value: unknown, report: Report) => Tree) | undefined;
    if (treeOf === undefined) trees[name] = plainTree(value);
    else if (!repeated.has(name)) trees[name] = treeOf(value, report);
    else trees[name] = (value as readonly unknown[]).map((each) => treeOf(each, report));
  }
  return trees;
}

function affectedTree(affected: readonly AffectedPointCode[]): Tree {
  return affected.map(({ mask, pointCode }) =>
    mask === 0 ? pointCodeTree(pointCode) : { pointCode: pointCodeTree(pointCode), mask },
  );
}
