import { expect, test } from "vitest";
import { applicationServerRows } from "../../../firmware/m3ua/application-server.ts";
import { localAspRows } from "../../../firmware/m3ua/local-asp.ts";
import { peerAspRows } from "../../../firmware/m3ua/peer-asp.ts";
import type { ProcedureRow } from "../../../firmware/m3ua/procedure-table.ts";

/** States across, events down, the next state in the cell and `!` where something is sent; `.` is a hole. */
function matrix(rows: readonly ProcedureRow<string, string, string>[]): string {
  const states = [...new Set(rows.map(([state]) => state))];
  const events = [...new Set(rows.map(([, event]) => event))];
  const cell = (state: string, event: string): string => {
    const row = rows.find((each) => each[0] === state && each[1] === event);
    return row ? `${row[2]}${row[3].length > 0 ? "!" : ""}` : ".";
  };
  const lines = [["", ...states], ...events.map((event) => [event, ...states.map((state) => cell(state, event))])];
  const widths = ["", ...states].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return lines
    .map((line) =>
      line
        .map((text, i) => text.padEnd(widths[i]))
        .join(" ")
        .trimEnd(),
    )
    .join("\n");
}

test("no pair of state and event has two rows", () => {
  for (const rows of [localAspRows, peerAspRows, applicationServerRows]) {
    const pairs = rows.map(([state, event]) => `${state} ${event}`);
    expect(new Set(pairs).size).toBe(pairs.length);
  }
});

test("our own ASP at the peer (RFC 4666 4.3.4)", () => {
  expect(matrix(localAspRows)).toMatchInlineSnapshot(`
    "                 closed down      up-sent    inactive     active-sent    active         standby      inactive-sent  down-sent
    connected        down   .         .          .            .              .              .            .              .
    raise            .      up-sent!  .          active-sent! .              .              active-sent! .              .
    up-ack           .      inactive! inactive   inactive     active-sent    inactive!      standby      inactive-sent  down-sent
    down-ack         .      down      up-sent    down         down           down           down         down           down
    disconnected     .      closed    closed     closed       closed         closed         closed       closed         closed
    Tack             .      .         up-sent!   .            active-sent!   .              .            inactive-sent! down-sent!
    lower            .      .         down-sent! down-sent!   inactive-sent! inactive-sent! down-sent!   .              .
    inactive-ack     .      .         .          inactive     active-sent    inactive       standby      inactive       down-sent
    active-ack       .      .         .          .            active         active         .            inactive-sent  down-sent
    alternate-active .      .         .          .            .              standby        .            .              .
    as-pending       .      .         .          .            .              .              active-sent! .              ."
  `);
});

test("the peer's ASP (RFC 4666 4.3.4)", () => {
  expect(matrix(peerAspRows)).toMatchInlineSnapshot(`
    "             closed down      inactive  active
    connected    down   .         .         .
    up           .      inactive! inactive! inactive!
    down         .      down!     down!     down!
    disconnected .      closed    closed    closed
    active       .      .         active!   active!
    inactive     .      .         inactive! inactive!
    bar-up       .      .         down!     down!
    overridden   .      .         .         inactive!
    bar-active   .      .         .         inactive!"
  `);
});

test("the application server (RFC 4666 4.3.2)", () => {
  expect(matrix(applicationServerRows)).toMatchInlineSnapshot(`
    "            down     inactive active  pending
    down        down     down     pending pending
    inactive    inactive inactive pending pending
    active      active   active   active  active
    Tr-inactive .        .        .       inactive
    Tr-down     .        .        .       down"
  `);
});
