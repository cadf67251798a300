import { createHash } from "node:crypto";
import { SimulatedFlash } from "../../../hal/simulated/bundle-store.ts";
import { VirtualClock } from "../../../hal/simulated/clock.ts";
import { bundleStoreContract } from "../../contract/bundle-store.ts";

const settleMicros = 1_000_000;
const unfitMark = 0xff;

bundleStoreContract("memory on a virtual clock", () => {
  const clock = new VirtualClock();
  const isFit = (octets: Uint8Array) => octets[0] !== unfitMark;
  const digestOf = (octets: Uint8Array) => Uint8Array.from(createHash("sha256").update(octets).digest());
  const flash = new SimulatedFlash("1.0.0", clock, digestOf, isFit);
  return {
    installedVersion: "1.0.0",
    firmware: (version, fit) => Uint8Array.of(fit ? 0 : unfitMark, ...Buffer.from(version), 1, 2, 3, 4),
    start: () => flash.boot(),
    settle: (begun) => {
      clock.run(clock.nowMicros() + settleMicros);
      return begun;
    },
  };
});
