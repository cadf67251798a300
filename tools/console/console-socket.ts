/** Where a card of a rack of processes has its console, in the folder that keeps its files. */
export const consoleSocket = "console.sock";
