/** The bans as a program, for whoever wants them without the test: `node tools/tidy/main.ts`. */
import { check, findingText } from "./check.ts";
import { repositorySources } from "./repository-sources.ts";

const findings = check(repositorySources(process.cwd()));
for (const finding of findings) console.log(findingText(finding));
process.exitCode = findings.length === 0 ? 0 : 1;
