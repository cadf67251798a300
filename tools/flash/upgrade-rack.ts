/** Upgrades cards of a running rack, over the console of one of them. */
import { setTimeout as pause } from "node:timers/promises";
import { UserError } from "../configuration/read-configuration.ts";
import { CommandRefused, type ConsoleUser, type LineOpener } from "./console-conversation.ts";
import { reportOf, sureReportOf, type UpgradeRow } from "./console-reports.ts";
import { type Firmware, handOver } from "./hand-over.ts";
import { StandingConversation, type UpgradeTimes } from "./standing-conversation.ts";
import { type Processor, processors } from "./processor.ts";
import { UpgradeFailure } from "./upgrade-failure.ts";
import { hasComeBack, type Standing, standingOf } from "./upgrade-standing.ts";
import { targetsOf, type WantedCards } from "./upgrade-targets.ts";

export interface UpgradeWish {
  readonly cards: WantedCards;
  readonly over: string;
  /** Also cards that no other stands in for. */
  readonly atAllCosts: boolean;
  readonly opener: LineOpener;
  readonly user: ConsoleUser;
  readonly times: UpgradeTimes;
  /** What the cards are to run. @throws UserError where there is none for them */
  firmware(processor: Processor): Promise<Firmware>;
  tell(what: string): void;
}

/** Cards that begin anew forget what they were ordered to give. */
const ordersMax = 3;
/** What a console says of what it does not do. */
const refused = "nothing was done: ";
const alone = "no other card stands in";
const unknownWord = /is not known here|there is no report/;

/**
 * @returns a line a card: its slot, and what it runs
 * @throws UserError; UpgradeFailure when a card does not run it in the end, with a sentence that says why
 */
export async function upgradeRack(wish: UpgradeWish): Promise<readonly string[]> {
  const conversation = new StandingConversation(wish.opener, wish.user, wish.times, wish.tell);
  try {
    return await new RackUpgrade(wish, conversation).run();
  } catch (error) {
    if (!(error instanceof CommandRefused)) throw error;
    throw new UpgradeFailure(`the card says: ${error.message}`);
  } finally {
    await conversation.close();
  }
}

class RackUpgrade {
  readonly #wish: UpgradeWish;
  readonly #conversation: StandingConversation;
  /** The card at the line. */
  #own = 0;
  #slots: readonly number[] = [];
  #version = "";
  /** What the card says to the last order, and how often somebody had to log in until then. */
  #ordered = { said: "", logins: 0 };
  /** As they were told last. */
  readonly #told = new Map<number, string>();

  constructor(wish: UpgradeWish, conversation: StandingConversation) {
    this.#wish = wish;
    this.#conversation = conversation;
  }

  async run(): Promise<readonly string[]> {
    const { tell } = this.#wish;
    await this.#lookAround();
    const firmware = await this.#wish.firmware(await this.#processor());
    this.#version = firmware.version;
    this.#conversation.progressed();
    let rows = await this.#rows();
    if (this.#slots.every((slot) => this.#standing(rows, slot).kind === "runs")) {
      tell(`${slotsText(this.#slots)} ${this.#slots.length === 1 ? "runs" : "run"} ${this.#version} already`);
      return tableOf(rows, this.#slots);
    }
    await this.#handOver(firmware);
    await this.#order(rows);
    rows = await this.#untilAllRun();
    return tableOf(rows, this.#slots);
  }

  async #lookAround(): Promise<void> {
    const { cards, over, tell } = this.#wish;
    const report = await this.#conversation.with((console) => sureReportOf(console, "cards"));
    this.#own = report.slot;
    const { slots, absent } = targetsOf(cards, over, report.slot, report.rows);
    this.#slots = slots;
    for (const slot of absent) tell(`slot ${slot} is not heard, and is left as it is`);
    // Whether these commands are known is better found out before than after.
    await this.#rows();
  }

  /** Of all cards that are upgraded. */
  async #processor(): Promise<Processor> {
    const found = new Map<Processor, number[]>();
    for (const slot of this.#slots) {
      const at = slot === this.#own ? undefined : slot;
      const { rows } = await this.#conversation.with((console) => sureReportOf(console, "version", at));
      const host = String(rows.find(({ what }) => what === "host")?.value ?? "nothing");
      const processor = processors.find((each) => host.split(" ").includes(each));
      if (processor === undefined)
        throw new UserError(`slot ${slot} runs on ${host}: there is firmware for ${processors.join(" and ")} alone`);
      found.set(processor, [...(found.get(processor) ?? []), slot]);
    }
    const [one, ...others] = found;
    if (others.length === 0) return one[0];
    const groups = [...found].map(([processor, slots]) => `${slotsText(slots)} ${processor}`).join(", ");
    throw new UserError(`these cards have not all the same processor: upgrade ${groups} each by themselves`);
  }

  async #handOver(firmware: Firmware): Promise<void> {
    const { tell } = this.#wish;
    const kilo = Math.ceil(firmware.octets.length / 1000);
    tell(`hands ${kilo} kB of ${firmware.version} over to slot ${this.#own}`);
    let told = "";
    const progress = (octets: number) => {
      this.#conversation.progressed();
      const text = `hands over: ${10 * Math.floor((10 * octets) / firmware.octets.length)} %`;
      if (text !== told) tell(text);
      told = text;
    };
    await this.#conversation.with((console) => handOver(console, firmware, progress));
  }

  // --- orders

  /** Those that do not run it yet. */
  async #order(rows: readonly UpgradeRow[]): Promise<void> {
    const slots = this.#slots.filter((slot) => this.#standing(rows, slot).kind !== "runs");
    this.#wish.tell(`orders ${slotsText(slots)} to run ${this.#version}`);
    const command = `upgrade cards ${slots.join(",")}${this.#wish.atAllCosts ? " now" : ""}`;
    const said = await this.#conversation.with((console) => console.command(command));
    this.#ordered = { said: said.join(" "), logins: this.#conversation.logins };
    const refusal = said.find((line) => line.startsWith(refused));
    if (refusal !== undefined)
      await this.#fail(
        rows,
        slots[0],
        `slot ${this.#own} says: ${refusal}${refusal.includes(alone) ? " (--now)" : ""}`,
      );
    for (const line of said) this.#wish.tell(`slot ${this.#own} says: ${line}`);
    this.#conversation.progressed();
  }

  async #untilAllRun(): Promise<readonly UpgradeRow[]> {
    let orders = 1;
    let before = "";
    for (;;) {
      const loginsBefore = this.#conversation.logins;
      const rows = await this.#rows();
      this.#tellStandings(rows);
      const standings = this.#slots.map((slot) => ({ slot, ...this.#standing(rows, slot) }));
      if (standings.every(({ kind }) => kind === "runs")) return rows;
      const bad = standings.filter(({ kind }) => kind === "failed" || kind === "not ordered");
      // A word that the line has changed is not believed at once.
      const isSure = JSON.stringify(bad) === before;
      before = JSON.stringify(bad);
      if (bad.length > 0 && isSure) {
        const again = orders++ < ordersMax;
        await this.#judge(rows, bad, again);
        await this.#order(rows);
      }
      this.#conversation.checkPatience(`${slotsText(this.#slots)} ${this.#told.get(this.#slots[0]) ?? ""}`);
      // Whoever has just come back is looked at at once.
      if (loginsBefore === this.#conversation.logins) await pause(this.#wish.times.pollMillis);
    }
  }

  /** @returns when nothing is wrong but that the card at the line has begun anew, and knows of no orders. @throws UpgradeFailure */
  async #judge(
    rows: readonly UpgradeRow[],
    bad: readonly (Standing & { slot: number })[],
    again: boolean,
  ): Promise<void> {
    for (const standing of bad) if (standing.kind === "failed") await this.#fail(rows, standing.slot, standing.why);
    const { said, logins } = this.#ordered;
    const [{ slot }] = bad;
    if (logins === this.#conversation.logins) await this.#fail(rows, slot, `slot ${this.#own} says: ${said}`);
    // It gives to itself last: without what it was to run, it has tried.
    if (bad.every((each) => each.slot === this.#own)) await this.#fail(rows, this.#own, hasComeBack);
    if (!again) await this.#fail(rows, slot, `it was ordered ${ordersMax} times, and forgotten`);
  }

  #standing(rows: readonly UpgradeRow[], slot: number): Standing {
    return standingOf(
      rows.find((row) => row.slot === slot),
      this.#version,
    );
  }

  #tellStandings(rows: readonly UpgradeRow[]): void {
    for (const slot of this.#slots) {
      const standing = this.#standing(rows, slot);
      const text =
        standing.kind === "runs" ? `runs ${this.#version}` : standing.kind === "under way" ? standing.text : "";
      if (text === "" || text === this.#told.get(slot)) continue;
      this.#told.set(slot, text);
      this.#wish.tell(`slot ${slot}: ${text}`);
      this.#conversation.progressed();
    }
  }

  /** Cards that wait are left as they are. */
  async #fail(rows: readonly UpgradeRow[], slot: number, why: string): Promise<never> {
    await this.#conversation.with((console) => console.command("upgrade stop"));
    for (const line of tableOf(rows, this.#slots)) this.#wish.tell(line);
    const runs = rows.find((row) => row.slot === slot)?.runs ?? "what it ran before";
    throw new UpgradeFailure(`slot ${slot} is not upgraded: ${why}; it runs on with ${runs}`);
  }

  async #rows(): Promise<readonly UpgradeRow[]> {
    try {
      return (await this.#conversation.with((console) => reportOf(console, "upgrade"))).rows;
    } catch (error) {
      if (!(error instanceof CommandRefused) || !unknownWord.test(error.message)) throw error;
      throw new UpgradeFailure(
        `slot ${this.#own} runs firmware from before upgrades: it has to be written to its card once`,
      );
    }
  }
}

function slotsText(slots: readonly number[]): string {
  return `${slots.length === 1 ? "slot" : "slots"} ${slots.join(", ")}`;
}

function tableOf(rows: readonly UpgradeRow[], slots: readonly number[]): readonly string[] {
  const lines = [...slots]
    .sort((one, other) => one - other)
    .map((slot) => `${String(slot).padEnd(4)}  ${rows.find((row) => row.slot === slot)?.runs ?? "-"}`);
  return ["slot  version", ...lines];
}
