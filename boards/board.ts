/** A board is data: where its planes, its console, its front panel and its watchdog are. */
export interface Board {
  /** As in the name of its folder. */
  readonly name: string;
  readonly planes: readonly [Plane, Plane];
  /** Real-time priority (SCHED_FIFO, 1 to 99) for the thread that beats, where the card may. */
  readonly realTimePriority: number;
  readonly console?: SerialConsole;
  readonly watchdog?: Watchdog;
  readonly frontPanel?: FrontPanel;
}

/** A port on the software bus, or a CAN interface of the kernel. */
export type Plane = SoftwareBusPlane | SocketCanPlane;

export interface SoftwareBusPlane {
  readonly kind: "software-bus";
  /** Of the hub; relative to the folder in which the rack runs. */
  readonly socket: string;
}

export interface SocketCanPlane {
  readonly kind: "socketcan";
  /** Such as can0. */
  readonly interface: string;
}

export interface SerialConsole {
  /** Such as /dev/ttyAMA0. */
  readonly device: string;
  readonly baudRate: number;
}

export interface Watchdog {
  /** Such as /dev/watchdog. */
  readonly device: string;
  readonly timeoutSeconds: number;
}

/** A line of a GPIO character device. */
export interface GpioLine {
  /** Its label or its path: the number behind gpiochip is not the same with every kernel. */
  readonly chip: string;
  readonly line: number;
  readonly activeLow: boolean;
}

/** The LEDs of a card, and the switch of its ejector (active: open). */
export interface FrontPanel {
  readonly active: GpioLine;
  readonly standby: GpioLine;
  readonly alarm: GpioLine;
  readonly busA: GpioLine;
  readonly busB: GpioLine;
  readonly link: GpioLine;
  /** Blue: safe to pull. */
  readonly safeToPull: GpioLine;
  readonly ejector: GpioLine;
}
