/** What happened to the applications of a simulated rack, to be lived through again by new ones, as often as one likes. */
import type { Application, ApplicationEvent } from "../../firmware/card/application.ts";
import type { RackConfiguration } from "../../firmware/configuration/rack-schema.ts";
import type { Micros } from "../../firmware/time.ts";
import { SimulatedRack } from "../simulator/simulated-rack.ts";
import { fetchIntoCache, portionEvents } from "./processor-cache.ts";
import { CommunicationListener, type CommunicationRecording } from "./recorded-communication.ts";
import { bringIntoService, countCalls, endCalls, offerCalls } from "./simulated-load.ts";

export interface RecordedEvent {
  readonly event: ApplicationEvent;
  readonly atMicros: Micros;
  readonly wallMillis: number;
}

/** What one application was given. */
export interface Recording {
  readonly events: readonly RecordedEvent[];
  /** The first event after the rack was in service: here the calls begin. */
  readonly callsFrom: number;
}

export interface RackRecording {
  readonly calls: number;
  readonly callsLost: number;
  /** Of the applications. */
  readonly bySlot: ReadonlyMap<number, Recording>;
  readonly communication: ReadonlyMap<number, CommunicationRecording>;
  readonly primarySlot: number;
  readonly backupSlot: number;
}

/** The last commits are on their way when the exchanges have had their last message. */
const settleMillis = 50;
const mix = { ringMicros: 100_000, holdMicros: 200_000 };

/** A rack comes into service, carries calls for a while, and all of them end. */
export function recordRack(configuration: RackConfiguration, callsPerSecond: number, millis: number): RackRecording {
  const recorded = new Map<number, RecordedEvent[]>(configuration.cards.map(({ slot }) => [slot, []]));
  const rack: SimulatedRack = new SimulatedRack(configuration, {
    mix,
    watch: {
      observe: ({ slot }, event) => {
        const { clock } = rack;
        recorded.get(slot)?.push({ event, atMicros: clock.nowMicros(), wallMillis: clock.wallMillis() });
      },
    },
  });
  const listeners = new Map(rack.slots.map((slot) => [slot, new CommunicationListener(rack.card(slot), rack.clock)]));
  bringIntoService(rack);
  for (const listener of listeners.values()) listener.callsBegin();
  const callsFrom = new Map([...recorded].map(([slot, { length }]) => [slot, length]));
  offerCalls(rack, callsPerSecond);
  rack.run(millis);
  endCalls(rack);
  rack.run(settleMillis);
  const { attempted, lost } = countCalls(rack);
  const [primarySlot] = rack.primaries();
  return {
    calls: attempted,
    callsLost: lost,
    bySlot: new Map([...recorded].map(([slot, events]) => [slot, { events, callsFrom: callsFrom.get(slot) ?? 0 }])),
    communication: new Map([...listeners].map(([slot, listener]) => [slot, listener.recording()])),
    primarySlot,
    backupSlot: rack.slotsOf("call-server").find((slot) => slot !== primarySlot) ?? primarySlot,
  };
}

/** Lives through it all. @returns processor time of the calls alone, all threads of this process */
export function replay(application: Application, recording: Recording): Micros {
  comeIntoService(application, recording);
  return replayCalls(application, recording);
}

/** What was before the calls. */
export function comeIntoService(application: Application, { events, callsFrom }: Recording): void {
  application.start(0);
  for (const { event, atMicros, wallMillis } of events.slice(0, callsFrom))
    application.step(event, atMicros, wallMillis);
}

/** @returns processor time, all threads of this process */
export function replayCalls(application: Application, { events, callsFrom }: Recording): Micros {
  let micros: Micros = 0;
  for (let from = callsFrom; from < events.length; from += portionEvents) {
    const to = Math.min(from + portionEvents, events.length);
    for (let index = from; index < to; index++) fetchIntoCache(events[index].event);
    const before = process.cpuUsage();
    live(application, events, from, to);
    const { user, system } = process.cpuUsage(before);
    micros += user + system;
  }
  return micros;
}

/** The same untimed, and with nothing allocated beside what the application allocates. */
export function liveCalls(application: Application, { events, callsFrom }: Recording): void {
  live(application, events, callsFrom, events.length);
}

function live(application: Application, events: readonly RecordedEvent[], from: number, to: number): void {
  for (let index = from; index < to; index++) {
    const { event, atMicros, wallMillis } = events[index];
    application.step(event, atMicros, wallMillis);
    application.nextDeadline();
  }
}
