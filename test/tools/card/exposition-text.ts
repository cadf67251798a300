/** Prometheus' text format 0.0.4, read strictly: what is not by its grammar is an error with the line. */

export interface Family {
  readonly name: string;
  readonly help: string;
  readonly kind: string;
  readonly samples: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}

const metricName = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const labelPair = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\[\\\\"n])*"';
const number = "[+-]?(?:Inf|\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?)|NaN";
const helpLine = new RegExp(`^# HELP (${metricName}) (.*)$`);
const typeLine = new RegExp(`^# TYPE (${metricName}) (counter|gauge|histogram|summary|untyped)$`);
const sampleLine = new RegExp(`^(${metricName})(?:\\{(${labelPair}(?:,${labelPair})*)?\\})? (${number})( \\d+)?$`);

/** By name. All lines of a family come together, HELP and TYPE first; no series is there twice. */
export function readExposition(text: string): ReadonlyMap<string, Family> {
  if (!text.endsWith("\n")) throw new Error("the last line does not end");
  const families = new Map<string, Family & { samples: Family["samples"][number][] }>();
  const series = new Set<string>();
  let help: { readonly name: string; readonly text: string } | undefined;
  let open: string | undefined;
  for (const each of text.slice(0, -1).split("\n")) {
    if (each === "") continue;
    const helped = helpLine.exec(each);
    const typed = typeLine.exec(each);
    const sample = sampleLine.exec(each);
    if (helped !== null) {
      help = { name: helped[1], text: helped[2] };
    } else if (typed !== null) {
      const [, name, kind] = typed;
      if (help?.name !== name || families.has(name)) throw new Error(`out of place: ${each}`);
      families.set(name, { name, help: help.text, kind, samples: [] });
      open = name;
    } else if (sample !== null) {
      const [, name, pairs = "", value] = sample;
      const family = families.get(name);
      if (family === undefined || open !== name) throw new Error(`out of place: ${each}`);
      const labels = labelsOf(pairs);
      const key = `${name} ${JSON.stringify(Object.entries(labels).sort())}`;
      if (series.has(key)) throw new Error(`there twice: ${each}`);
      series.add(key);
      family.samples.push({ labels, value: Number(value.replace("Inf", "Infinity")) });
    } else throw new Error(`not by the grammar: ${each}`);
  }
  return families;
}

function labelsOf(pairs: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [pair] of pairs.matchAll(new RegExp(labelPair, "g"))) {
    const at = pair.indexOf("=");
    const value = pair.slice(at + 2, -1);
    labels[pair.slice(0, at)] = value.replace(/\\(.)/g, (_, character) => (character === "n" ? "\n" : character));
  }
  return labels;
}
