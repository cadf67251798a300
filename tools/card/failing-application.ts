/**
 * A hook for tests of real processes: an application that fails over inputs or datagrams of a certain content, in one of the ways in which
 * software fails. Cards look for it in their environment; nothing else of the product knows of it.
 */
import type { Application, ApplicationEvent } from "../../firmware/card/application.ts";
import { assert } from "../../firmware/result.ts";

/** `how:octets`, several of them with commas between: the octets, in hexadecimal, are contained in the input or the datagram. */
export const failOverVariable = "TANDEM_FAIL_OVER";

const failures: Readonly<Record<string, () => void>> = {
  assertion: () => assert(false, "a broken invariant"),
  exception: () => {
    throw new TypeError("cannot read properties of undefined");
  },
  memory: () => {
    const hoard: unknown[] = [];
    for (;;) hoard.push(new Array(1_000_000).fill(hoard.length));
  },
  loop: () => {
    for (;;);
  },
};

/** The application itself where nothing is to fail. */
export function failing(application: Application, failOver: string | undefined): Application {
  const poisons = (failOver ?? "").split(",").flatMap((text) => {
    const [how, octets] = text.split(":");
    return how in failures && octets ? [{ fail: failures[how], octets: Buffer.from(octets, "hex") }] : [];
  });
  if (poisons.length === 0) return application;
  const step: Application["step"] = (event, now, wallMillis) => {
    for (const { fail, octets } of poisons) if (isPoison(event, octets)) fail();
    return application.step(event, now, wallMillis);
  };
  return new Proxy(application, {
    get: (target, name) => {
      if (name === "step") return step;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

function isPoison(event: ApplicationEvent, octets: Buffer): boolean {
  if (event.kind === "input") return Buffer.from(event.payload).includes(octets);
  return event.kind === "datagram" && Buffer.from(event.octets).includes(octets);
}
