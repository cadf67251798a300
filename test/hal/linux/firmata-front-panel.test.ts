import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { lamps } from "../../../hal/front-panel.ts";
import { firmataPins, openFirmataFrontPanel } from "../../../hal/linux/firmata-front-panel.ts";
import { type FrontPanelUnderTest, frontPanelContract } from "../../contract/front-panel.ts";
import { FakeFirmata } from "./fake-firmata.ts";
import { openPseudoTerminal, type PseudoTerminal } from "./pseudo-terminal.ts";

interface Controller {
  readonly line: PseudoTerminal;
  readonly firmata: FakeFirmata;
}

async function controller(): Promise<Controller> {
  const line = await openPseudoTerminal();
  const firmata = new FakeFirmata((octets) => line.write(octets));
  line.listen((octets) => firmata.hear(octets));
  return { line, firmata };
}

const { ejector } = firmataPins;

frontPanelContract("Firmata on a serial line", async (): Promise<FrontPanelUnderTest> => {
  const { line, firmata } = await controller();
  return {
    open: () => {
      const opening = openFirmataFrontPanel(line.path);
      setTimeout(() => firmata.start(), 50);
      return opening;
    },
    lit: () => lamps.filter((lamp) => firmata.level(firmataPins[lamp]) === 1),
    settings: () => firmata.settings,
    move: (isOpen) => firmata.drive(ejector, isOpen ? 1 : 0),
    // Another pin of the same port moves: all of the port is told.
    repeat: () => firmata.drive(ejector + 1, 1 - firmata.level(ejector + 1)),
    fail: () => line.hangUp(),
    close: async () => {
      // The panel writes its last while it closes.
      await new Promise((resolve) => setTimeout(resolve, 60));
      line.hangUp();
    },
  };
});

describe("a chassis controller", () => {
  let far: Controller;
  beforeEach(async () => {
    far = await controller();
  });
  afterEach(() => far.line.hangUp());

  test("has its pins set up: lamps as outputs, the ejector as an input that is pulled up", async () => {
    const opening = openFirmataFrontPanel(far.line.path);
    setTimeout(() => far.firmata.start(), 50);
    const panel = await opening;
    const modes = () => [...lamps, "ejector" as const].map((name) => far.firmata.mode(firmataPins[name]));
    await expect.poll(modes).toEqual([...lamps.map(() => 1), 0]);
    panel.close();
  });

  test("that says nothing by itself is asked", async () => {
    const panel = await openFirmataFrontPanel(far.line.path);
    panel.show("alarm", true);
    await expect.poll(() => far.firmata.level(firmataPins.alarm)).toBe(1);
    panel.close();
  });

  test("that lacks a pin is refused in a sentence", async () => {
    const opening = openFirmataFrontPanel(far.line.path, { ...firmataPins, link: 20 });
    setTimeout(() => far.firmata.start(), 50);
    await expect(opening).rejects.toThrow(
      `the chassis controller on ${far.line.path} has 20 pins, and pin 20 is wanted`,
    );
  });

  test("that is unplugged before it has said anything is told, and does not leave anybody waiting", async () => {
    far.line.listen(() => undefined);
    const opening = openFirmataFrontPanel(far.line.path);
    setTimeout(() => far.line.hangUp(), 100);
    await expect(opening).rejects.toThrow(`the chassis controller on ${far.line.path} `);
  });

  test("that is not there is told in a sentence", async () => {
    await expect(openFirmataFrontPanel("/dev/no-such-line")).rejects.toThrow(
      /^the serial line \/dev\/no-such-line cannot be opened: /,
    );
  });
});
