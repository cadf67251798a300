import { expect, test } from "vitest";
import { Contact, contactRestMicros } from "../../../firmware/front-panel/contact.ts";

test("a contact that bounces counts once, when it has come to rest", () => {
  const contact = new Contact(false);
  let now = 1_000_000;
  for (const position of [true, false, true, false, true]) {
    contact.note(position, now);
    now += 3_000;
    expect(contact.settle(now)).toBeUndefined();
  }
  const restAt = now - 3_000 + contactRestMicros;
  expect(contact.nextDeadline()).toBe(restAt);
  expect(contact.settle(restAt - 1)).toBeUndefined();
  expect(contact.settle(restAt)).toBe(true);
  expect(contact.settle(restAt)).toBeUndefined();
  expect(contact.nextDeadline()).toBeUndefined();
});

test("one that returns before it has come to rest has not moved", () => {
  const contact = new Contact(false);
  contact.note(true, 0);
  contact.note(false, 20_000);
  expect(contact.settle(1_000_000)).toBeUndefined();
});

test("that the position is told again does not make it wait longer", () => {
  const contact = new Contact(false);
  contact.note(true, 0);
  contact.note(true, contactRestMicros - 1);
  expect(contact.settle(contactRestMicros)).toBe(true);
});
