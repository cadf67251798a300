/** What was otherwise than in the undisturbed run, apart from what may be. */
import { difference, type Outcome } from "../outcome.ts";
import { type Deviation, type DeviationName, deviations } from "./deviations.ts";
import type { CallSeen, ScenarioRun } from "./scenario-run.ts";

/** @returns the first thing, in a sentence; `undefined` when nothing was */
export function differenceOf(undisturbed: ScenarioRun, run: ScenarioRun): string | undefined {
  const names = deviationsOf(run);
  const rows = deviations.filter(({ name }) => names.includes(name));
  if (rows.length === 0) return difference(undisturbed.outcome, run.outcome);
  return difference(seenBy(rows, undisturbed), seenBy(rows, run)) ?? commandDifference(rows, undisturbed, run);
}

/** All that was otherwise and may be: what the exchanges noticed, and what the gateway did. */
export function deviationsOf(run: ScenarioRun): readonly DeviationName[] {
  const anotherTransporter: DeviationName = "another transporter";
  const isAnother = run.outcome.commands["*"] !== undefined && run.mayDeviate.includes(anotherTransporter);
  return isAnother ? [...run.deviations, anotherTransporter] : run.deviations;
}

/** The outcome without what may be otherwise. */
function seenBy(rows: readonly Deviation[], { outcome, calls }: ScenarioRun): Outcome {
  const otherwise = new Set(rows.flatMap((row) => row.otherwise));
  const { records, ...rest } = otherwise.has("circuits") ? byCall(outcome, calls) : outcome;
  const compared = Object.entries({
    ...rest,
    messages: otherwise.has("messages") ? messagesByCall(rows, calls) : rest.messages,
    records: records.map((list) => {
      const answer = otherwise.has("answer") ? list.replaceAll(/\banswered/g, "unanswered") : list;
      return otherwise.has("releasedBy") ? answer.replaceAll(/ (calling|called)(?=$|; )/g, "") : answer;
    }),
  }).filter(([key]) => key === "messages" || !otherwise.has(key as keyof Outcome));
  return Object.fromEntries(compared) as unknown as Outcome;
}

function messagesByCall(rows: readonly Deviation[], calls: readonly CallSeen[]): Outcome["messages"] {
  const unheard = rows.flatMap((row) => row.unheard ?? []);
  const unsaid = rows.flatMap((row) => row.unsaid ?? []);
  const isCompared = (line: string) =>
    !unheard.some((type) => line.startsWith(`received ${type} `)) &&
    !unsaid.some((type) => line.startsWith(`sent ${type} `));
  return Object.fromEntries(calls.map(({ messages }, number) => [number, messages.filter(isCompared)]));
}

/** Circuits by the call that was on them last: the numbers of the others stay. */
function byCall(outcome: Outcome, calls: readonly CallSeen[]): Outcome {
  const names = new Map(calls.map(({ circuit }, number) => [circuit, `call ${number}`]));
  const named = (text: string) => text.replaceAll(/\b[a-z]+\/\d+/g, (name) => names.get(name) ?? name);
  const renamed = (lists: readonly string[]) => lists.map((list) => list.split("; ").map(named).sort().join("; "));
  return { ...outcome, circuitsLeft: renamed(outcome.circuitsLeft), records: renamed(outcome.records) };
}

/** Of the commands to the gateway, what is not otherwise. */
function commandDifference(rows: readonly Deviation[], undisturbed: ScenarioRun, run: ScenarioRun): string | undefined {
  const loose = rows.filter((row) => row.otherwise.includes("commands") && row.mayCome === undefined);
  const [found, expected] =
    loose.length > 0 ? [oftenIn(loose, run), oftenIn(loose, undisturbed)] : restOf(rows, undisturbed, run);
  return JSON.stringify(found) === JSON.stringify(expected)
    ? undefined
    : `commands: ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`;
}

/** How often each verb comes that all these rows want as often. */
function oftenIn(rows: readonly Deviation[], run: ScenarioRun): readonly string[] {
  const verbs = [...new Set(rows.flatMap((row) => row.asOften ?? []))].filter((verb) =>
    rows.every((row) => row.asOften?.includes(verb)),
  );
  return verbs.map((verb) => `${verb} ${commandsOf(run).filter(isOf([verb])).length} times`);
}

/** Where only some commands may be otherwise: the rest of them. */
function restOf(
  rows: readonly Deviation[],
  undisturbed: ScenarioRun,
  run: ScenarioRun,
): readonly (readonly string[])[] {
  const mayCome = isOf(rows.flatMap((row) => row.mayCome ?? []));
  const mayBeMissing = isOf(rows.flatMap((row) => row.mayBeMissing ?? []));
  const found = commandsOf(run).filter((command) => !mayCome(command));
  const expected = commandsOf(undisturbed).filter((command) => found.includes(command) || !mayBeMissing(command));
  return [found, expected];
}

function isOf(verbs: readonly string[]): (command: string) => boolean {
  return (command) => verbs.some((verb) => command.startsWith(`${verb} `));
}

/** All of them, endpoint by endpoint. */
function commandsOf({ outcome }: ScenarioRun): readonly string[] {
  return Object.values(outcome.commands).flat();
}
