import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FrontPanel, type Lamp, lamps } from "../../hal/front-panel.ts";

/** What is behind a front panel of some implementation, as its hands and eyes. */
export interface FrontPanelUnderTest {
  /** Opens the panel, with the ejector closed. */
  open(): Promise<FrontPanel>;
  lit(): readonly Lamp[];
  /** How often a lamp was set, whatever it was before. */
  settings(): number;
  /** Moves the contact of the ejector, without bouncing. */
  move(isOpen: boolean): void;
  /** Tells the contact again, which has not moved. */
  repeat(): void;
  /** The hardware fails, or is unplugged. */
  fail(): void;
  close(): Promise<void>;
}

const patienceMillis = 5_000;

async function until(done: () => boolean): Promise<void> {
  for (let waited = 0; !done(); waited += 5) {
    if (waited > patienceMillis) throw new Error("it never came");
    await pause(5);
  }
}

const pause = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));

/** The contract of `FrontPanel`, to be run for every implementation. */
export function frontPanelContract(implementation: string, start: () => Promise<FrontPanelUnderTest>): void {
  describe(`FrontPanel contract: ${implementation}`, () => {
    let hardware: FrontPanelUnderTest;
    let panel: FrontPanel | undefined;
    const opened = (): FrontPanel => {
      if (panel === undefined) throw new Error("the panel is not open");
      return panel;
    };
    const positions: boolean[] = [];
    const reasons: string[] = [];

    const listen = () =>
      opened().listen({
        ejector: (isOpen) => positions.push(isOpen),
        gone: (reason) => reasons.push(reason),
      });

    beforeEach(async () => {
      positions.length = 0;
      reasons.length = 0;
      panel = undefined;
      hardware = await start();
      panel = await hardware.open();
    });
    afterEach(async () => {
      panel?.close();
      await hardware.close();
    });

    it("all lamps of a new one are dark", async () => {
      await pause(50);
      expect(hardware.lit()).toEqual([]);
    });

    it("each lamp is lit and put out by itself", async () => {
      for (const lamp of lamps) {
        opened().show(lamp, true);
        await until(() => hardware.lit().includes(lamp));
        expect(hardware.lit()).toEqual([lamp]);
        opened().show(lamp, false);
        await until(() => hardware.lit().length === 0);
      }
    });

    it("a lamp that is so already is left alone", async () => {
      opened().show("alarm", true);
      await until(() => hardware.lit().length > 0);
      const settings = hardware.settings();
      for (let times = 0; times < 10; times++) opened().show("alarm", true);
      opened().show("link", false);
      opened().show("busA", true);
      await until(() => hardware.lit().length > 1);
      expect(hardware.settings()).toBe(settings + 1);
    });

    it("the position of the ejector is told when the listener is set, then each change of it, and none twice", async () => {
      listen();
      await until(() => positions.length > 0);
      expect(positions).toEqual([false]);
      for (const isOpen of [true, false, true]) {
        const told = positions.length;
        hardware.move(isOpen);
        await until(() => positions.length > told);
        hardware.repeat();
        await pause(30);
      }
      expect(positions).toEqual([false, true, false, true]);
    });

    it("a listener that comes late is told the position, too", async () => {
      hardware.move(true);
      await pause(100);
      listen();
      await until(() => positions.length > 0);
      expect(positions).toEqual([true]);
    });

    it("a closed one is dark, and hears nothing any more", async () => {
      listen();
      await until(() => positions.length > 0);
      opened().show("active", true);
      opened().show("safeToPull", true);
      await until(() => hardware.lit().length === 2);
      opened().close();
      opened().close();
      await until(() => hardware.lit().length === 0);
      opened().show("active", true);
      await pause(100);
      expect(hardware.lit()).toEqual([]);
      expect([positions, reasons]).toEqual([[false], []]);
    });

    it("that the hardware is gone is said once, and the panel does no harm any more", async () => {
      listen();
      await until(() => positions.length > 0);
      hardware.fail();
      opened().show("active", true);
      await until(() => reasons.length > 0);
      opened().show("standby", true);
      await pause(50);
      expect(reasons).toHaveLength(1);
      expect(reasons[0]).not.toBe("");
    });
  });
}
