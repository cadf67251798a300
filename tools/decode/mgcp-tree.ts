import type { Tree } from "../../firmware/isup/message-tree.ts";
import { decodeDatagram } from "../../firmware/mgcp/codec.ts";
import { formatEndpointName } from "../../firmware/mgcp/endpoint-name.ts";
import type { Message } from "../../firmware/mgcp/message.ts";
import { type ParameterRow, parameterNames, parameters } from "../../firmware/mgcp/parameters.ts";
import { responseCode } from "../../firmware/mgcp/response-codes.ts";
import { verbs } from "../../firmware/mgcp/verbs.ts";
import { decodeSessionDescription } from "../../firmware/sdp/session-description.ts";
import { type Branch, named, plainTree } from "./plain-tree.ts";
import type { Report } from "./report.ts";

/** The messages of a datagram; those that cannot be read are reported and left out. */
export function mgcpTrees(octets: Uint8Array, report: Report): readonly Tree[] {
  return decodeDatagram(octets).flatMap((message) => {
    if (message.ok) return [messageTree(message.value, octets, report)];
    report("mgcp", message.error, octets);
    return [];
  });
}

function messageTree(message: Message, octets: Uint8Array, report: Report): Tree {
  const { extensions, sessions } = message;
  return {
    ...headTree(message),
    ...parametersTree(message),
    ...(extensions.length > 0 && { extensions: plainTree(extensions) }),
    ...(sessions.length > 0 && { sessions: sessions.map((session, at) => sessionTree(session, at, octets, report)) }),
  };
}

function headTree(message: Message): Branch {
  const { transactionId } = message;
  if (message.kind === "command") {
    const { verb, endpoint } = message;
    return { command: `${verb} (${verbs[verb].meaning})`, transactionId, endpoint: formatEndpointName(endpoint) };
  }
  const { code, packageName, comment } = message;
  return {
    response: named(code, responseCode(code).meaning),
    transactionId,
    ...(packageName !== undefined && { packageName }),
    ...(comment !== "" && { comment }),
  };
}

/** Values as they are written in a line: that is how the standard names them. Numbers stay numbers. */
function parametersTree(message: Message): Branch {
  const trees: Record<string, Tree> = {};
  for (const name of parameterNames) {
    const value: unknown = message.parameters[name];
    if (value === undefined) continue;
    const { form, repeats } = parameters[name] as ParameterRow<unknown>;
    const treeOf = (each: unknown) => (typeof each === "number" ? each : form.encode(each));
    trees[name] = repeats ? (value as readonly unknown[]).map(treeOf) : treeOf(value);
  }
  return trees;
}

/** Offsets in a session description count from its own beginning. */
function sessionTree(session: string, at: number, octets: Uint8Array, report: Report): Tree {
  const decoded = decodeSessionDescription(session);
  if (decoded.ok) return plainTree(decoded.value);
  report(`session description ${at + 1}`, decoded.error, octets);
  return session.trimEnd().split("\r\n");
}
