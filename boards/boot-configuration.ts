/** What a board's config.txt says, for the maker's own system. */
import type { Board, Overlay } from "./board.ts";

/** Lines to append to config.txt. Empty where the board boots in another way. */
export function bootConfiguration({ boot }: Board): readonly string[] {
  if (boot === undefined) return [];
  return [
    ...boot.configurationLines,
    ...boot.deviceTreeParameters.map((parameter) => `dtparam=${parameter}`),
    ...boot.overlays.map((overlay) => `dtoverlay=${overlayText(overlay)}`),
  ];
}

/** `mcp251xfd,spi0-0,interrupt=25` */
function overlayText({ name, parameters }: Overlay): string {
  const given = Object.entries(parameters).map(([key, value]) => (value === true ? key : `${key}=${value}`));
  return [name, ...given].join(",");
}
