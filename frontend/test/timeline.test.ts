import assert from "node:assert/strict";
import { test } from "node:test";
import { Format } from "../src/format.ts";
import { dayPlace } from "../src/timeline/chart.ts";
import {
  cheap,
  clipped,
  details,
  expected,
  firstWindow,
  holding,
  HOUR,
  measured,
  moved,
  strips,
  ticks,
  valueAt,
  type Period,
  type PlanMessage,
  type Step,
} from "../src/timeline/model.ts";

const NOW = 1_795_776_000;

function period(from: number, to: number, price: number | null, more: Partial<Period> = {}): Period {
  return {
    start: NOW + from * HOUR, end: NOW + to * HOUR, price,
    is_expected: false, export_price: null, off_peak: false, colour: null, provisional: false, ...more,
  };
}

function step(from: number, to: number, more: Partial<Step> = {}): Step {
  return {
    start: NOW + from * HOUR, end: NOW + to * HOUR, action: "auto", power: 0, target: null,
    soc: null, text: "Self-consumption", reason: "Peak hours", by_person: false, ...more,
  };
}

function message(more: Partial<PlanMessage> = {}): PlanMessage {
  return {
    plan: true, start: NOW - 18 * HOUR, end: NOW + 34 * HOUR, zone: "Europe/Paris", currency: "EUR",
    tariff: "tempo", state: "self_consumption", sentence: "", soc: 60, power: 0,
    steps: [], past: [], periods: [], ...more,
  };
}

test("a wide card shows the whole span, a phone twelve hours around now", () => {
  const whole = message();
  assert.deepEqual(firstWindow(whole, NOW, 1000), { start: whole.start, end: whole.end });
  const phone = firstWindow(whole, NOW, 350);
  assert.equal(phone.end - phone.start, 12 * HOUR);
  assert.ok(phone.start < NOW && NOW < phone.end);
});

test("the window never leaves the span, and follows the cursor", () => {
  const whole = message();
  const phone = firstWindow(whole, NOW, 350);
  assert.equal(moved(phone, -1e6, whole).start, whole.start);
  assert.equal(moved(phone, 1e6, whole).end, whole.end);
  assert.equal(holding(phone, NOW + 20 * HOUR, whole).end, NOW + 20 * HOUR);
  assert.deepEqual(holding(phone, NOW, whole), phone);
  assert.equal(clipped({ start: 0, end: 5 }, { start: 5, end: 9 }), undefined);
});

test("neighbours of one colour are one strip, also over off-peak hours", () => {
  const found = strips(
    [period(0, 8, 0.1, { colour: "blue" }), period(8, 16, 0.2, { colour: "blue" }), period(16, 24, 0.7, { colour: "red" })],
    true,
  );
  assert.deepEqual(found.map(({ colour, start, end }) => [colour, (end - start) / HOUR]), [["blue", 16], ["red", 8]]);
});

test("cheap hours are off-peak, or the cheapest third of day-ahead prices", () => {
  const periods = [0.3, 0.1, 0.2, 0.4, null, 0.05, 0.6].map((price, hour) => period(hour, hour + 1, price));
  assert.deepEqual(cheap(message({ tariff: "dynamic", periods })).map(({ price }) => price), [0.1, 0.05]);
  periods[0]!.off_peak = true;
  assert.deepEqual(cheap(message({ periods })), [periods[0]]);
});

test("a gap in what was measured is a gap in the line, and the future is no measurement", () => {
  const lines = measured([[NOW - 60, 50], [NOW - 40, null], [NOW - 20, 52], [NOW + 10, 99]], NOW);
  assert.deepEqual(lines, [[[NOW - 60, 50], [NOW - 40, 50]], [[NOW - 20, 52]]]);
});

test("the expected line ends where nobody can know, and holds while batteries are held", () => {
  const steps = [step(0, 1, { action: "charge", soc: 80 }), step(1, 5), step(5, 6, { action: "hold", soc: 70 })];
  assert.deepEqual(expected(steps, 60, NOW), [
    [[NOW, 60], [NOW + HOUR, 80]],
    [[NOW + 5 * HOUR, 70], [NOW + 6 * HOUR, 70]],
  ]);
  assert.deepEqual(expected(steps.slice(1, 2), 60, NOW), []);
});

test("a value between two points is on the line, and none is made up outside", () => {
  const line = [[NOW, 60], [NOW + HOUR, 80]] as const;
  assert.equal(valueAt(line, NOW + HOUR / 2), 70);
  assert.equal(valueAt(line, NOW - 1), null);
  assert.equal(valueAt([], NOW), null);
});

test("a coming charge says what it costs, a past one what flowed", () => {
  const charge = step(1, 3, { action: "charge", power: -2000, soc: 90 });
  const past = step(-3, -1, { action: "charge", power: -2000, soc: 60, charged: 3, failing: ["Cellar"] });
  const plan = message({ past: [past] });
  const periods = [period(-4, 4, 0.25)];
  const coming = details(plan, [charge], periods, [], NOW + 2 * HOUR, NOW);
  assert.deepEqual([coming.isPast, coming.money], [false, -1]);
  const gone = details(plan, [charge], periods, [], NOW - 2 * HOUR, NOW);
  assert.deepEqual([gone.step, gone.money], [past, -0.75]);
  assert.equal(details(plan, [charge], [], [], NOW + 2 * HOUR, NOW).money, null);
});

test("a sale says what is paid for what it feeds in", () => {
  const sale = step(1, 3, { action: "discharge", power: 1000, is_sale: true });
  const both = { ...period(-4, 4, 0.25), export_price: 0.5 };
  assert.equal(details(message({}), [sale], [both], [], NOW + 2 * HOUR, NOW).money, 1);
  assert.equal(details(message({}), [sale], [period(-4, 4, 0.25)], [], NOW + 2 * HOUR, NOW).money, null);
});

test("the name of a day stands beside the label of now, and within the card", () => {
  assert.equal(dayPlace(100, 390, undefined), 103);
  assert.equal(dayPlace(100, 390, [40, 70]), 103);
  assert.equal(dayPlace(100, 390, [125, 155]), 158);
  assert.equal(dayPlace(100, 390, [80, 110]), 113);
  assert.equal(dayPlace(100, 390, [200, 230]), 103);
  assert.equal(dayPlace(350, 390, undefined), 306);
  assert.equal(dayPlace(290, 390, [300, 330]), undefined);
});

test("ticks are full hours of the wall clock, also over the change of clocks", () => {
  const format = new Format("en-GB", "Europe/Paris");
  // The night to 25 October 2026, in which 02:00 to 03:00 happens twice.
  const start = Date.UTC(2026, 9, 24, 18) / 1000;
  const found = ticks({ start, end: start + 18 * HOUR }, 6, (moment) => format.hour(moment));
  assert.deepEqual(found.map((moment) => format.time(moment)), ["00:00", "06:00", "12:00"]);
});

test("times and numbers are those of the language", () => {
  assert.equal(new Format("fr", "Europe/Paris").watts(-1500), "-1,50\u00a0kW");
  assert.equal(new Format("en", "Europe/Paris", false).watts(640), "640\u00a0W");
  assert.equal(new Format("de", "Europe/Paris").price(0.7295, "EUR"), "0,7295\u00a0EUR/kWh");
  assert.match(new Format("en", "Europe/Paris", true).time(NOW), /AM$/);
  assert.equal(new Format("fr", "Europe/Paris").weekday(0), "L");
});
