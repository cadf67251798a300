import { expect, test } from "vitest";
import { metricsAddress } from "../../../tools/card/metrics-address.ts";

test("nobody asks: nothing is told", () => {
  expect(metricsAddress(undefined, undefined, 2)).toBeUndefined();
});

test("by rack.yaml the card in slot n is on port + n; the command line goes before it", () => {
  const configured = { address: "10.0.0.1", port: 9400 };
  expect(metricsAddress(undefined, configured, 3)).toEqual({ address: "10.0.0.1", port: 9403 });
  expect(metricsAddress("127.0.0.1:9100", configured, 3)).toEqual({ address: "127.0.0.1", port: 9100 });
  expect(metricsAddress("[::1]:9100", undefined, 3)).toEqual({ address: "::1", port: 9100 });
});

test.each(["9100", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:9100x", "::1:9100", "", ":9100"])(
  "'%s' is refused in a sentence",
  (given) => {
    expect(() => metricsAddress(given, undefined, 3)).toThrow(
      `--metrics ${given}: an address and a port are wanted, such as 127.0.0.1:9400 or [::1]:9400`,
    );
  },
);
