/** What befalls frames and planes: they are cut, lose frames, destroy, repeat, reorder and corrupt them; a controller babbles. */
import { framePart, partOf, recordClass, slotOf } from "../../firmware/backplane/frame-identifier.ts";
import { type CanFrame, canClassOf } from "../../hal/can-frame.ts";
import { copyOfFrame } from "../../hal/can-frame-pool.ts";
import type { FrameFate } from "../../hal/simulated/can-frame-fate.ts";
import { oneOf, planes, slotOfPort, somePorts, type Stage, type Strike } from "./stage.ts";

export function cut(stage: Stage): void {
  const { rack, chance } = stage;
  const plane = oneOf(chance, planes);
  const millis = 1 + chance.integer(oneOf(chance, [5, 50, 500]));
  stage.tell(`plane ${plane} is cut for ${millis} ms`);
  rack.buses[plane].cut();
  stage.run(millis);
  rack.buses[plane].mend();
}

/** From now on frames are lost at some receivers, on one plane or both; heartbeats may be spared. @returns what ends it */
function loseFrames(stage: Stage, share: number): () => void {
  const { chance, rack } = stage;
  const affected = oneOf(chance, [[0], [1], [0, 1]] as const);
  const beatsToo = chance.integer(2) === 0;
  stage.tell(`one frame in ${share} is lost at some on plane ${affected}${beatsToo ? "" : ", beats are not"}`);
  for (const plane of affected) {
    stage.lose(plane, (frame, sender): FrameFate | undefined => {
      if (chance.integer(share) > 0 || (!beatsToo && canClassOf(frame.id) === recordClass.heartbeat)) return undefined;
      return { kind: "lost-at", ports: somePorts(stage, plane, slotOfPort(rack, sender)) };
    });
  }
  return () => {
    for (const plane of affected) stage.lose(plane, undefined);
  };
}

export function omissions(stage: Stage): void {
  const end = loseFrames(stage, oneOf(stage.chance, [50, 10, 4]));
  stage.run(5 + stage.chance.integer(100));
  end();
}

/** A fault while frames are lost: the takeover itself meets gaps. */
export function inNoise(strike: Strike): Strike {
  return (stage) => {
    const end = loseFrames(stage, oneOf(stage.chance, [100, 30, 10]));
    strike(stage);
    end();
  };
}

/** Frames are destroyed by error frames, and repeated. */
export function errors(stage: Stage): void {
  const { chance } = stage;
  const plane = oneOf(chance, planes);
  const share = oneOf(chance, [2, 5, 20]);
  const millis = 5 + chance.integer(100);
  stage.tell(`one frame in ${share} is destroyed on plane ${plane} for ${millis} ms`);
  stage.decide(plane, () => (chance.integer(share) === 0 ? { kind: "error" } : undefined));
  stage.run(millis);
  stage.decide(plane, undefined);
}

/** Some receivers see an error in the last bits: the sender repeats the frame, and the others have it twice. */
export function repetitions(stage: Stage): void {
  const { rack, chance } = stage;
  const plane = oneOf(chance, planes);
  const share = oneOf(chance, [2, 5, 20]);
  const millis = 5 + chance.integer(100);
  stage.tell(`one frame in ${share} comes twice at some on plane ${plane} for ${millis} ms`);
  stage.decide(plane, (_frame, sender): FrameFate | undefined => {
    if (chance.integer(share) > 0) return undefined;
    return { kind: "rejected-at", ports: somePorts(stage, plane, slotOfPort(rack, sender)), senderSevered: false };
  });
  stage.run(millis);
  stage.decide(plane, undefined);
}

/** Every sender's frames, or one card's: now and then the controller sends the next one first. */
export function overtaking(stage: Stage): void {
  const { rack, chance } = stage;
  const share = oneOf(chance, [2, 10, 40]);
  const slot = chance.integer(2) === 0 ? undefined : oneOf(chance, rack.slots);
  const affected = oneOf(chance, [[0], [1], [0, 1]] as const);
  const millis = 5 + chance.integer(100);
  stage.tell(
    `one frame in ${share} of ${slot === undefined ? "all" : `slot ${slot}`} is overtaken on plane ${affected}`,
  );
  for (const plane of affected) {
    stage.lose(plane, (frame) => {
      const isAffected = slot === undefined || slotOf(frame.id) === slot;
      return isAffected && chance.integer(share) === 0 ? { kind: "overtaken" } : undefined;
    });
  }
  stage.run(millis);
  for (const plane of affected) stage.lose(plane, undefined);
}

/** Octets change between the controller and the processor of some receivers, where no check of the bus notices. */
export function corruption(wholeRecordsToo: boolean): Strike {
  return (stage) => {
    const { rack, chance } = stage;
    const plane = oneOf(chance, planes);
    const share = oneOf(chance, [4, 10, 50]);
    const millis = 5 + chance.integer(100);
    stage.tell(`one frame in ${share} is corrupted at some on plane ${plane} for ${millis} ms`);
    stage.decide(plane, (frame, sender): FrameFate | undefined => {
      const isChecked = partOf(frame.id) !== framePart.whole;
      if ((!isChecked && !wholeRecordsToo) || chance.integer(share) > 0) return undefined;
      const ports = somePorts(stage, plane, slotOfPort(rack, sender));
      return { kind: "corrupted-at", ports, at: chance.integer(64), mask: 1 + chance.integer(255) };
    });
    stage.run(millis);
    stage.decide(plane, undefined);
  };
}

/** A controller takes itself off one plane, with all that it had queued, and is told to come back a while later. */
export function busOff(stage: Stage): void {
  const { rack, chance } = stage;
  const plane = oneOf(chance, planes);
  const slot = oneOf(chance, rack.slots);
  const port = rack.card(slot).ports[plane];
  const millis = 1 + chance.integer(oneOf(chance, [5, 50, 300]));
  stage.tell(`slot ${slot} is off plane ${plane} for ${millis} ms`);
  rack.buses[plane].busOff(port);
  stage.run(millis);
  port.recover();
  stage.run(3);
}

const babbleMicros = 100;

/** A controller says one of its card's frames again and again, so that nobody below it gets through on that plane. */
export function babble(stage: Stage): void {
  const { rack, chance } = stage;
  const plane = oneOf(chance, planes);
  const slot = oneOf(chance, rack.slots);
  const port = rack.card(slot).ports[plane];
  const wanted = oneOf(chance, [recordClass.heartbeat, recordClass.commit, recordClass.input]);
  const millis = 5 + chance.integer(100);
  let said: CanFrame | undefined;
  stage.decide(plane, (frame, sender) => {
    if (sender === port && canClassOf(frame.id) === wanted) said ??= copyOfFrame(frame);
    return undefined;
  });
  for (let waited = 0; waited < 50 && said === undefined; waited++) stage.run(1);
  stage.decide(plane, undefined);
  if (said === undefined) return;
  const again = said;
  // It is still not listened to on the other plane: as long as that lasts it is as good as gone.
  const isGone = [...rack.cards].some(({ communication }) => communication.babblesOn(slot).includes("BA"[plane]));
  if (isGone && (slot === stage.lim || slot === stage.transporter)) stage.excuse();
  stage.tell(`slot ${slot} babbles a frame of class ${wanted} on plane ${plane} for ${millis} ms`);
  const end = rack.clock.nowMicros() + millis * 1000;
  const say = () => {
    if (rack.clock.nowMicros() >= end) return;
    port.transmit({ ...again });
    rack.clock.at(rack.clock.nowMicros() + babbleMicros, say);
  };
  say();
  stage.run(millis + 1);
}
