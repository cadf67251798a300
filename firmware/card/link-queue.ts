/** Messages to the other processor, kept in order while the ring is full. */
import { messageOctetsMax, type ProcessorLink } from "../../hal/processor-link.ts";
import { assert } from "../result.ts";
import { encodeLinkMessage, type ToApplication, type ToCommunication } from "./link-message.ts";

export class LinkQueue {
  readonly #link: ProcessorLink;
  #waiting: Uint8Array[] = [];

  constructor(link: ProcessorLink) {
    this.#link = link;
  }

  send(message: ToApplication | ToCommunication): void {
    const octets = encodeLinkMessage(message);
    // The link would never take it, nor anything behind it.
    assert(octets.length <= messageOctetsMax, `${message.kind} of ${octets.length} octets for the other processor`);
    if (this.#waiting.length > 0 || !this.#link.send(octets)) this.#waiting.push(octets.slice());
  }

  /** The ring has room again. */
  flush(): void {
    let sent = 0;
    while (sent < this.#waiting.length && this.#link.send(this.#waiting[sent])) sent++;
    this.#waiting = this.#waiting.slice(sent);
  }
}
