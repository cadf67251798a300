/** The tests in guest/, run in a kernel with SocketCAN. */
import { expect, test } from "vitest";
import { runInGuest } from "./uml/machine.ts";

interface Report {
  readonly numTotalTests: number;
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

test("in a kernel with SocketCAN", async () => {
  const vitest = `node_modules/.bin/vitest run --config test/machines/guest/vitest.config.ts ${process.env.GUEST_TESTS ?? ""}`;
  const reporters = "--reporter=dot --reporter=json --outputFile.json=$WORK/report.json";
  const guest = await runInGuest(
    `WORK=$PWD; cd $REPOSITORY && CI=1 NO_COLOR=1 PATH=$PWD/node_modules/.bin:$PATH ${vitest} ${reporters}`,
    300_000,
  );
  process.stdout.write(guest.output);
  const report = JSON.parse(guest.left("report.json") ?? "{}") as Report;
  const results = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  expect(results.filter(({ status }) => status !== "passed").map(({ fullName }) => fullName)).toEqual([]);
  expect(results.length).toBeGreaterThan(0);
  expect(guest.exitCode).toBe(0);
});
