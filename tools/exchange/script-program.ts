/** Plays a script on real sockets. */
import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { z } from "zod";
import type { Clock } from "../../hal/clock.ts";
import { type ScriptEvent, type ScriptResult, ScriptRun } from "./script-run.ts";
import { scriptSchema } from "./script-schema.ts";
import { SignallingLink, type SignallingLinkOptions } from "./signalling-link.ts";

/** Waits for the node, then plays. A file that is no script is a result that says so. */
export async function playScript(file: string, link: SignallingLinkOptions, clock: Clock): Promise<ScriptResult> {
  const parsed = scriptSchema.safeParse(parse(await readFile(file, "utf8")));
  if (!parsed.success) return { name: file, passed: false, failure: z.prettifyError(parsed.error), transcript: [] };
  const run = new ScriptRun(parsed.data);
  return await new Promise<ScriptResult>((resolve, reject) => {
    let disarm: (() => void) | undefined;
    let isStarted = false;
    const step = (event: ScriptEvent): void => {
      for (const action of run.step(event, clock.nowMicros())) {
        if (action.kind === "send") signalling.send(action.cic, action.octets);
        else {
          // What was written last must leave before the connection closes.
          setImmediate(() => setImmediate(() => signalling.close()));
          resolve(action.result);
        }
      }
      disarm?.();
      const deadline = run.nextDeadline();
      disarm = deadline === undefined ? undefined : clock.at(deadline, () => step({ kind: "deadline" }));
    };
    const signalling = new SignallingLink(
      link,
      {
        received: (octets) => step({ kind: "message", octets }),
        availability: (isAvailable) => {
          if (isAvailable && !isStarted) {
            isStarted = true;
            step({ kind: "start" });
          }
        },
        note: () => {},
        cut: () => {},
      },
      clock,
    );
    signalling.open().catch(reject);
  });
}
