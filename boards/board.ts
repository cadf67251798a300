/** A board is data: where its planes, its storage and its console are. */
export interface Board {
  readonly name: string;
  /** Planes A and B: a port on the software bus (path of the hub's socket), or a CAN interface of the kernel. */
  readonly planes: readonly [Plane, Plane];
  /** Real-time priority (SCHED_FIFO, 1 to 99) for the thread that beats, where the card may. */
  readonly realTimePriority: number;
}

export interface Plane {
  readonly kind: "software-bus";
  /** Relative to the folder in which the rack runs. */
  readonly socket: string;
}
