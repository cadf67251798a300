import { describe, expect, test } from "vitest";
import { type Lamp, lamps } from "../../../hal/front-panel.ts";
import { type GpioFrontPanelLines, openGpioFrontPanel } from "../../../hal/linux/gpio-front-panel.ts";
import { type FrontPanelUnderTest, frontPanelContract } from "../../contract/front-panel.ts";
import { FakeGpioChip } from "./fake-gpio-chip.ts";

const ejectorLine = 21;
/** Lamps on lines 10 to 16. */
const lineOf = (lamp: Lamp) => 10 + lamps.indexOf(lamp);

function linesOn(chip: string, activeLow: boolean): GpioFrontPanelLines {
  const lamp = (name: Lamp) => ({ chip, line: lineOf(name), activeLow });
  return {
    active: lamp("active"),
    standby: lamp("standby"),
    alarm: lamp("alarm"),
    busA: lamp("busA"),
    busB: lamp("busB"),
    link: lamp("link"),
    safeToPull: lamp("safeToPull"),
    ejector: { chip, line: ejectorLine, activeLow },
  };
}

const newChip = () => new FakeGpioChip("/dev/gpiochip4", "pinctrl-rp1", 54);

async function panelOn(chip: FakeGpioChip, name: string, activeLow: boolean): Promise<FrontPanelUnderTest> {
  const on = activeLow ? 0 : 1;
  chip.wire(ejectorLine, 1 - on);
  return {
    open: () => openGpioFrontPanel(linesOn(name, activeLow), chip.calls),
    lit: () => lamps.filter((lamp) => chip.level(lineOf(lamp)) === on),
    settings: () => chip.settings,
    move: (isOpen) => chip.drive(ejectorLine, isOpen ? on : 1 - on),
    repeat: () => chip.twitch(ejectorLine),
    fail: () => chip.unplug(),
    close: async () => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      expect(chip.openDescriptors).toBe(0);
    },
  };
}

frontPanelContract("GPIO, by the chip's label", () => panelOn(newChip(), "pinctrl-rp1", false));
frontPanelContract("GPIO, active low, by the chip's path", () => panelOn(newChip(), "/dev/gpiochip4", true));

describe("a front panel on GPIO", () => {
  test("asks for its lines as the kernel wants them: the ejector with both edges, and pulled up", async () => {
    const chip = newChip();
    const panel = await openGpioFrontPanel(linesOn("pinctrl-rp1", true), chip.calls);
    // GPIO_V2_LINE_FLAG_: ACTIVE_LOW 2, INPUT 4, OUTPUT 8, EDGE_RISING 16, EDGE_FALLING 32, BIAS_PULL_UP 256.
    expect(chip.lines).toEqual(new Map([...lamps.map((lamp) => [lineOf(lamp), 10n] as const), [ejectorLine, 310n]]));
    panel.close();
  });

  test("where there is no such chip says which there are", async () => {
    await expect(openGpioFrontPanel(linesOn("pinctrl-bcm2711", false), newChip().calls)).rejects.toThrow(
      "there is no GPIO chip pinctrl-bcm2711: there are pinctrl-rp1",
    );
    const none = { ...newChip().calls, list: () => [] };
    await expect(openGpioFrontPanel(linesOn("pinctrl-rp1", false), none)).rejects.toThrow(
      "there is no GPIO chip pinctrl-rp1: there is none at all",
    );
    await expect(openGpioFrontPanel(linesOn("/dev/gpiochip9", false), newChip().calls)).rejects.toThrow(
      "the GPIO chip /dev/gpiochip9 cannot be opened: ENOENT",
    );
  });

  test("of which a line is taken, or not there, says so and lets go of the others", async () => {
    const chip = newChip();
    const lines = linesOn("pinctrl-rp1", false);
    await expect(openGpioFrontPanel({ ...lines, link: lines.active }, chip.calls)).rejects.toThrow(
      "line 10 of the GPIO chip pinctrl-rp1 cannot be had: something else uses it",
    );
    await expect(openGpioFrontPanel({ ...lines, link: { ...lines.link, line: 54 } }, chip.calls)).rejects.toThrow(
      "line 54 of the GPIO chip pinctrl-rp1 cannot be had: the chip has no such line",
    );
    expect(chip.openDescriptors).toBe(0);
  });

  test("on a machine without GPIO is refused in one sentence", async () => {
    await expect(openGpioFrontPanel(linesOn("no such chip", false))).rejects.toThrow(
      /no such chip: there (is none|are)/,
    );
  });
});
