/** Parameters that say what is to be carried. */
import { enumerated, extension, lastOctet, unsigned } from "./bit-field.ts";
import { codingStandard } from "./call-parameters.ts";
import { bits, bitsIfExtended, rest, restIfPresent } from "./format.ts";
import { parameter } from "./parameter.ts";

/** Q.763 3.54; 6x64 and 24x64 kbit/s have names of their own. */
export const transmissionMedium = {
  0: "speech",
  2: "64-kbit-unrestricted",
  3: "3.1-khz-audio",
  4: "alternate-speech-64-kbit",
  5: "alternate-64-kbit-speech",
  6: "64-kbit-preferred",
  7: "2x64-kbit-unrestricted",
  8: "384-kbit-unrestricted",
  9: "1536-kbit-unrestricted",
  10: "1920-kbit-unrestricted",
  16: "3x64-kbit-unrestricted",
  17: "4x64-kbit-unrestricted",
  18: "5x64-kbit-unrestricted",
  20: "7x64-kbit-unrestricted",
  21: "8x64-kbit-unrestricted",
  22: "9x64-kbit-unrestricted",
  23: "10x64-kbit-unrestricted",
  24: "11x64-kbit-unrestricted",
  25: "12x64-kbit-unrestricted",
  26: "13x64-kbit-unrestricted",
  27: "14x64-kbit-unrestricted",
  28: "15x64-kbit-unrestricted",
  29: "16x64-kbit-unrestricted",
  30: "17x64-kbit-unrestricted",
  31: "18x64-kbit-unrestricted",
  32: "19x64-kbit-unrestricted",
  33: "20x64-kbit-unrestricted",
  34: "21x64-kbit-unrestricted",
  35: "22x64-kbit-unrestricted",
  36: "23x64-kbit-unrestricted",
  38: "25x64-kbit-unrestricted",
  39: "26x64-kbit-unrestricted",
  40: "27x64-kbit-unrestricted",
  41: "28x64-kbit-unrestricted",
  42: "29x64-kbit-unrestricted",
} as const;

/** Q.931 4.5.5, octet 3. */
export const informationTransferCapability = {
  0: "speech",
  8: "unrestricted-digital",
  9: "restricted-digital",
  16: "3.1-khz-audio",
  17: "unrestricted-digital-with-tones",
  24: "video",
} as const;

const transferMode = { 0: "circuit", 2: "packet" } as const;

/** Q.931 4.5.5, octet 4. */
const informationTransferRate = {
  0: "packet",
  16: "64-kbit",
  17: "2x64-kbit",
  19: "384-kbit",
  21: "1536-kbit",
  23: "1920-kbit",
  24: "multirate",
} as const;

/** Q.931 4.5.5 without the first two octets; octets 4.1 and on, which depend on the rate and the layers, stay octets. */
const bearerCapability = [
  bits(1, {
    lastOctet: lastOctet("H"),
    codingStandard: enumerated("GF", codingStandard),
    informationTransferCapability: enumerated("EDCBA", informationTransferCapability),
  }),
  bits(1, {
    lastOctet: lastOctet("H"),
    transferMode: enumerated("GF", transferMode),
    informationTransferRate: enumerated("EDCBA", informationTransferRate),
  }),
  restIfPresent("layers", 9),
] as const;

const medium = bits(1, { medium: enumerated("HGFEDCBA", transmissionMedium) });

export const bearerParameters = {
  transmissionMediumRequirement: parameter(0x02, "3.54", medium),
  accessTransport: parameter(0x03, "3.3", rest("informationElements")),
  userServiceInformation: parameter(0x1d, "3.57", ...bearerCapability),
  userServiceInformationPrime: parameter(0x30, "3.58", ...bearerCapability),
  userTeleserviceInformation: parameter(
    0x34,
    "3.59",
    bits(1, {
      lastOctet: lastOctet("H"),
      codingStandard: enumerated("GF", codingStandard),
      interpretation: unsigned("EDC"),
      presentationMethod: unsigned("BA"),
    }),
    bits(1, { extension: extension("H"), highLayerCharacteristics: unsigned("GFEDCBA") }),
    bitsIfExtended({ lastOctet: lastOctet("H"), extendedHighLayerCharacteristics: unsigned("GFEDCBA") }),
  ),
  transmissionMediumUsed: parameter(0x35, "3.56", medium),
  transmissionMediumRequirementPrime: parameter(0x3e, "3.55", medium),
} as const;
