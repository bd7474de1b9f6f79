import assert from "node:assert/strict";
import { test } from "node:test";
import { house, isRecent, percent, places, shortened, thickness, watts, WIDTH } from "../src/flow/model.ts";
import type { EntityState } from "../src/hass.ts";
import { daysOf, todayIn } from "../src/records/model.ts";
import { bounds, firstDay, months, movedDay, neighbour, type SeasonMessage } from "../src/season/model.ts";

function state(value: string, unit = "W"): EntityState {
  return {
    entity_id: "sensor.power", state: value, last_updated: "2026-11-27T10:00:00+00:00",
    attributes: { unit_of_measurement: unit },
  };
}

function season(more: Partial<SeasonMessage> = {}): SeasonMessage {
  return {
    plan: true, season: 2026, seasons: [2025, 2026], today: "2026-11-27", tomorrow: "2026-11-28",
    days: [["2026-11-27", "blue", "rte", false, 0.1, 0.2], ["2026-11-28", "red", "rte", true, null, null]],
    left: { blue: 200, white: 43, red: 21 }, total: { blue: 300, white: 43, red: 22 },
    currency: "EUR", ...more,
  };
}

test("a power is in W whatever its unit, and what is no number is none", () => {
  assert.equal(watts(state("1.5", "kW")), 1500);
  assert.equal(watts(state("-333")), -333);
  for (const value of ["unavailable", "unknown", "", " ", "Infinity"]) assert.equal(watts(state(value)), null);
  assert.equal(watts(undefined), null);
  assert.equal(percent(state("120", "%")), 100);
});

test("the house is what grid, sun and batteries give together", () => {
  assert.equal(house(500, [200], [300, -400]), 600);
  assert.equal(house(-800, [], [-100]), 0);
});

test("the house is not known while a part of it is not", () => {
  assert.equal(house(null, [], [100]), null);
  assert.equal(house(500, [], [100, null]), null);
  const minute = 60_000;
  const then = Date.parse("2026-11-27T10:00:00Z");
  assert.ok(isRecent(state("5"), then + minute));
  assert.ok(!isRecent(state("5"), then + 10 * minute));
  assert.ok(!isRecent(undefined, then));
});

test("one to six batteries have places that do not overlap and are on the card", () => {
  for (let count = 1; count <= 6; count += 1) {
    const found = places(count, 200);
    assert.equal(new Set(found.map(({ x, y }) => `${x},${y}`)).size, count);
    for (const { x } of found) assert.ok(x >= 55 && x <= WIDTH - 55);
    for (const [index, { x, y }] of found.entries()) {
      for (const other of found.slice(index + 1)) assert.ok(Math.hypot(x - other.x, y - other.y) > 100);
    }
  }
});

test("lines are thicker for more power, within bounds; long names are cut", () => {
  assert.ok(thickness(100) < thickness(2000));
  assert.equal(thickness(1e6), thickness(1e5));
  assert.equal(shortened("Cellar", 16), "Cellar");
  assert.equal(shortened("A battery in the cellar", 10), "A battery…");
});

test("a season has twelve months and all days, also with 29 February", () => {
  const all = months(season());
  assert.equal(all.length, 12);
  assert.equal(all[0]!.first, "2026-09-01");
  assert.equal(all[0]!.offset, 1); // 1 September 2026 is a Tuesday.
  assert.equal(all.flatMap(({ days }) => days).length, 365);
  assert.equal(months(season({ season: 2027 })).flatMap(({ days }) => days).length, 366);
  const known = all.flatMap(({ days }) => days).filter(({ colour }) => colour);
  assert.deepEqual(known.map(({ date, colour, provisional }) => [date, colour, provisional]), [
    ["2026-11-27", "blue", false],
    ["2026-11-28", "red", true],
  ]);
});

test("keys move within the season", () => {
  assert.deepEqual(bounds(2026), ["2026-09-01", "2027-08-31"]);
  assert.equal(movedDay("2026-11-27", 7, 2026), "2026-12-04");
  assert.equal(movedDay("2026-09-02", -7, 2026), "2026-09-01");
  assert.equal(movedDay("2027-08-30", 28, 2026), "2027-08-31");
  // Over the change of clocks, too.
  assert.equal(movedDay("2026-10-24", 1, 2026), "2026-10-25");
  assert.equal(movedDay("2026-10-25", 1, 2026), "2026-10-26");
});

test("another season begins with its first day, and only known ones can be turned to", () => {
  assert.equal(firstDay(season()), "2026-11-27");
  assert.equal(firstDay(season({ season: 2025 })), "2025-09-01");
  assert.equal(neighbour(season(), -1), 2025);
  assert.equal(neighbour(season(), 1), undefined);
});

test("ranges of records end today, or with the last month", () => {
  assert.deepEqual(daysOf("week", "2026-03-03"), { start_date: "2026-02-25", end_date: "2026-03-03" });
  assert.deepEqual(daysOf("month", "2026-03-03"), { start_date: "2026-03-01", end_date: "2026-03-03" });
  assert.deepEqual(daysOf("last_month", "2026-03-31"), { start_date: "2026-02-01", end_date: "2026-02-28" });
  assert.deepEqual(daysOf("last_month", "2026-01-15"), { start_date: "2025-12-01", end_date: "2025-12-31" });
  assert.deepEqual(daysOf("year", "2024-02-29"), { start_date: "2023-03-02", end_date: "2024-02-29" });
});

test("today is that of the home, wherever the browser is", () => {
  const lateInParis = Date.UTC(2026, 10, 27, 23, 30);
  assert.equal(todayIn("Europe/Paris", lateInParis), "2026-11-28");
  assert.equal(todayIn("UTC", lateInParis), "2026-11-27");
});
