/** The service information octet: for whom a message signal unit is, and in which network (Q.704 14.2). */

export interface ServiceInformation {
  /** Which user part the message is for, 0-15: `userParts`. */
  readonly serviceIndicator: number;
  /** 0-3: `networkIndicators`. */
  readonly networkIndicator: number;
  /** The two bits between: spare in ITU networks (0), the message priority in national networks that have one (T1.111.4 14.2). */
  readonly messagePriority: number;
}

/** Q.704 14.2.2, the sub-service field. */
export const networkIndicators = {
  international: 0,
  "international-spare": 1,
  national: 2,
  "national-spare": 3,
} as const;
export type NetworkIndicatorName = keyof typeof networkIndicators;

export function decodeServiceInformation(octet: number): ServiceInformation {
  return {
    serviceIndicator: octet & 0x0f,
    networkIndicator: (octet >> 6) & 0x03,
    messagePriority: (octet >> 4) & 0x03,
  };
}

export function encodeServiceInformation(service: ServiceInformation): number {
  return (service.networkIndicator << 6) | (service.messagePriority << 4) | service.serviceIndicator;
}
