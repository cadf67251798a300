/** Who a message signal unit can be for, by its service indicator (Q.704 14.2.1). */

export interface UserPart {
  readonly serviceIndicator: number;
  readonly name: string;
  readonly meaning: string;
}

export const userParts = [
  { serviceIndicator: 0, name: "SNM", meaning: "signalling network management" },
  { serviceIndicator: 1, name: "SNT", meaning: "signalling network testing and maintenance" },
  { serviceIndicator: 2, name: "SNTS", meaning: "signalling network testing and maintenance, special messages" },
  { serviceIndicator: 3, name: "SCCP", meaning: "signalling connection control part" },
  { serviceIndicator: 4, name: "TUP", meaning: "telephone user part" },
  { serviceIndicator: 5, name: "ISUP", meaning: "ISDN user part" },
  { serviceIndicator: 6, name: "DUP-C", meaning: "data user part, call and circuit related messages" },
  { serviceIndicator: 7, name: "DUP-F", meaning: "data user part, facility registration and cancellation" },
  { serviceIndicator: 8, name: "MTUP", meaning: "MTP testing user part" },
  { serviceIndicator: 9, name: "B-ISUP", meaning: "broadband ISDN user part" },
  { serviceIndicator: 10, name: "S-ISUP", meaning: "satellite ISDN user part" },
  { serviceIndicator: 12, name: "AAL2", meaning: "AAL type 2 signalling" },
  { serviceIndicator: 13, name: "BICC", meaning: "bearer independent call control" },
  { serviceIndicator: 14, name: "GCP", meaning: "gateway control protocol" },
] as const satisfies readonly UserPart[];
export type UserPartName = (typeof userParts)[number]["name"];

const byServiceIndicator: ReadonlyMap<number, UserPart> = new Map(
  userParts.map((part) => [part.serviceIndicator, part]),
);
const byName = new Map<UserPartName, number>(userParts.map((part) => [part.name, part.serviceIndicator]));

/** Undefined: a service indicator that is spare. */
export function userPart(serviceIndicator: number): UserPart | undefined {
  return byServiceIndicator.get(serviceIndicator);
}

export function serviceIndicator(name: UserPartName): number {
  return byName.get(name) ?? 0;
}
