/**
 * What most scenarios are made of. Each exchange controls its even circuits (Q.764 2.9.1.4): west's calls begin on its circuit 2,
 * east's on its circuit 2. The node seizes odd circuits first, the lowest of those that were idle longest.
 */
import { expect, send, wait } from "./scenario.ts";

export const toEast = { called: "25001", calling: "9001" };
export const callEast = send("IAM", toEast);
export const fromWest = expect("IAM", toEast);

const toWest = { called: "15002", calling: "9002" };
export const callWest = send("IAM", toWest);
export const fromEast = expect("IAM", toWest);

/** West calls: up to the conversation; and the end of any call that the calling side gives up. */
export const getsThrough = [callEast, expect("ACM"), expect("ANM")] as const;
export const clears = [wait(10), send("REL", { cause: 16 }), expect("RLC")] as const;

/** East is called: up to the conversation; and the end of any call that is not given up on this side. */
export const answers = [fromWest, send("ACM"), wait(10), send("ANM")] as const;
export const isReleased = (cause: number) => [expect("REL", { cause }), send("RLC")] as const;
