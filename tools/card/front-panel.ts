/** The front panel of a card, in the thread of its application processor. */
import type { Worker } from "node:worker_threads";
import type { ApplicationRunner } from "../../firmware/card/application-runner.ts";
import { applicationStatus, communicationStatus } from "../../firmware/card/card-status.ts";
import type { EjectorRequest } from "../../firmware/front-panel/ejector.ts";
import {
  FrontPanelControl,
  type FrontPanelInput,
  type FrontPanelOutput,
} from "../../firmware/front-panel/front-panel-control.ts";
import type { Clock } from "../../hal/clock.ts";
import type { FrontPanel } from "../../hal/front-panel.ts";
import type { GpioFrontPanelLines } from "../../hal/linux/gpio-front-panel.ts";
import type { CardReport } from "./card-start.ts";

/** Lines of GPIO chips, as a board has them, or the serial line of a chassis controller. */
export type FrontPanelPlace = GpioFrontPanelLines | string;

export interface FrontPanelParts {
  readonly clock: Clock;
  readonly runner: Pick<ApplicationRunner, "leave" | "stay">;
  /** The thread of the communication processor. */
  readonly thread: Worker;
  applicationStatus(): unknown;
  log(severity: "info" | "warning" | "alarm", text: string): void;
  /** The card is out, and is to begin anew. */
  restart(): void;
  open(place: FrontPanelPlace): Promise<FrontPanel>;
}

/** Links do not come and go faster than anybody looks. */
const applicationMillis = 500;
/** A panel that is not there, or is gone, is looked for so often. */
const openAgainMillis = 10_000;

/** Nothing is loaded where there is no panel. */
export async function openFrontPanel(place: FrontPanelPlace): Promise<FrontPanel> {
  if (typeof place !== "string") {
    const { openGpioFrontPanel } = await import("../../hal/linux/gpio-front-panel.ts");
    return openGpioFrontPanel(place);
  }
  const { openFirmataFrontPanel } = await import("../../hal/linux/firmata-front-panel.ts");
  return openFirmataFrontPanel(place);
}

/** @returns what is called when the card ends: its lamps go out */
export function runFrontPanel(place: FrontPanelPlace, parts: FrontPanelParts): () => void {
  const { clock, runner, thread } = parts;
  const control = new FrontPanelControl();
  let panel: FrontPanel | undefined;
  let disarm: (() => void) | undefined;
  let isOver = false;
  const asks: Readonly<Record<EjectorRequest, () => void>> = {
    leave: () => {
      parts.log("info", "the ejector is opened: the card leaves");
      runner.leave();
    },
    stay: () => runner.stay(),
    restart: () => {
      parts.log("info", "the ejector is closed again: the card begins anew");
      parts.restart();
    },
  };
  const perform = (output: FrontPanelOutput) => {
    if (output.kind === "lamp") panel?.show(output.lamp, output.isLit);
    else asks[output.request]();
  };
  const step = (input: FrontPanelInput) => {
    if (isOver) return;
    for (const output of control.step(input, clock.nowMicros())) perform(output);
    disarm?.();
    const deadline = control.nextDeadline(clock.nowMicros());
    disarm = deadline === undefined ? undefined : clock.at(deadline, () => step({ kind: "deadline" }));
  };
  let problem: string | undefined;
  const missing = (reason: string) => {
    panel = undefined;
    if (reason !== problem) parts.log("warning", `no front panel: ${reason}`);
    problem = reason;
    setTimeout(open, openAgainMillis).unref();
  };
  const open = () => {
    if (isOver) return;
    parts.open(place).then(
      (opened) => {
        if (isOver) return opened.close();
        if (problem !== undefined) parts.log("info", "the front panel is there");
        problem = undefined;
        panel = opened;
        opened.listen({ ejector: (isOpen) => step({ kind: "ejector", isOpen }), gone: missing });
        step({ kind: "panel" });
      },
      (error: unknown) => missing(error instanceof Error ? error.message : String(error)),
    );
  };
  open();
  const polling = setInterval(
    () => step({ kind: "application", status: applicationStatus(parts.applicationStatus()) }),
    applicationMillis,
  );
  thread.on("message", (message: CardReport) => {
    if (message.kind === "communication") {
      step({ kind: "communication", status: communicationStatus(message.status) });
    }
  });
  return () => {
    isOver = true;
    clearInterval(polling);
    disarm?.();
    panel?.close();
  };
}
