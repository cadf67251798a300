/** What a card's console writes, as a program at its other end reads it. */

/** Behind which a command is typed, and what has been typed behind it. */
export const prompt = /^\S+@slot \d+(?: -> slot \d+)?[#>] $/;
export const typedAtPrompt = /^\S+@slot \d+(?: -> slot \d+)?[#>] /;

export const interrupt = "\x03";
export const enter = "\r";

// biome-ignore lint/suspicious/noControlCharactersInRegex: what a line editor sends to a terminal.
const terminalControls = /\x1b\[[0-9;?]*[A-Za-z]|\x1b.|[\0-\x08\x0b-\x1f\x7f]/g;

/** What a line comes to on a terminal: without its controls, and without what was written over. */
export function shown(line: string): string {
  const ended = line.endsWith("\r") ? line.slice(0, -1) : line;
  return (ended.split("\r").at(-1) ?? "").replace(terminalControls, "");
}
