/** The rack as it is wired: cards, two planes, termination. SVG. */

/** A card of the drawing: the kinds that a rack has at least. */
const cards = ["LIM", "call server A", "call server B", "transporter"] as const;
const width = 900;
const height = 420;
const cardWidth = 140;
const cardTop = 40;
const cardHeight = 150;
const firstCardLeft = 110;
const cardPitch = 180;
/** Height at which each plane's pair of wires runs. */
const planes = [
  { name: "A", top: 260, colour: "#b5541c", tapAt: 35 },
  { name: "B", top: 345, colour: "#1c5fb5", tapAt: 105 },
] as const;
const wireGap = 12;
const planeLeft = 70;
const planeRight = width - 70;

type Plane = (typeof planes)[number];

export function rackDrawing(): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">`,
    "<title>A rack: four cards on two CAN planes, each with 120 ohm at both ends</title>",
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...cards.flatMap((name, index) => card(name, firstCardLeft + index * cardPitch)),
    ...planes.flatMap(plane),
    text(
      width / 2,
      height - 12,
      "Stubs from plane to card: 0.3 m at most. A ground wire goes along each plane as well.",
      "middle",
    ),
    "</svg>",
    "",
  ].join("\n");
}

function card(name: string, left: number): readonly string[] {
  const middle = left + cardWidth / 2;
  return [
    `<rect x="${left}" y="${cardTop}" width="${cardWidth}" height="${cardHeight}" rx="4" fill="#f2f2ee" stroke="#444444"/>`,
    text(middle, cardTop + 24, name, "middle", "bold"),
    text(middle, cardTop + 48, "board", "middle"),
    `<rect x="${left + 12}" y="${cardTop + 86}" width="${cardWidth - 24}" height="52" fill="#dfe8d8" stroke="#444444"/>`,
    text(middle, cardTop + 104, "CAN FD HAT", "middle"),
    ...planes.flatMap((each) => tap(each, left)),
  ];
}

/** The stub from a HAT's terminal to a plane: CAN high and CAN low. */
function tap({ name, top, colour, tapAt }: Plane, left: number): readonly string[] {
  const x = left + tapAt;
  const from = cardTop + 138;
  return [
    text(x, cardTop + 130, `can-${name.toLowerCase()}`, "middle"),
    line(x - 5, from, x - 5, top, colour),
    line(x + 5, from, x + 5, top + wireGap, colour),
    dot(x - 5, top, colour),
    dot(x + 5, top + wireGap, colour),
  ];
}

function plane({ name, top, colour }: Plane): readonly string[] {
  return [
    line(planeLeft, top, planeRight, top, colour),
    line(planeLeft, top + wireGap, planeRight, top + wireGap, colour),
    text(planeLeft + 8, top - 8, `plane ${name}`, "start", "bold"),
    text(planeRight - 8, top - 8, "CAN high", "end"),
    text(planeRight - 8, top + wireGap + 16, "CAN low", "end"),
    ...[planeLeft, planeRight].flatMap((x) => terminator(x, top, colour)),
  ];
}

function terminator(x: number, top: number, colour: string): readonly string[] {
  const isLeft = x === planeLeft;
  return [
    `<rect x="${x - 6}" y="${top - 4}" width="12" height="${wireGap + 8}" fill="#ffffff" stroke="${colour}" stroke-width="2"/>`,
    text(isLeft ? x - 10 : x + 10, top + wireGap - 2, "120 Ω", isLeft ? "end" : "start"),
  ];
}

function line(x1: number, y1: number, x2: number, y2: number, colour: string): string {
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${colour}" stroke-width="2"/>`;
}

function dot(x: number, y: number, colour: string): string {
  return `<circle cx="${x}" cy="${y}" r="3.5" fill="${colour}"/>`;
}

function text(x: number, y: number, what: string, anchor: "start" | "middle" | "end", weight = "normal"): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" font-weight="${weight}">${what}</text>`;
}
