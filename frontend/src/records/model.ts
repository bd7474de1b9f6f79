/** Pure model of the records card: the days of a range. */

export type Range = "week" | "month" | "last_month" | "year";
export const RANGES: readonly Range[] = ["week", "month", "last_month", "year"];
export const FORMATS = ["csv", "xlsx"] as const;
export type FileFormat = (typeof FORMATS)[number];

export interface Days {
  start_date: string;
  end_date: string;
}

function iso(year: number, month: number, day: number): string {
  return new Date(Date.UTC(year, month, day)).toISOString().slice(0, 10);
}

/** First and last day of a range that ends today, given as an ISO date of the home. */
export function daysOf(range: Range, today: string): Days {
  const [year = 0, month = 1, day = 1] = today.split("-").map(Number);
  switch (range) {
    case "week":
      return { start_date: iso(year, month - 1, day - 6), end_date: today };
    case "month":
      return { start_date: iso(year, month - 1, 1), end_date: today };
    case "last_month":
      return { start_date: iso(year, month - 2, 1), end_date: iso(year, month - 1, 0) };
    case "year":
      return { start_date: iso(year - 1, month - 1, day + 1), end_date: today };
  }
}

/** Date of now by the clock of the home. */
export function todayIn(zone: string, now: number): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone: zone, dateStyle: "short" }).format(now);
}
