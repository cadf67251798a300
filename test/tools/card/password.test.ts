import { expect, it } from "vitest";
import { rackSchema } from "../../../firmware/configuration/rack-schema.ts";
import { hashPassword, isPassword } from "../../../tools/card/password.ts";
import { exampleRack } from "../../firmware/configuration/example-rack.ts";

it("what is made of a password is taken by rack.yaml, and is that password's alone", async () => {
  const stored = await hashPassword("korrektes Pferd");
  const users = [{ name: "root", role: "administrator", password: stored }];
  expect(rackSchema.safeParse({ ...exampleRack(), console: { users } }).success).toBe(true);
  expect(await isPassword(stored, "korrektes Pferd")).toBe(true);
  expect(await isPassword(stored, "korrektes pferd")).toBe(false);
  expect(await isPassword(stored, "")).toBe(false);
  expect(await hashPassword("korrektes Pferd")).not.toBe(stored);
});

it("nobody's password: no user, a line that is none, a cost that no host can afford", async () => {
  const stored = await hashPassword("x");
  expect(await isPassword(undefined, "")).toBe(false);
  for (const wrong of [
    "",
    "scrypt",
    stored.slice(0, -4),
    stored.replace("16384", "9999999"),
    stored.replace("$8$", "$99$"),
  ])
    expect(await isPassword(wrong, "x"), wrong).toBe(false);
});

/** RFC 7914, 12: N 1024, r 8, p 16, "password" with "NaCl". */
it("is scrypt as others have it", async () => {
  const hash =
    "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640";
  const stored = `scrypt$1024$8$16$${Buffer.from("NaCl").toString("base64")}$${Buffer.from(hash, "hex").toString("base64")}`;
  expect(await isPassword(stored, "password")).toBe(true);
});
