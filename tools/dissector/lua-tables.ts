/** The tables of the dissector, in Lua: generated from the declarations of the records. */
import type { PartShape, Shape } from "../../firmware/layout/layout.ts";
import { bodies, classNames, inner, names, roots, rootsOfClasses } from "./record-shapes.ts";
import { recordClass } from "../../firmware/backplane/frame-identifier.ts";

const beginMark = "-- BEGIN of what is generated from the declarations of the records: npm run dissector\n";
const endMark = "-- END of what is generated\n";

/** The text of the dissector with its tables as they are now. Throws where the marks are missing. */
export function withTables(dissector: string): string {
  const [begin, end] = [dissector.indexOf(beginMark), dissector.indexOf(endMark)];
  if (begin < 0 || end < begin) throw new Error("the marks of the generated tables are not in the dissector");
  return `${dissector.slice(0, begin + beginMark.length)}${luaTables()}${dissector.slice(end)}`;
}

function luaTables(): string {
  const shapes = Object.entries(roots).map(([name, shape]) => `shapes[${text(name)}] = ${shapeText(shape, "")}\n`);
  const classes = Object.entries(rootsOfClasses).map(
    ([name, root]) => `  [${recordClass[name as keyof typeof rootsOfClasses]}] = ${text(root)},\n`,
  );
  return [
    `local class_names = ${numbersText(classNames)}\n`,
    `-- What a record of a class is.\nlocal roots = {\n${classes.join("")}}\n`,
    "local shapes = {}\n",
    ...shapes,
    `-- What lies in the octets of a field.\nlocal inner = {\n${rows(inner, text)}}\n`,
    `-- What the body of a commit is instead, by what it consumed.\nlocal bodies = ${numbersText(bodies)}\n`,
    `-- What numbers are called.\nlocal names = {\n${rows(names, numbersText)}}\n`,
  ].join("");
}

function shapeText(shape: Shape, indent: string): string {
  switch (shape.form) {
    case "unsigned":
      return text(`u${8 * shape.octets}`);
    case "list":
      return `{ list = ${shapeText(shape.item, indent)} }`;
    case "layout":
      return `{ layout = ${partsText(shape.parts, indent)} }`;
    case "variants": {
      const cases = shape.cases.map(
        ({ kind, tag, parts }) => `${indent}  [${tag}] = { ${text(kind)}, ${partsText(parts, `${indent}  `)} },\n`,
      );
      return `{ shared = ${widthsText(shape.shared)}, cases = {\n${cases.join("")}${indent}} }`;
    }
    default:
      return text(shape.form);
  }
}

function partsText(parts: readonly PartShape[], indent: string): string {
  return `{ ${parts.map((part) => partText(part, indent)).join(", ")} }`;
}

function partText(part: PartShape, indent: string): string {
  if ("bits" in part) return `{ bits = ${widthsText(part.bits)} }`;
  const condition = part.when === undefined ? "" : `when = ${text(part.when)}, `;
  const fields = Object.entries(part.fields).map(
    ([name, shape]) => `{ ${text(name)}, ${shapeText(shape, `${indent}  `)} }`,
  );
  return `{ ${condition}${fields.join(", ")} }`;
}

function widthsText(widths: Readonly<Record<string, number>>): string {
  return `{ ${Object.entries(widths)
    .map(([name, width]) => `{ ${text(name)}, ${width} }`)
    .join(", ")} }`;
}

function numbersText(numbers: Readonly<Record<number, string>>): string {
  return `{ ${Object.entries(numbers)
    .map(([number, name]) => `[${number}] = ${text(name)}`)
    .join(", ")} }`;
}

function rows<T>(table: Readonly<Record<string, T>>, valueText: (value: T) => string): string {
  return Object.entries(table)
    .map(([name, value]) => `  [${text(name)}] = ${valueText(value)},\n`)
    .join("");
}

function text(value: string): string {
  return JSON.stringify(value);
}
