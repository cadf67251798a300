import { linuxEntropy } from "../../../hal/linux/entropy.ts";
import { entropyContract } from "../../contract/entropy.ts";

entropyContract("Linux", linuxEntropy);
