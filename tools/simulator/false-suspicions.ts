/** What befalls a group whose two call servers are taken for dead one after the other, though both live. */
import { framePart, partOf, type RecordClass, recordClass } from "../../firmware/backplane/frame-identifier.ts";
import { canClassOf } from "../../hal/can-frame.ts";
import type { FrameFate } from "../../hal/simulated/can-frame-fate.ts";
import { oneOf, planes, slotOfPort, type Stage } from "./stage.ts";

/** Frames that cards miss. */
interface Missed {
  readonly from: readonly number[];
  readonly at: readonly number[];
  /** All classes where none is named. */
  readonly classes?: readonly RecordClass[];
  /** One record in so many comes through on a plane; none where it is not said. */
  readonly spared?: number;
}

/** From now on these frames are lost on both planes, instead of those before. */
function miss(stage: Stage, missed: readonly Missed[]): void {
  const { rack, chance } = stage;
  for (const plane of planes) {
    stage.lose(plane, (frame, sender): FrameFate | undefined => {
      const slot = slotOfPort(rack, sender);
      const part = partOf(frame.id);
      // A record is lost with its first frame: so a long one comes through as often as a short one.
      const isFirst = part === framePart.whole || part === framePart.first;
      const at = missed.flatMap(({ from, at, classes, spared }) => {
        if (!from.includes(slot) || classes?.every((each) => each !== canClassOf(frame.id))) return [];
        return spared === undefined || (isFirst && chance.integer(spared) > 0) ? at : [];
      });
      const ports = [...new Set(at)].map((each) => rack.card(each).ports[plane]);
      return ports.length === 0 ? undefined : { kind: "lost-at", ports };
    });
  }
}

/**
 * The backup takes over from a primary that only stood still, is not heard for a moment itself, makes way, and takes over again. The
 * primary hears nothing of that but what the beats of others tell: meanwhile it goes on with what it had in its mail, and ends with
 * commits that are nobody's, after which it claims. Each of the two has missed other inputs, so that they have made about as many
 * commits, and not the same: the second BEGIN may come right behind those of either.
 */
export function suspectTwice(stage: Stage): void {
  const { rack, chance, primary, backup } = stage;
  const witnesses = [...rack.slotsOf("lim"), ...rack.slotsOf("transporter")];
  const { heartbeat, takeover, input, repair } = recordClass;
  const apart: readonly Missed[] = [
    { from: [primary], at: [backup], classes: [heartbeat, takeover] },
    { from: [backup], at: [primary] },
  ];
  const unanswered: Missed = { from: witnesses, at: [primary], classes: [takeover, repair] };
  const gaps: readonly Missed[] = [
    { from: witnesses, at: [primary], classes: [input], spared: 3 },
    { from: witnesses, at: [backup], classes: [input], spared: 3 },
    // It cannot ask for them either.
    { from: [backup], at: witnesses, classes: [repair] },
  ];
  stage.tell(`slots ${primary} and ${backup} do not hear each other`);
  miss(stage, apart);
  // Long enough for either to find the other dead.
  stage.run(65 + chance.integer(20));

  // Until the others have found it dead, too, and the backup has begun.
  const stillMicros = 22_000 + chance.integer(8_000);
  stage.tell(
    `slot ${primary} stands still for ${stillMicros / 1000} ms, and misses what it is answered; inputs are lost`,
  );
  miss(stage, [...apart, unanswered, ...gaps]);
  stage.burst(1 + chance.integer(2));
  rack.card(primary).freeze();
  stage.runMicros(stillMicros);
  rack.card(primary).thaw();
  stage.runMicros(chance.integer(oneOf(chance, [1_000, 5_000])));

  const unheardBy = oneOf(chance, [witnesses, [oneOf(chance, witnesses)]]);
  const unheardMicros = 18_000 + chance.integer(10_000);
  stage.tell(`slots ${unheardBy} do not hear slot ${backup} for ${unheardMicros / 1000} ms`);
  miss(stage, [...apart, unanswered, ...gaps, { from: [backup], at: unheardBy }]);
  stage.runMicros(unheardMicros);

  miss(stage, [...apart, unanswered]);
  stage.run(chance.integer(oneOf(chance, [3, 30])));
  for (const plane of planes) stage.lose(plane, undefined);
}
