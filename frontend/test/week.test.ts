import assert from "node:assert/strict";
import { test } from "node:test";
import { Format } from "../src/format.ts";
import {
  added, changes, clock, daysBetween, edited, EVERY_DAY, LAST, moved, problem, resized, sent, shifted, snapped, typed,
  type Slot, type WeekMessage, type WrittenSlot,
} from "../src/week/model.ts";

const NIGHT: Slot = { number: 0, days: EVERY_DAY, start: 60, end: 300, power: -800, enabled: true };

function known(slot: Slot, more: Partial<WrittenSlot> = {}): WrittenSlot {
  return { ...sent(slot), is_owners: true, written_at: 0, doubt: null, ...more };
}

function message(...slots: WrittenSlot[]): WeekMessage {
  return {
    battery: true, name: "Venus", slots, numbers: [0, 1, 2, 3, 4, 9], charge: 2500, discharge: 800,
    is_backup: false, may_write: true,
  };
}

test("a slot comes back from the server as it was sent", () => {
  const week = message(known(NIGHT));
  assert.deepEqual(edited(week, new Map()), [NIGHT]);
  assert.deepEqual(sent(NIGHT), { slot: 0, days: 127, start: "01:00", end: "05:00", power: -800, enabled: true });
});

test("only what differs is written, and what is in doubt is written again", () => {
  const week = message(known(NIGHT), known({ ...NIGHT, number: 7 }, { is_owners: false }));
  assert.deepEqual(changes(week, new Map([[0, { ...NIGHT }]])), []);
  const after = { ...NIGHT, power: -600 };
  assert.deepEqual(changes(week, new Map([[0, after]])), [{ number: 0, before: NIGHT, after }]);
  assert.equal(changes(week, new Map([[0, null]])).length, 1);
  assert.equal(changes(message(), new Map([[0, null]])).length, 0);
  assert.equal(changes(message(known(NIGHT, { doubt: "?" })), new Map([[0, NIGHT]])).length, 1);
});

test("a slot stays within its day and its week, whatever is done to it", () => {
  assert.deepEqual(moved(NIGHT, -500), { ...NIGHT, start: 0, end: 240 });
  assert.deepEqual(moved(NIGHT, 5000), { ...NIGHT, start: 1200, end: LAST });
  assert.deepEqual(moved(moved(NIGHT, 5000), -60), { ...NIGHT, start: 1140, end: 1380 });
  assert.deepEqual(resized(NIGHT, "end", 0), { ...NIGHT, end: 75 });
  assert.deepEqual(resized(NIGHT, "start", 999), { ...NIGHT, start: 285 });
  assert.equal(shifted(NIGHT, 1), NIGHT);
  const weekend = { ...NIGHT, days: 0b1100000 };
  assert.equal(shifted(weekend, 1), weekend);
  assert.equal(shifted(weekend, -5).days, 0b11);
  assert.equal(shifted(weekend, -6), weekend);
});

test("overlaps and days that are missing keep changes from being written", () => {
  const other = { ...NIGHT, number: 1, start: 240, end: 600 };
  const week = message(known(NIGHT));
  const wrong = (slot: Slot) => {
    const edits = new Map([[1, slot]]);
    return problem(edited(week, edits), changes(week, edits));
  };
  assert.deepEqual(wrong(other), { key: "week_overlap", numbers: [0, 1] });
  assert.equal(wrong({ ...other, start: 300 }), undefined);
  assert.equal(wrong({ ...other, enabled: false }), undefined);
  assert.deepEqual(wrong({ ...other, start: 300, days: 0 }), { key: "week_no_days", numbers: [1] });
  // What was written so from elsewhere does not keep other changes from being written.
  const odd = message(known(NIGHT), known(other));
  const edits = new Map([[9, { ...NIGHT, number: 9, start: 700, end: 800 }]]);
  assert.equal(problem(edited(odd, edits), changes(odd, edits)), undefined);
});

test("a new slot takes a free number and free hours, within the limits", () => {
  const week = { ...message(known(NIGHT)), charge: 500 };
  const first = added(week, edited(week, new Map()), undefined)!;
  assert.deepEqual(first, { number: 1, days: EVERY_DAY, start: 720, end: 840, power: -500, enabled: true });
  const full = message(...[0, 1, 2, 3, 4, 9].map((number) => known({ ...NIGHT, number })));
  assert.equal(added(full, edited(full, new Map()), undefined), undefined);
  const whole = message(known({ ...NIGHT, start: 0, end: LAST }));
  assert.equal(added(whole, edited(whole, new Map()), undefined), undefined);
});

test("times are read and written as fields have them", () => {
  assert.equal(clock(61), "01:01");
  assert.equal(typed("07:30", false), 450);
  assert.equal(typed("00:00", true), LAST);
  assert.equal(typed("", true), null);
  assert.equal(snapped(1436), LAST);
  assert.equal(snapped(8), 15);
  assert.equal(daysBetween(4, 2), 0b0011100);
  assert.equal(daysBetween(0, 6), EVERY_DAY);
  assert.equal(new Format("fr", "UTC").clock(1440), "24:00");
  assert.equal(new Format("de", "UTC").weekdayName(0), "Mo");
});
