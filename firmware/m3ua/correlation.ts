/**
 * The Correlation Ids of messages that come in traffic mode broadcast. A signalling gateway says one at least with the first message of
 * each traffic flow after an ASP has become active, to all ASPs alike (RFC 4666 4.3.4.3): from there they all count on the same.
 */
export class Correlation {
  /** By flow, which is what has one signalling link selection: the identifier of the next message. */
  readonly #next = new Map<number, number>();

  /** Of a message with this SLS. `said`: what it has itself. Undefined: none of its flow had one yet. */
  of(sls: number, said: number | undefined): number | undefined {
    const identifier = said ?? this.#next.get(sls);
    if (identifier !== undefined) this.#next.set(sls, (identifier + 1) % 2 ** 32);
    return identifier;
  }

  /** The association has ended: on the next one everything is said anew. */
  clear(): void {
    this.#next.clear();
  }
}
