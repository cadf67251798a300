/** The other end of an enquiry: what a card does for a console elsewhere in the rack. */
import { type CommandContext, consoleGrammar, isWish } from "./commands.ts";
import { decodeRequest } from "./enquiry.ts";
import { octetsOfText } from "./utf8.ts";

/** The answer in pieces, each made when it is asked for. @param log who has asked for an action */
export function* answerConsole(
  request: Uint8Array,
  context: CommandContext,
  log: (text: string) => void = () => undefined,
): Generator<Uint8Array> {
  const asked = decodeRequest(request);
  if (asked === undefined) {
    yield octetsOfText("the request cannot be read\n");
    return;
  }
  const parsed = consoleGrammar.parse(asked.command, asked.role, context);
  if (!parsed.ok) {
    yield octetsOfText(`${parsed.error}\n`);
    return;
  }
  const { run, values, text } = parsed.value;
  if (!/^(?:show|configuration)/.test(text)) log(`from another card's console: ${text}`);
  const result = run(values, context);
  if (isWish(result)) yield octetsOfText(`"${text}" works at the card's own console only\n`);
  else for (const piece of result) yield octetsOfText(piece);
}
