/** A card as the console sees it, made up for tests; what is done to it is noted. */
import type { TableRequest, TableRow } from "../../../firmware/card/application.ts";
import type { ApplicationStatus, CommunicationStatus } from "../../../firmware/card/card-status.ts";
import { commandText } from "../../../firmware/card/operator-command.ts";
import { Trace } from "../../../firmware/card/trace.ts";
import { type RackConfiguration, rackSchema } from "../../../firmware/configuration/rack-schema.ts";
import type { CardActions, CardView, TracedLine } from "../../../firmware/console/card-view.ts";
import { assert } from "../../../firmware/result.ts";
import { exampleRack } from "../configuration/example-rack.ts";
import { ExampleFirmware } from "./example-firmware.ts";

export class ExampleCard {
  readonly configuration: RackConfiguration = rackSchema.parse(exampleRack());
  /** Of every table. */
  rows: TableRow[] = [];
  readonly requests: TableRequest[] = [];
  readonly done: string[] = [];
  readonly traced = new Trace<TracedLine>(64);
  /** Sources that somebody wants. */
  readonly wanted: string[] = [];
  readonly firmware = new ExampleFirmware();
  application: ApplicationStatus = { callsInSetUp: 2, callsInConversation: 7 };
  communication: CommunicationStatus = {
    role: "primary",
    term: 3,
    commit: 1234,
    cards: [
      { slot: 1, alive: true, role: "witness", realTime: true, limitMicros: 70_000 },
      { slot: 2, alive: true, role: "backup", realTime: true, limitMicros: 16_250, gapMeasuredMicros: 5_400 },
      { slot: 4, alive: false, realTime: true, limitMicros: 70_000 },
    ],
    planes: [{ sent: 10, received: 20, dropped: 0 }, { sent: 11 }],
  };

  readonly actions: CardActions = {
    operate: (command) => {
      this.done.push(commandText(command));
      return `operator: ${commandText(command)}: done`;
    },
    leave: (then) => void this.done.push(`leave, ${then}`),
    stay: () => void this.done.push("stay"),
    restartNow: () => void this.done.push("restart now"),
    inhibitPlane: (plane, on) => void this.done.push(`inhibit ${plane} ${on}`),
    upgrade: this.firmware.actions,
  };

  view(slot = 3): CardView {
    const card = this.configuration.cards.find((each) => each.slot === slot);
    assert(card !== undefined, `no slot ${slot}`);
    return {
      card,
      configuration: this.configuration,
      startedAt: 30_000_000,
      versions: { firmware: "1.2.3" },
      firmware: () => this.firmware.cards,
      communication: () => this.communication,
      application: () => this.application,
      table: (request) => {
        this.requests.push(request);
        return this.rows.filter(({ key }) => key > request.after).slice(0, request.most);
      },
      alarms: () => [
        {
          severity: "major",
          object: "slot 4",
          text: "slot 4: \x1b[31mdoes not beat",
          raisedAtMillis: 1_000_000_000_000,
        },
        {
          severity: "minor",
          object: "slot 1",
          text: "slot 1: slow",
          raisedAtMillis: 1_000_000_000_000,
          clearedAtMillis: 1_000_000_100_000,
        },
      ],
      performance: () => ({ "memory, MiB": 100 }),
      traceRefusal: (source) => (source === "isup" ? undefined : `${source} is traced elsewhere`),
      traced: (_, from, most) => {
        const { entries, next, lost } = this.traced.since(from, most);
        return { lines: entries, next, lost };
      },
      traceWanted: (source, on) => void this.wanted.push(`${source} ${on}`),
      checkConfiguration: () => "rack.yaml, line 3: pointCode: found 0; allowed: a point code",
    };
  }
}
