/**
 * Names of endpoints and of notified entities (RFC 3435 2.1.2, 2.1.4, 3.2.1.3): `local name@domain`.
 *
 * A part of the local name between slashes may be a wildcard: `*` is all of them, `$` any one of them.
 */

/** `local` is what stands before the `@`, `domain` what stands after it, both as they were written. */
export interface EndpointName {
  readonly local: string;
  readonly domain: string;
}

/** Who gets a gateway's notifications: `[local@]domain[:port]`. */
export interface NotifiedEntity {
  readonly local?: string;
  readonly domain: string;
  readonly port?: number;
}

export const allOf = "*";
export const anyOf = "$";

const nameCharactersMax = 255;
/** Visible ASCII without `$`, `*`, `/` and `@`. */
const localPart = /^[!-#%-)+-.0-?A-~]+$/;
const domainForm = /^(?:[A-Za-z0-9.-]+|#\d+|\[[0-9A-Fa-f.:]+\])$/;

export function parseEndpointName(text: string): EndpointName | undefined {
  const at = text.lastIndexOf("@");
  if (at < 1) return undefined;
  const name = { local: text.slice(0, at), domain: text.slice(at + 1) };
  return isLocalName(name.local) && isDomain(name.domain) ? name : undefined;
}

export function formatEndpointName(name: EndpointName): string {
  return `${name.local}@${name.domain}`;
}

export function parseNotifiedEntity(text: string): NotifiedEntity | undefined {
  const at = text.lastIndexOf("@");
  const local = at < 0 ? undefined : text.slice(0, at);
  const host = text.slice(at + 1);
  const colon = host.endsWith("]") ? -1 : host.lastIndexOf(":");
  const domain = colon < 0 ? host : host.slice(0, colon);
  if (!isDomain(domain) || (local !== undefined && !isLocalName(local))) return undefined;
  if (colon < 0) return { ...(local !== undefined && { local }), domain };
  const digits = host.slice(colon + 1);
  const port = Number(digits);
  if (!/^\d{1,5}$/.test(digits) || port > 65_535) return undefined;
  return { ...(local !== undefined && { local }), domain, port };
}

export function formatNotifiedEntity(entity: NotifiedEntity): string {
  const local = entity.local === undefined ? "" : `${entity.local}@`;
  const port = entity.port === undefined ? "" : `:${entity.port}`;
  return `${local}${entity.domain}${port}`;
}

/** Whether any part of the local name is this wildcard. */
export function hasWildcard(name: EndpointName, wildcard: typeof allOf | typeof anyOf): boolean {
  return name.local.split("/").includes(wildcard);
}

/** Whether the local name `local` is one of those that `pattern` (with or without wildcards) names. Case is no difference. */
export function matchesLocalName(pattern: string, local: string): boolean {
  const wanted = pattern.toLowerCase().split("/");
  const parts = local.toLowerCase().split("/");
  const isWildcard = (part: string) => part === allOf || part === anyOf;
  if (wanted.length > parts.length) return false;
  // A wildcard at the end stands for every lower level too.
  if (wanted.length < parts.length && !isWildcard(wanted[wanted.length - 1])) return false;
  return wanted.every((part, level) => isWildcard(part) || part === parts[level]);
}

function isLocalName(text: string): boolean {
  if (text.length > nameCharactersMax) return false;
  return text.split("/").every((part) => part === allOf || part === anyOf || localPart.test(part));
}

function isDomain(text: string): boolean {
  return text.length <= nameCharactersMax && domainForm.test(text);
}
