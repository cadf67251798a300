/**
 * Keeps the order of what is done to endpoints: a job waits until every earlier job that has one of its endpoints is done.
 * Jobs without an endpoint in common do not wait for each other.
 */

/** Something to do to the endpoints of these circuits, each named once. */
export interface EndpointJob {
  readonly circuits: readonly number[];
}

export class EndpointQueues<J extends EndpointJob> {
  /** Jobs of each circuit, the one that may run first. */
  readonly #queues = new Map<number, J[]>();
  /** In how many of its queues a job is not yet the first. */
  readonly #waitingFor = new Map<J, number>();

  /** Jobs that were added and not removed. */
  get size(): number {
    return this.#waitingFor.size;
  }

  /** The job that is done, or is to be done next, at the circuit's endpoint. */
  first(circuit: number): J | undefined {
    return this.#queues.get(circuit)?.[0];
  }

  /** Whether the job may run at once. */
  add(job: J): boolean {
    let waitingFor = 0;
    for (const circuit of job.circuits) {
      const queue = this.#queues.get(circuit);
      if (queue === undefined) this.#queues.set(circuit, [job]);
      else if (queue.push(job) > 1) waitingFor++;
    }
    this.#waitingFor.set(job, waitingFor);
    return waitingFor === 0;
  }

  /** The job, which was first everywhere, is done. Those that may run now. */
  remove(job: J): readonly J[] {
    const ready: J[] = [];
    this.#waitingFor.delete(job);
    for (const circuit of job.circuits) {
      const queue = this.#queues.get(circuit) ?? [];
      queue.shift();
      if (queue.length === 0) {
        this.#queues.delete(circuit);
        continue;
      }
      const waitingFor = (this.#waitingFor.get(queue[0]) ?? 1) - 1;
      this.#waitingFor.set(queue[0], waitingFor);
      if (waitingFor === 0) ready.push(queue[0]);
    }
    return ready;
  }
}
