/** The LEDs on the front of a card. `safeToPull` is the blue one. */
export const lamps = ["active", "standby", "alarm", "busA", "busB", "link", "safeToPull"] as const;

export type Lamp = (typeof lamps)[number];

export interface FrontPanelListener {
  /** The switch of the ejector: its position when the listener is set, then each change of it. Contacts may bounce. */
  ejector(isOpen: boolean): void;
  /** The panel is gone: unplugged, or its device has failed. Nothing follows. */
  gone(reason: string): void;
}

/** The front panel of a card. Never blocks. All lamps of a new one are dark. */
export interface FrontPanel {
  /** Lights a lamp, or puts it out. Nothing where it is so already, and nothing once the panel is gone or closed. */
  show(lamp: Lamp, isLit: boolean): void;
  /** Sets the one listener, which is never called from within a method of the panel. */
  listen(listener: FrontPanelListener): void;
  /** Puts all lamps out and lets go of the hardware. Closing twice is allowed. */
  close(): void;
}
