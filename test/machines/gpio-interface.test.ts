/** Our tables of the kernel's interfaces against its own headers. Here because it takes a compiler. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { gpioInterface as ours } from "../../hal/linux/gpio-line.ts";
import { setTimeoutRequest } from "../../hal/linux/watchdog.ts";

/** What the header calls it, and what we say. */
const numbers: readonly (readonly [expression: string, ours: number])[] = [
  ["GPIO_GET_CHIPINFO_IOCTL", ours.chipInformation.request],
  ["sizeof(struct gpiochip_info)", ours.chipInformation.octets],
  ["offsetof(struct gpiochip_info, label)", ours.chipInformation.labelAt],
  ["sizeof(((struct gpiochip_info *)0)->label)", ours.chipInformation.labelOctets],
  ["offsetof(struct gpiochip_info, lines)", ours.chipInformation.linesAt],
  ["GPIO_V2_GET_LINE_IOCTL", ours.line.request],
  ["sizeof(struct gpio_v2_line_request)", ours.line.octets],
  ["offsetof(struct gpio_v2_line_request, consumer)", ours.line.consumerAt],
  ["offsetof(struct gpio_v2_line_request, config.flags)", ours.line.flagsAt],
  ["offsetof(struct gpio_v2_line_request, num_lines)", ours.line.linesAt],
  ["offsetof(struct gpio_v2_line_request, fd)", ours.line.descriptorAt],
  ["GPIO_V2_LINE_GET_VALUES_IOCTL", ours.getValues.request],
  ["GPIO_V2_LINE_SET_VALUES_IOCTL", ours.setValues.request],
  ["sizeof(struct gpio_v2_line_values)", ours.values.octets],
  ["offsetof(struct gpio_v2_line_values, bits)", ours.values.bitsAt],
  ["offsetof(struct gpio_v2_line_values, mask)", ours.values.maskAt],
  ["sizeof(struct gpio_v2_line_event)", ours.event.octets],
  ["offsetof(struct gpio_v2_line_event, id)", ours.event.kindAt],
  ["GPIO_V2_LINE_EVENT_RISING_EDGE", ours.event.rising],
  ["GPIO_V2_LINE_EVENT_FALLING_EDGE", ours.event.falling],
  ["GPIO_V2_LINE_FLAG_ACTIVE_LOW", ours.flags.activeLow],
  ["GPIO_V2_LINE_FLAG_INPUT", ours.flags.input],
  ["GPIO_V2_LINE_FLAG_OUTPUT", ours.flags.output],
  ["GPIO_V2_LINE_FLAG_EDGE_RISING", ours.flags.rising],
  ["GPIO_V2_LINE_FLAG_EDGE_FALLING", ours.flags.falling],
  ["GPIO_V2_LINE_FLAG_BIAS_PULL_UP", ours.flags.pullUp],
  ["WDIOC_SETTIMEOUT", setTimeoutRequest],
];

test("linux/gpio.h and linux/watchdog.h say the same", () => {
  const folder = mkdtempSync(join(tmpdir(), "headers-"));
  try {
    const source = join(folder, "headers.c");
    const prints = numbers.map(([expression]) => `printf("%llu\\n", (unsigned long long)(${expression}));`);
    const includes = ["stddef.h", "stdio.h", "linux/gpio.h", "linux/watchdog.h"].map((name) => `#include <${name}>`);
    writeFileSync(source, [...includes, "int main(void) {", ...prints, "}", ""].join("\n"));
    execFileSync("cc", ["-o", join(folder, "headers"), source]);
    const theirs = execFileSync(join(folder, "headers"), { encoding: "utf8" }).trim().split("\n").map(Number);
    expect(numbers.map(([name], place) => [name, theirs[place]])).toEqual(numbers);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
