/** Pure model of the timeline: what is where on the time axis, and what holds at a moment. */

export type Action = "auto" | "hold" | "charge" | "discharge" | "ai";
export type Colour = "blue" | "white" | "red";

export interface Step {
  start: number;
  end: number;
  action: Action;
  power: number;
  target: number | null;
  soc: number | null;
  text: string;
  reason: string;
  by_person: boolean;
  /** Whether it feeds in what is stored, at the price for that. */
  is_sale?: boolean;
  charged?: number | null;
  discharged?: number | null;
  failing?: string[];
}

export interface Period {
  start: number;
  end: number;
  price: number | null;
  is_expected: boolean;
  /** What a kWh fed in earns, where that changes with the hour. */
  export_price: number | null;
  off_peak: boolean;
  colour: Colour | null;
  provisional: boolean;
}

export interface PlanMessage {
  plan: boolean;
  start: number;
  end: number;
  zone: string;
  currency: string;
  tariff: "tempo" | "fixed" | "dynamic";
  state: string;
  sentence: string;
  soc: number | null;
  power: number | null;
  steps: Step[];
  past: Step[];
  periods: Period[];
}

export type Point = readonly [moment: number, value: number | null];

export interface Window {
  start: number;
  end: number;
}

export const HOUR = 3600;
export const QUARTER = 900;
/** Width in px from which the whole span fits. */
export const WIDE = 640;
const NARROW_SPAN = 12 * HOUR;
const BEFORE_NOW = 4 * HOUR;

/** Window that is shown first: the whole span, or on a phone twelve hours around now. */
export function firstWindow(whole: Window, now: number, width: number): Window {
  if (width >= WIDE) return { start: whole.start, end: whole.end };
  return moved({ start: now - BEFORE_NOW, end: now - BEFORE_NOW + NARROW_SPAN }, 0, whole);
}

/** Window moved by seconds, within the whole span. */
export function moved(window: Window, by: number, whole: Window): Window {
  const length = Math.min(window.end - window.start, whole.end - whole.start);
  const start = Math.min(Math.max(window.start + by, whole.start), whole.end - length);
  return { start, end: start + length };
}

/** Window moved just so far that a moment is in it. */
export function holding(window: Window, moment: number, whole: Window): Window {
  if (moment < window.start) return moved(window, moment - window.start, whole);
  if (moment > window.end) return moved(window, moment - window.end, whole);
  return window;
}

export function at<Span extends Window>(spans: readonly Span[], moment: number): Span | undefined {
  return spans.find((span) => span.start <= moment && moment < span.end);
}

/** Neighbouring periods of one colour as one, for the strip; without colours, those of off-peak. */
export interface Strip extends Window {
  colour: Colour | null;
  off_peak: boolean;
  provisional: boolean;
}

export function strips(periods: readonly Period[], byColour: boolean): Strip[] {
  const found: Strip[] = [];
  for (const { start, end, colour, off_peak, provisional } of periods) {
    const last = found.at(-1);
    const same =
      last?.end === start && (byColour ? last.colour === colour : last.off_peak === off_peak);
    if (last && same) last.end = end;
    else found.push({ start, end, colour, off_peak, provisional });
  }
  return found;
}

/** Hours that are cheap: off-peak ones, or the cheapest third where prices change by the hour. */
export function cheap(message: PlanMessage): Period[] {
  if (message.tariff !== "dynamic") return message.periods.filter((period) => period.off_peak);
  const known = message.periods.filter((period) => period.price !== null);
  const total = known.reduce((sum, { start, end }) => sum + end - start, 0);
  let left = total / 3;
  const found = new Set<Period>();
  for (const period of [...known].sort((one, other) => one.price! - other.price!)) {
    if (left <= 0) break;
    found.add(period);
    left -= period.end - period.start;
  }
  return message.periods.filter((period) => found.has(period));
}

/** Measured line up to now; a gap begins where nothing is known. */
export function measured(points: readonly Point[], now: number): Point[][] {
  const lines: Point[][] = [];
  let line: Point[] = [];
  for (const point of points) {
    if (point[1] === null) {
      // What was shown until then held until then.
      const last = line.at(-1);
      if (last) line.push([point[0], last[1]]);
      if (line.length > 1) lines.push(line);
      line = [];
    } else if (point[0] <= now) line.push(point);
  }
  if (line.length > 0) lines.push(line);
  return lines;
}

/** Expected lines from now on: straight to the end of each step; a gap where nobody can know. */
export function expected(steps: readonly Step[], soc: number | null, now: number): Point[][] {
  const lines: Point[][] = [];
  let line: Point[] = soc === null ? [] : [[now, soc]];
  for (const step of steps) {
    if (step.end <= now) continue;
    if (step.soc === null) {
      if (line.length > 1) lines.push(line);
      line = [];
      continue;
    }
    if (line.length === 0 && step.action === "hold") line.push([step.start, step.soc]);
    line.push([step.end, step.soc]);
  }
  if (line.length > 1) lines.push(line);
  return lines;
}

/** Part of a span that is in the window; undefined where it ends before it begins. */
export function clipped<Span extends Window>(span: Span, window: Window): Window | undefined {
  const start = Math.max(span.start, window.start);
  const end = Math.min(span.end, window.end);
  return start < end ? { start, end } : undefined;
}

/** Value of a line at a moment, straight between its points; null outside. */
export function valueAt(line: readonly Point[], moment: number): number | null {
  for (let index = 1; index < line.length; index += 1) {
    const [start, from] = line[index - 1]!;
    const [end, to] = line[index]!;
    if (start <= moment && moment <= end && from !== null && to !== null) {
      return end === start ? to : from + ((to - from) * (moment - start)) / (end - start);
    }
  }
  return null;
}

/** Bounds of the price axis: from 0, or from the lowest price below it. */
export function priceBounds(periods: readonly Period[]): [low: number, high: number] {
  const prices = periods.flatMap(({ price }) => (price === null ? [] : [price]));
  return [Math.min(0, ...prices), Math.max(0.05, ...prices) * 1.1];
}

export interface Details {
  moment: number;
  step?: Step | undefined;
  isPast: boolean;
  period?: Period | undefined;
  soc: number | null;
  /** Money that a charge costs to its end, or that a discharge earns, at the price of the moment. */
  money: number | null;
}

/** What holds at a moment. */
export function details(
  message: PlanMessage,
  steps: readonly Step[],
  periods: readonly Period[],
  lines: readonly (readonly Point[])[],
  moment: number,
  now: number,
): Details {
  const isPast = moment < now;
  const step = at(isPast ? message.past : steps, moment);
  const period = at(periods, moment);
  const soc = lines.map((line) => valueAt(line, moment)).find((value) => value !== null) ?? null;
  let money: number | null = null;
  const price = (step?.is_sale ? period?.export_price : period?.price) ?? null;
  if (step && price !== null && step.power !== 0) {
    const hours = (step.end - Math.max(step.start, isPast ? step.start : now)) / HOUR;
    const energy = isPast
      ? (step.discharged ?? 0) - (step.charged ?? 0)
      : (step.power / 1000) * hours;
    money = energy * price;
  }
  return { moment, step, isPast, period, soc, money };
}

/** Moments of the axis: each so many full hours of the wall clock. */
export function ticks(window: Window, every: number, hourOf: (moment: number) => number): number[] {
  const found: number[] = [];
  for (let moment = Math.ceil(window.start / HOUR) * HOUR; moment <= window.end; moment += HOUR) {
    if (hourOf(moment) % every === 0) found.push(moment);
  }
  return found;
}
