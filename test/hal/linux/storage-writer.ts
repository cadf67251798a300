import { linuxStorage } from "../../../hal/linux/storage.ts";

/** Appends numbered lines and puts their number without end, telling each number when its calls have returned. */
const storage = linuxStorage(process.argv[2] ?? "");
for (let number = 0; ; number++) {
  storage.append("lines", `${number}\n`);
  storage.put("number", String(number).padStart(1000, "0"));
  process.stdout.write(`${number}\n`);
}
