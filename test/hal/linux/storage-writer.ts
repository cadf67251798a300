import { linuxStorage } from "../../../hal/linux/storage.ts";

/** Appends numbered lines without end, telling each number when its call has returned. */
const storage = linuxStorage(process.argv[2] ?? "");
for (let number = 0; ; number++) {
  storage.append("lines", `${number}\n`);
  process.stdout.write(`${number}\n`);
}
