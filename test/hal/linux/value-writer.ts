import { openLinuxValueStore } from "../../../hal/linux/value-store.ts";

/** Puts one number after the other without end, telling each when it is confirmed. */
const store = await openLinuxValueStore(process.argv[2] ?? "");
function put(number: number): void {
  store.put("number", Buffer.from(String(number).padStart(5000, "0")), () => {
    process.stdout.write(`${number}\n`);
    put(number + 1);
  });
}
put(0);
