/** The tests in guest/, run in a kernel with SocketCAN. */
import { expect, test } from "vitest";
import { runInGuest } from "./uml/machine.ts";

interface Report {
  readonly numTotalTests: number;
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

const rackTest = "test/machines/guest/rack.guest.ts";

/** @param choice of vitest's arguments: which files */
async function runGuestTests(choice: string): Promise<void> {
  const vitest = `node_modules/.bin/vitest run --config test/machines/guest/vitest.config.ts ${choice}`;
  const reporters = "--reporter=dot --reporter=json --outputFile.json=$WORK/report.json";
  const guest = await runInGuest(
    `WORK=$PWD; cd $REPOSITORY && CI=1 NO_COLOR=1 PATH=$PWD/node_modules/.bin:$PATH ${vitest} ${reporters}`,
    300_000,
  );
  process.stdout.write(guest.output);
  const left = guest.left("report.json");
  expect(left, "the tests in the guest came to no end").toBeDefined();
  const { testResults } = JSON.parse(left ?? "") as Report;
  const results = testResults.flatMap(({ assertionResults }) => assertionResults);
  expect(results.filter(({ status }) => status !== "passed").map(({ fullName }) => fullName)).toEqual([]);
  expect(results.length).toBeGreaterThan(0);
  expect(guest.exitCode).toBe(0);
}

test("in a kernel with SocketCAN", async () => {
  await runGuestTests(process.env.GUEST_TESTS ?? `--exclude ${rackTest}`);
});

// It has a guest of its own: with whatever the others leave behind it would measure them, too.
test.skipIf(process.env.GUEST_TESTS !== undefined)("a rack in a kernel with SocketCAN", async () => {
  await runGuestTests(rackTest);
});
