/** A front panel on what johnny-five calls an IO plugin: pins by number, each a lamp or the contact of the ejector. */
import type { EventEmitter } from "node:events";
import { type FrontPanel, type FrontPanelListener, type Lamp, lamps } from "../front-panel.ts";

/** As much of an IO plugin as is used here. It says "connect", then "ready". */
export interface FrontPanelIo extends EventEmitter {
  readonly isReady: boolean;
  readonly pins: readonly object[];
}

/** By number, as the plugin counts them. Of the ejector's pin 1 means open. */
export type FrontPanelPins = Readonly<Record<Lamp | "ejector", number>>;

/** What stands behind the plugin. */
export interface FrontPanelHardware {
  /** The plugin is listened to: what it said before was not heard. */
  begin(): void;
  /** Sets what is called when it is gone. */
  onGone(gone: (reason: string) => void): void;
  /** Lets go of it; what was written before is still done. */
  release(): void;
}

/** An Arduino that is reset when its line is opened takes two seconds, and is asked again after five. */
const readyMillisMax = 12_000;

/** Rejects with a sentence when the plugin does not become ready. johnny-five is loaded here, and nowhere else: it takes 80 ms. */
export async function openJohnnyFivePanel(
  io: FrontPanelIo,
  pins: FrontPanelPins,
  hardware: FrontPanelHardware,
): Promise<FrontPanel> {
  const { default: five } = await import("johnny-five");
  const board = new five.Board({ io, repl: false, debug: false, sigint: false, timeout: 2 * readyMillisMax });
  let late: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve, reject) => {
    late = setTimeout(() => reject(new Error("says nothing that is understood")), readyMillisMax);
    hardware.onGone((reason) => reject(new Error(reason)));
    board.once("ready", resolve);
    board.on("error", () => undefined);
    hardware.begin();
  }).finally(() => clearTimeout(late));
  const missing = Math.max(...Object.values(pins)) + 1 - io.pins.length;
  if (missing > 0) throw new Error(`has ${io.pins.length} pins, and pin ${Math.max(...Object.values(pins))} is wanted`);
  const outputs = new Map(lamps.map((lamp) => [lamp, new five.Pin({ board, pin: pins[lamp], mode: outputMode })]));
  // A lamp may be left lit by whoever had the panel before.
  for (const output of outputs.values()) output.low();
  // "Normally open" is what johnny-five calls a contact whose 1 means open, and which it has pulled up.
  const ejector = new five.Switch({ board, pin: pins.ejector, type: "NO" });
  return new JohnnyFivePanel(outputs, ejector, hardware);
}

const outputMode = 1;

interface Output {
  high(): void;
  low(): void;
}

class JohnnyFivePanel implements FrontPanel {
  readonly #outputs: ReadonlyMap<Lamp, Output>;
  readonly #hardware: FrontPanelHardware;
  readonly #lit = new Set<Lamp>();
  #listener: FrontPanelListener | undefined;
  #isOpen: boolean | undefined;
  #isOver = false;

  constructor(
    outputs: ReadonlyMap<Lamp, Output>,
    ejector: { on(event: string, listener: () => void): void },
    hardware: FrontPanelHardware,
  ) {
    this.#outputs = outputs;
    this.#hardware = hardware;
    ejector.on("open", () => this.#moved(true));
    ejector.on("close", () => this.#moved(false));
    hardware.onGone((reason) => this.#gone(reason));
  }

  show(lamp: Lamp, isLit: boolean): void {
    if (this.#isOver || this.#lit.has(lamp) === isLit) return;
    if (isLit) this.#lit.add(lamp);
    else this.#lit.delete(lamp);
    if (isLit) this.#outputs.get(lamp)?.high();
    else this.#outputs.get(lamp)?.low();
  }

  listen(listener: FrontPanelListener): void {
    this.#listener = listener;
    const isOpen = this.#isOpen;
    // What it has said before its listener came.
    if (isOpen !== undefined) queueMicrotask(() => this.#listener?.ejector(isOpen));
  }

  close(): void {
    if (this.#isOver) return;
    for (const lamp of lamps) this.show(lamp, false);
    this.#isOver = true;
    this.#listener = undefined;
    this.#hardware.release();
  }

  /** Over Firmata a contact is told again whenever a neighbouring pin moves. */
  #moved(isOpen: boolean): void {
    if (this.#isOver || isOpen === this.#isOpen) return;
    this.#isOpen = isOpen;
    this.#listener?.ejector(isOpen);
  }

  #gone(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#hardware.release();
    this.#listener?.gone(reason);
  }
}
