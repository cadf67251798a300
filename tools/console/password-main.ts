/** `npm run password`: asks for a password, and prints what stands for it in rack.yaml. */
import { hashPassword } from "../card/password.ts";
import { askPassword } from "./ask-password.ts";

const password = await askPassword();
if (password === "") {
  process.stderr.write("an empty password is none\n");
  process.exitCode = 2;
} else console.log(await hashPassword(password));
