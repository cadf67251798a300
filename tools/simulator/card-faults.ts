/** What befalls cards: they are pulled, stand still, are held up, leave, restart, hear nobody. */
import { canClassOf } from "../../hal/can-frame.ts";
import type { FrameFate } from "../../hal/simulated/can-frame-fate.ts";
import { recordClass } from "../../firmware/backplane/frame-identifier.ts";
import { oneOf, planes, slotOfPort, somePorts, type Stage, type Strike } from "./stage.ts";

/** A card that is silent for no longer than this is not found dead. */
const aliveMillis = 50;
/** Moments of up to so long hardly add up to such a silence. A primary's may: then another takes over. */
const mayAddUpMicros = 12_000;
/** A beat that was held up is on both planes within this time, whatever they lag. */
const beatOutMicros = 2_000;

const otherPlane = { 0: 1, 1: 0 } as const;

/** Pulls a card at some frame on the bus, whoever sends it: right before, inside or right after. */
function pullAtFrame(stage: Stage, slot: number): void {
  const { rack, chance } = stage;
  const plane = oneOf(chance, planes);
  const moment = oneOf(chance, ["before", "inside", "after"] as const);
  let frames = 1 + chance.integer(chance.integer(2) === 0 ? 12 : 120);
  const own = chance.integer(2) === 0;
  const port = rack.card(slot).ports[plane];
  stage.tell(`slot ${slot} goes ${moment} frame ${frames}${own ? " of its own" : ""} on plane ${plane}`);
  stage.decide(plane, (_frame, sender) => {
    if ((own && sender !== port) || --frames > 0) return undefined;
    stage.decide(plane, undefined);
    rack.clock.at(rack.clock.nowMicros(), () => rack.pull(slot));
    return { kind: "severed", moment, port };
  });
  for (let waited = 0; waited < 1000 && !rack.card(slot).pulled; waited++) stage.run(1);
  if (!rack.card(slot).pulled) rack.pull(slot);
}

function insertLater(stage: Stage, slot: number): void {
  stage.run(1 + stage.chance.integer(oneOf(stage.chance, [5, 50, 300])));
  stage.tell(`slot ${slot} is inserted`);
  stage.rack.insert(slot);
}

export function pull(of: (stage: Stage) => number): Strike {
  return (stage) => {
    const slot = of(stage);
    if (slot === stage.lim || slot === stage.transporter) stage.excuse();
    pullAtFrame(stage, slot);
    insertLater(stage, slot);
  };
}

/** A fault while the queues are full of a burst's records. */
export function inBurst(strike: Strike): Strike {
  return (stage) => {
    stage.burst(4 + stage.chance.integer(8));
    stage.runMicros(stage.chance.integer(15_000));
    strike(stage);
  };
}

/** An error in the last two bits of a commit frame at some receivers, and its sender is gone before it can repeat it. */
export function lastTwoBits(stage: Stage): void {
  const { rack, chance, primary } = stage;
  const plane = oneOf(chance, planes);
  let frames = 1 + chance.integer(60);
  const { ports } = rack.card(primary);
  const omitted = somePorts(stage, plane, primary);
  stage.tell(
    `last two bits of frame ${frames} of slot ${primary} on plane ${plane} at ${omitted.map(({ name }) => name)}`,
  );
  stage.decide(plane, (frame, sender) => {
    if (sender !== ports[plane] || canClassOf(frame.id) === recordClass.heartbeat || --frames > 0) return undefined;
    stage.decide(plane, undefined);
    rack.buses[otherPlane[plane]].sever(ports[otherPlane[plane]]);
    rack.clock.at(rack.clock.nowMicros() + 300, () => rack.pull(primary));
    return { kind: "rejected-at", ports: omitted, senderSevered: true };
  });
  for (let waited = 0; waited < 1000 && !rack.card(primary).pulled; waited++) stage.run(1);
  if (!rack.card(primary).pulled) rack.pull(primary);
  stage.decide(plane, undefined);
  insertLater(stage, primary);
}

/** A card stands still and goes on as if nothing had been. */
export function freeze(stage: Stage): void {
  const { rack, chance } = stage;
  const slot = oneOf(chance, [stage.primary, stage.primary, stage.backup, stage.lim, stage.transporter]);
  const longestMillis = oneOf(chance, [10, 40, 150, 600]);
  // What piles up in front of a LIM must find circuits when it goes on.
  const millis = 1 + chance.integer(slot === stage.lim ? Math.min(longestMillis, 150) : longestMillis);
  stage.tell(`slot ${slot} stands still for ${millis} ms`);
  if (slot === stage.transporter && millis > aliveMillis) stage.excuse();
  rack.card(slot).freeze();
  stage.run(millis);
  rack.card(slot).thaw();
}

/** A card is held up again and again, for moments that nobody else takes for its death; it sees to its timers before its mail. */
export function slow(stage: Stage): void {
  const { rack, chance } = stage;
  const slot = oneOf(chance, rack.slots);
  const longestMicros = slot === stage.primary ? 12_000 : oneOf(chance, [3_000, 20_000, 50_000]);
  const times = 5 + chance.integer(25);
  // Where two moments are together longer than a card may be silent, its beat gets out between them.
  const leastMicros = longestMicros > mayAddUpMicros ? beatOutMicros : 1;
  stage.tell(`slot ${slot} is held up ${times} times for up to ${longestMicros / 1000} ms`);
  const card = rack.card(slot);
  for (let done = 0; done < times; done++) {
    card.freeze();
    stage.runMicros(1 + chance.integer(longestMicros));
    card.thaw(true);
    stage.runMicros(leastMicros + chance.integer(oneOf(chance, [1_000, 20_000])));
  }
}

/** A card says that it leaves, and is taken out. */
export function leave(stage: Stage): void {
  const { rack, chance } = stage;
  const slot = oneOf(chance, [stage.primary, stage.primary, stage.backup]);
  const millis = chance.integer(oneOf(chance, [3, 100]));
  stage.tell(`slot ${slot} leaves, and is out ${millis} ms later`);
  rack.card(slot).leave();
  stage.run(millis);
  rack.pull(slot);
  insertLater(stage, slot);
}

/** A LIM or transporter restarts: it is back before anybody found it dead. */
export function restart(of: (stage: Stage) => number): Strike {
  return (stage) => {
    const slot = of(stage);
    stage.excuse();
    stage.tell(`slot ${slot} restarts`);
    stage.rack.pull(slot);
    stage.run(stage.chance.integer(5));
    stage.rack.insert(slot);
  };
}

/** A witness has restarted, and before the primary can have admitted it the primary is gone for a while. */
export function restartThenPull(stage: Stage): void {
  const { rack, chance, primary } = stage;
  const witness = oneOf(chance, [stage.lim, stage.transporter]);
  const laterMillis = chance.integer(80);
  const outMillis = 30 + chance.integer(100);
  stage.excuse();
  stage.tell(`slot ${witness} restarts, slot ${primary} is pulled ${laterMillis} ms later, for ${outMillis} ms`);
  rack.pull(witness);
  rack.insert(witness);
  stage.run(laterMillis);
  rack.pull(primary);
  stage.run(outMillis);
  rack.insert(primary);
}

/** The card that is given the state is pulled again meanwhile. */
export function pullWhileTaking(stage: Stage): void {
  const { rack, chance, backup } = stage;
  rack.pull(backup);
  const outMillis = 1 + chance.integer(oneOf(chance, [20, 200]));
  stage.run(outMillis);
  rack.insert(backup);
  const takingMillis = chance.integer(oneOf(chance, [10, 60, 200]));
  stage.run(takingMillis);
  rack.pull(backup);
  const againMillis = chance.integer(oneOf(chance, [4, 30, 200]));
  stage.run(againMillis);
  rack.insert(backup);
  stage.tell(`slot ${backup} is pulled for ${outMillis} ms, and after ${takingMillis} ms for ${againMillis} ms more`);
}

/** While the backup is given the state, the primary stands still: too short to lose its place where nobody else has the state. */
export function freezeWhileGiving(stage: Stage): void {
  const { rack, chance, primary, backup } = stage;
  rack.pull(backup);
  stage.run(1 + chance.integer(100));
  rack.insert(backup);
  const takingMillis = 60 + chance.integer(oneOf(chance, [40, 200]));
  stage.run(takingMillis);
  const millis = 18 + chance.integer(120);
  stage.tell(`slot ${backup} is put back, and after ${takingMillis} ms slot ${primary} stands still for ${millis} ms`);
  rack.card(primary).freeze();
  stage.run(millis);
  rack.card(primary).thaw();
}

/**
 * The call servers do not hear each other, but everybody else hears them, and the backup misses much of what it is answered; the
 * primary stands still meanwhile.
 */
export function estrange(stage: Stage): void {
  const { rack, chance, primary, backup } = stage;
  const pair = [primary, backup];
  stage.tell(`slots ${pair} do not hear each other`);
  for (const plane of planes) {
    stage.lose(plane, (frame, sender): FrameFate | undefined => {
      const slot = slotOfPort(rack, sender);
      if (!pair.includes(slot)) {
        const isAnswer = canClassOf(frame.id) === recordClass.takeover && chance.integer(4) > 0;
        return isAnswer ? { kind: "lost-at", ports: [rack.card(backup).ports[plane]] } : undefined;
      }
      const other = slot === primary ? backup : primary;
      return { kind: "lost-at", ports: [rack.card(other).ports[plane]] };
    });
  }
  // Long enough in most cases for either to find the other dead.
  stage.run(60 + chance.integer(40));
  // About as long as it takes the others to find it dead and to grant: it goes on before, while or after they do.
  const micros = 15_000 + chance.integer(12_000);
  stage.tell(`slot ${primary} stands still for ${micros / 1000} ms`);
  rack.card(primary).freeze();
  stage.runMicros(micros);
  rack.card(primary).thaw();
  stage.run(10 + chance.integer(80));
  for (const plane of planes) stage.lose(plane, undefined);
}

/** The application of a card stands still, and goes on as if nothing had been. */
export function hang(stage: Stage): void {
  const { rack, chance } = stage;
  const slot = oneOf(chance, [stage.primary, stage.primary, stage.backup, stage.lim, stage.transporter]);
  const millis = 1 + chance.integer(oneOf(chance, [40, 160, 300, 900]));
  stage.tell(`the application of slot ${slot} stands still for ${millis} ms`);
  if ((slot === stage.lim || slot === stage.transporter) && millis > aliveMillis) stage.excuse();
  rack.card(slot).hang();
  stage.run(millis);
  rack.card(slot).resume();
}

/** A call server does not hear, or is not heard, on one plane or on both. */
export function unheard(what: "deaf" | "mute"): Strike {
  return (stage) => {
    const { rack, chance } = stage;
    const slot = oneOf(chance, [stage.primary, stage.primary, stage.backup]);
    const affected = oneOf(chance, [[0], [1], [0, 1], [0, 1]] as const);
    const millis = 1 + chance.integer(oneOf(chance, [20, 100, 300, 2_000]));
    stage.absent(millis);
    stage.tell(`slot ${slot} is ${what} on plane ${affected} for ${millis} ms`);
    const set = (on: boolean) => {
      for (const plane of affected) {
        const port = rack.card(slot).ports[plane];
        if (what === "deaf") rack.buses[plane].setDeaf(port, on);
        else rack.buses[plane].setMute(port, on);
      }
    };
    set(true);
    stage.run(millis);
    set(false);
  };
}
