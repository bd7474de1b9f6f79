/** Pure model of the season: months of a wall calendar, and the day that is chosen. */
import type { Colour } from "../timeline/model.ts";

/** Prices are those of a kWh; null for a day before the prices that are known. */
export type DayRow = [
  day: string, colour: Colour, source: string, provisional: boolean, offPeak: number | null, peak: number | null,
];

export interface SeasonMessage {
  plan: boolean;
  season: number | null;
  seasons: number[];
  today: string;
  tomorrow: string;
  days: DayRow[];
  left: Record<Colour, number>;
  total: Record<Colour, number>;
  currency: string;
}

export interface Day {
  date: string;
  colour: Colour | null;
  source: string | null;
  provisional: boolean;
  offPeak: number | null;
  peak: number | null;
}

export interface Month {
  first: string;
  /** Empty places before the first day: 0 when it is a Monday. */
  offset: number;
  days: Day[];
}

const DAY_MS = 86_400_000;
export const COLOURS: readonly Colour[] = ["red", "white", "blue"];

export function isoDate(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}

/** The twelve months from September on. */
export function months(message: SeasonMessage): Month[] {
  const known = new Map(message.days.map((day) => [day[0], day]));
  const year = message.season ?? 0;
  return Array.from({ length: 12 }, (_, index) => {
    const first = Date.UTC(year, 8 + index, 1);
    const next = Date.UTC(year, 9 + index, 1);
    const days: Day[] = [];
    for (let day = first; day < next; day += DAY_MS) {
      const date = isoDate(day);
      const [, colour, source, provisional, offPeak, peak] = known.get(date) ?? [date, null, null, false, null, null];
      days.push({ date, colour, source, provisional, offPeak, peak });
    }
    return { first: isoDate(first), offset: (new Date(first).getUTCDay() + 6) % 7, days };
  });
}

export function bounds(season: number): [first: string, last: string] {
  return [`${season}-09-01`, `${season + 1}-08-31`];
}

/** A day moved by so many, within the season. */
export function movedDay(date: string, by: number, season: number): string {
  const [first, last] = bounds(season);
  const to = isoDate(Date.parse(`${date}T00:00:00Z`) + by * DAY_MS);
  return to < first ? first : to > last ? last : to;
}

/** Day that is chosen first: today, or in another season its first day. */
export function firstDay(message: SeasonMessage): string {
  const [first, last] = bounds(message.season ?? 0);
  return message.today >= first && message.today <= last ? message.today : first;
}

/** Season before (-1) or after (1) the one that is shown; undefined where none is known. */
export function neighbour(message: SeasonMessage, by: -1 | 1): number | undefined {
  return message.seasons.find((season) => season === (message.season ?? 0) + by);
}
