import { expect, test } from "vitest";
import { dependenciesOf, inLoadingOrder, type KernelModule } from "../../../tools/flash/kernel-modules.ts";

const module = (name: string, depends: string): [string, KernelModule] => [
  name,
  { path: `drivers/${name}.ko`, octets: Buffer.from(`\x7fELF…\0license=GPL\0depends=${depends}\0name=${name}\0`) },
];

test("each module finds what it depends on, and is there once", () => {
  const modules = new Map([
    module("can_raw", "can"),
    module("can", ""),
    module("mcp251xfd", "can_dev,can-rx-offload"),
    module("can_dev", ""),
    module("can_rx_offload", "can_dev"),
  ]);
  const order = inLoadingOrder(["can-raw", "mcp251xfd", "can"], modules).map(({ path }) => path);
  expect(order).toEqual(
    ["can", "can_raw", "can_dev", "can_rx_offload", "mcp251xfd"].map((name) => `drivers/${name}.ko`),
  );
});

test("one that the kernel does not have is told", () => {
  expect(() => inLoadingOrder(["mcp2515"], new Map())).toThrow("Debian's kernel has no module mcp2515");
});

test("what is no module depends on nothing", () => {
  expect(dependenciesOf(Buffer.from("text"))).toEqual([]);
});
