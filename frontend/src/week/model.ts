/** Week of a battery's slots: what was last written, a person's changes to it, and their cost. */

/** Last minute of a day that a slot can name; it stands for midnight. */
export const LAST = 1439;
export const SNAP = 15;
const DAY = 1440;
const SHORTEST = 15;
const USUAL_POWER = 800;
export const EVERY_DAY = 0b1111111;

export interface Slot {
  number: number;
  /** Bit 0 for Monday to bit 6 for Sunday. */
  days: number;
  /** Minutes since midnight by the battery's clock. */
  start: number;
  end: number;
  /** In W, + discharges, 0 holds. */
  power: number;
  enabled: boolean;
}

/** A slot as the server sends and takes it. */
export interface SentSlot {
  slot: number;
  days: number;
  start: string;
  end: string;
  power: number;
  enabled: boolean;
}

export interface WrittenSlot extends SentSlot {
  is_owners: boolean;
  written_at: number;
  doubt: string | null;
}

export interface WeekMessage {
  battery: boolean;
  name: string;
  slots: WrittenSlot[];
  numbers: number[];
  charge: number;
  discharge: number;
  is_backup: boolean;
  may_write: boolean;
}

/** Changed slots by number; null for one that is cleared. */
export type Edits = ReadonlyMap<number, Slot | null>;

export interface Change {
  number: number;
  before: Slot | undefined;
  after: Slot | null;
}

export type Problem = { key: "week_no_days" | "week_overlap"; numbers: number[] };

function minutes(time: string): number {
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  return hour * 60 + minute;
}

/** Time of day as the server and a time field write it. */
export function clock(minute: number): string {
  const of = (value: number) => String(value).padStart(2, "0");
  return `${of(Math.floor(minute / 60))}:${of(minute % 60)}`;
}

/** Minutes of a time field: midnight, as an end, is the last minute of the day; null while it is empty. */
export function typed(time: string, isEnd: boolean): number | null {
  if (!/^\d\d:\d\d/.test(time)) return null;
  const found = minutes(time);
  return isEnd && found === 0 ? LAST : found;
}

export function received({ slot, days, start, end, power, enabled }: WrittenSlot): Slot {
  return { number: slot, days, start: minutes(start), end: minutes(end), power, enabled };
}

export function sent({ number, days, start, end, power, enabled }: Slot): SentSlot {
  return { slot: number, days, start: clock(start), end: clock(end), power, enabled };
}

function isSame(first: Slot | null | undefined, second: Slot | null | undefined): boolean {
  if (!first || !second) return !first && !second;
  return JSON.stringify(sent(first)) === JSON.stringify(sent(second));
}

/** Slots of the owner as last written, by number. */
export function written(message: WeekMessage): Map<number, Slot> {
  const own = message.slots.filter(({ is_owners }) => is_owners).map(received);
  return new Map(own.map((slot) => [slot.number, slot]));
}

/** Slots as they would be after the changes. */
export function edited(message: WeekMessage, edits: Edits): Slot[] {
  const found: Map<number, Slot | null> = new Map([...written(message), ...edits]);
  const slots = [...found.values()].filter((slot) => slot !== null);
  return slots.sort((first, second) => first.number - second.number);
}

/** What really differs, each of which costs one write. */
export function changes(message: WeekMessage, edits: Edits): Change[] {
  const before = written(message);
  return [...edits]
    .filter(([number, after]) => {
      const known = message.slots.find(({ slot }) => slot === number);
      // A slot in doubt is written again also as it is.
      return !isSame(before.get(number), after) || (after !== null && !!known?.doubt);
    })
    .map(([number, after]) => ({ number, before: before.get(number), after }))
    .sort((first, second) => first.number - second.number);
}

export function daysOf(slot: Slot): number[] {
  return [0, 1, 2, 3, 4, 5, 6].filter((day) => slot.days & (1 << day));
}

function overlap(first: Slot, second: Slot): boolean {
  return (
    first.enabled && second.enabled && (first.days & second.days) !== 0 &&
    first.start < second.end && second.start < first.end
  );
}

/** What keeps the changes from being written. */
export function problem(slots: readonly Slot[], changed: readonly Change[]): Problem | undefined {
  const isChanged = (slot: Slot) => changed.some(({ number }) => number === slot.number);
  for (const slot of slots) if (!slot.days && isChanged(slot)) return { key: "week_no_days", numbers: [slot.number] };
  for (const [index, first] of slots.entries()) {
    for (const second of slots.slice(index + 1)) {
      if ((isChanged(first) || isChanged(second)) && overlap(first, second)) {
        return { key: "week_overlap", numbers: [first.number, second.number] };
      }
    }
  }
  return undefined;
}

/** Minutes of a slot: one that ends with the last minute lasts until midnight. */
function length({ start, end }: Slot): number {
  return (end === LAST ? DAY : end) - start;
}

/** Slot at another time of day, as long as before and within the day. */
export function moved(slot: Slot, by: number): Slot {
  const start = Math.min(Math.max(0, slot.start + by), DAY - length(slot));
  return { ...slot, start, end: Math.min(LAST, start + length(slot)) };
}

/** Slot with another begin or end, within the day and never empty. */
export function resized(slot: Slot, edge: "start" | "end", to: number): Slot {
  if (edge === "start") return { ...slot, start: Math.min(Math.max(0, to), slot.end - SHORTEST) };
  return { ...slot, end: Math.min(Math.max(to, slot.start + SHORTEST), LAST) };
}

/** Slot on days that are later by so many; as it is where one would leave the week. */
export function shifted(slot: Slot, by: number): Slot {
  const days = by >= 0 ? slot.days << by : slot.days >> -by;
  const count = (mask: number) => daysOf({ ...slot, days: mask }).length;
  return days <= EVERY_DAY && count(days) === count(slot.days) ? { ...slot, days } : slot;
}

/** Nearest quarter of an hour; midnight for the last minute of a day. */
export function snapped(minute: number): number {
  return Math.min(LAST, Math.max(0, Math.round(minute / SNAP) * SNAP));
}

/** A charge in a number that is free, on days and times; undefined when all numbers are taken. */
export function added(
  message: WeekMessage, slots: readonly Slot[], span: Pick<Slot, "days" | "start" | "end"> | undefined,
): Slot | undefined {
  const number = message.numbers.find((each) => !slots.some((slot) => slot.number === each));
  if (number === undefined) return undefined;
  const free = span ?? freeSpan(slots);
  return free && { number, ...free, power: -Math.min(USUAL_POWER, message.charge), enabled: true };
}

/** Two hours, or one, that are free on all days: from noon on, then from midnight on. */
function freeSpan(slots: readonly Slot[]): Pick<Slot, "days" | "start" | "end"> | undefined {
  for (const span of [120, 60]) {
    for (let hour = 0; hour < 24; hour += 1) {
      const start = (720 + hour * 60) % DAY;
      const found = { days: EVERY_DAY, start, end: Math.min(LAST, start + span) };
      const slot = { ...found, number: -1, power: 0, enabled: true };
      if (start + span <= DAY && !slots.some((other) => overlap(slot, other))) return found;
    }
  }
  return undefined;
}

/** Days between two columns, in either order. */
export function daysBetween(first: number, second: number): number {
  const [low, high] = first < second ? [first, second] : [second, first];
  return (EVERY_DAY >> (6 - (high - low))) << low;
}
