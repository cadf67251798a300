/** With this code a card's program ends that is to be started again: its supervisor's part (`RestartForceExitStatus` of systemd). */
export const restartExitCode = 75;
