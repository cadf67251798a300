/** Processors that there is firmware for, as Node calls them. */
export const processors = ["arm64", "x64"] as const;
export type Processor = (typeof processors)[number];
