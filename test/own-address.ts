/** A loopback address that no other test process uses, nor a rack that runs on this machine: its ports are all free. */
export const ownAddress = `127.78.${(process.pid >> 8) & 0xff}.${process.pid & 0xff || 1}`;
