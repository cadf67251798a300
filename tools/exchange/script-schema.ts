/** A script: what to send and what to expect, one step after another. YAML. */
import { z } from "zod";
import { messages } from "../../firmware/isup/messages.ts";
import type { MessageType } from "../../firmware/isup/dialect.ts";
import { parseDuration } from "./duration.ts";

const types: readonly string[] = messages.map((row) => row.type);
const messageType = z
  .string()
  .refine((text) => types.includes(text), "the acronym of an ISUP message")
  .transform((text) => text as MessageType);
const duration = z.union([z.number(), z.string()]).transform((written, context) => {
  const parsed = parseDuration(String(written));
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: "custom", message: "a duration such as 500ms or 2s" });
  return z.NEVER;
});
const octets = z
  .string()
  .regex(/^([0-9a-fA-F]{2}[ :]?)+$/, "octets in hexadecimal")
  .transform((text) => new Uint8Array(Buffer.from(text.replaceAll(/[ :]/g, ""), "hex")));

const cic = z.int().min(0).max(4095);
const cause = z.int().min(0).max(127);
const digits = z.union([z.string(), z.int()]).transform(String);

const send = z.strictObject({
  send: messageType,
  /** Left out: the circuit of the step before. */
  cic: cic.optional(),
  called: digits.optional(),
  calling: digits.optional(),
  cause: cause.optional(),
  range: z.int().min(0).max(255).optional(),
  status: octets.optional(),
  hardware: z.boolean().optional(),
  /** Parameters in the codec's words, over those that are usual. */
  parameters: z.record(z.string(), z.unknown()).optional(),
});

/** Octets as they are, from the message type on: for what the codec would never send. */
const sendOctets = z.strictObject({ octets, cic: cic.optional() });

const expect = z.strictObject({
  expect: messageType,
  within: duration.default(1_000_000),
  cic: cic.optional(),
  called: digits.optional(),
  calling: digits.optional(),
  cause: cause.optional(),
  range: z.int().min(0).max(255).optional(),
});

/** Octets from the message type on: for what the codec does not know. */
const expectOctets = z.strictObject({ expectOctets: octets, within: duration.default(1_000_000), cic: cic.optional() });

const wait = z.strictObject({ wait: duration });
/** Until so long after the script began: for what is to happen at the same moment in another one. */
const at = z.strictObject({ at: duration });
/** Nothing may come for so long. */
const silence = z.strictObject({ silence: duration });

export const scriptSchema = z.strictObject({
  name: z.string(),
  /** Messages that may come at any time. */
  ignore: z.array(messageType).default([]),
  steps: z.array(z.union([send, sendOctets, expect, expectOctets, wait, at, silence])).min(1),
});

export type Script = z.output<typeof scriptSchema>;
export type ScriptStep = Script["steps"][number];
