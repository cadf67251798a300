/** Passwords as they stand in rack.yaml, `scrypt$N$r$p$salt$hash` (RFC 7914): made, and compared with what somebody types. */
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

interface Cost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** About 50 ms and 16 MiB, in a thread of the host's. */
const cost: Cost = { N: 16_384, r: 8, p: 1 };
const saltOctets = 16;
const hashOctets = 32;
/** What a line of rack.yaml may ask for at most. */
const memoryMax = 64 * 1024 * 1024;

function derive(password: string, salt: Buffer, octets: number, { N, r, p }: Cost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize("NFC"), salt, octets, { N, r, p, maxmem: memoryMax }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltOctets);
  const hash = await derive(password, salt, hashOctets, cost);
  return ["scrypt", cost.N, cost.r, cost.p, salt.toString("base64"), hash.toString("base64")].join("$");
}

/** @param stored undefined: there is no such user, which takes as long to find out. Never rejects. */
export async function isPassword(stored: string | undefined, password: string): Promise<boolean> {
  const [, N, r, p, salt = "", hash = ""] = (stored ?? "").split("$");
  const asked = stored === undefined ? cost : { N: Number(N), r: Number(r), p: Number(p) };
  const expected = stored === undefined ? Buffer.alloc(hashOctets) : Buffer.from(hash, "base64");
  // What is shorter is the beginning of another.
  if (expected.length < hashOctets) return false;
  try {
    const derived = await derive(password, Buffer.from(salt, "base64"), expected.length, asked);
    return stored !== undefined && timingSafeEqual(derived, expected);
  } catch {
    // A cost that this host cannot afford is nobody's password.
    return false;
  }
}
