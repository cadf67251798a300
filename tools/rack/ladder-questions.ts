/** Asks cards what they remember of a call, and puts their answers into one order. */
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import type { LadderRung } from "../../firmware/card/application.ts";
import type { CardSlot } from "./card-slot.ts";

const rungs = z.array(z.object({ atMicros: z.number(), from: z.string(), to: z.string(), text: z.string() }));
const answerWithinMillis = 1000;

export class LadderQuestions {
  readonly #waiting = new Map<number, (entries: readonly LadderRung[]) => void>();
  #questions = 0;

  /** The oldest first. A card that does not answer in time has nothing to say. All cards read the same clock here. */
  async ask(slots: readonly CardSlot[], circuits: readonly number[]): Promise<readonly LadderRung[]> {
    const answers = await Promise.all(
      slots.map(async (slot) => {
        const request = ++this.#questions;
        const answer = new Promise<readonly LadderRung[]>((resolve) => this.#waiting.set(request, resolve));
        slot.ask({ kind: "ladder", request, circuits });
        const late = pause(answerWithinMillis).then((): readonly LadderRung[] => []);
        return await Promise.race([answer, late]).finally(() => this.#waiting.delete(request));
      }),
    );
    return answers.flat().sort((one, other) => one.atMicros - other.atMicros);
  }

  answered(request: number, entries: unknown): void {
    this.#waiting.get(request)?.(rungs.safeParse(entries).data ?? []);
  }
}
