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
  /** The controllers of planes A and B, where the board says how they are wired. */
  readonly canControllers?: readonly [CanController, CanController];
  /** What its planes carry. */
  readonly can?: CanLimits;
  /** E1 lines of a link interface card. */
  readonly e1?: E1Interface;
  readonly boot?: Boot;
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

/** A controller behind SPI. MCP2515 is none: it has two receive buffers, is read unchecked, and loses frames (ARCHITECTURE.md). */
export interface CanController {
  readonly chip: "mcp2517fd" | "mcp2518fd";
  /** One bus a controller: two on one would wait for each other. */
  readonly spiBus: 0 | 1;
  readonly chipSelect: number;
  /** BCM number of the GPIO line at which it asks to be read. */
  readonly interruptLine: number;
  readonly oscillatorHertz: number;
  readonly spiHertzMax: number;
}

export interface CanLimits {
  readonly frames: "classic" | "fd";
  readonly bitRateMax: number;
  /** In the data phase of an FD frame. */
  readonly dataBitRateMax: number;
}

/** An interface for E1 lines on USB. */
export interface E1Interface {
  readonly kind: "icE1usb";
  /** It has two; most USB host controllers have the bandwidth for one (osmo-e1d's manual). */
  readonly lines: 1 | 2;
}

/** How the board comes up from a card that `npm run flash` has written, or from the maker's own system. */
export interface Boot {
  /** In Debian's kernel package for arm64. */
  readonly deviceTree: string;
  /** Files of the package raspi-firmware. */
  readonly firmware: readonly string[];
  /** Of config.txt in the maker's system, each behind `dtparam=`. */
  readonly deviceTreeParameters: readonly string[];
  /** Of config.txt in the maker's system, each a line `dtoverlay=`. */
  readonly overlays: readonly Overlay[];
  /** Further lines of config.txt, as they stand there. */
  readonly configurationLines: readonly string[];
  /** A sentence, where no image can be built: what is in the way, and what to do instead. */
  readonly withoutImage?: string;
}

/** An overlay of the Raspberry Pi's kernel, as its README names them; a parameter that is true is written without a value. */
export interface Overlay {
  readonly name: string;
  readonly parameters: Readonly<Record<string, number | string | true>>;
}
