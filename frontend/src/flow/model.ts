/** Pure model of the power flow: readings of entities, the house that they leave, and places. */
import type { EntityState } from "../hass.ts";

export interface BatteryOptions {
  name: string;
  soc?: string;
  power?: string;
  commanded_by?: string;
}

export interface FlowOptions {
  grid?: string;
  solar?: string[];
  batteries?: BatteryOptions[];
  /** Verdict of the emulated meter, which says how well the grid is held. */
  meter?: string;
}

/** A meter of a house that has not moved for so long, in ms, is not one of now. */
export const OLDEST_GRID = 5 * 60_000;
/** Powers below, in W, are the noise of meters. */
export const IDLE = 10;

/** Power in W; null for what is no number now. */
export function watts(state: EntityState | undefined): number | null {
  if (!state || state.state.trim() === "") return null;
  const value = Number(state.state);
  if (!Number.isFinite(value)) return null;
  return state.attributes.unit_of_measurement === "kW" ? value * 1000 : value;
}

export function percent(state: EntityState | undefined): number | null {
  const value = watts(state);
  return value === null ? null : Math.min(100, Math.max(0, value));
}

export function isRecent(state: EntityState | undefined, now: number): boolean {
  return state !== undefined && now - Date.parse(state.last_updated) <= OLDEST_GRID;
}

/**
 * Power that the house draws, in W: what comes from the grid, the sun and the batteries.
 *
 * Null as soon as one of them is not known: a battery whose reading is too old is unavailable, and
 * a sum of readings of different ages would be a house that never was.
 */
export function house(
  grid: number | null,
  solar: readonly (number | null)[],
  batteries: readonly (number | null)[],
): number | null {
  const all = [grid, ...solar, ...batteries];
  if (all.some((power) => power === null)) return null;
  return Math.max(0, (all as number[]).reduce((sum, power) => sum + power, 0));
}

export interface Place {
  x: number;
  y: number;
}

export const WIDTH = 360;
const ROW = 3;
const SPACE = 118;
const BELOW = 150;

/** Places of so many batteries below the others, three in a row. */
export function places(count: number, top: number): Place[] {
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / ROW);
    const inRow = Math.min(ROW, count - row * ROW);
    const x = WIDTH / 2 + ((index % ROW) - (inRow - 1) / 2) * SPACE;
    return { x, y: top + row * BELOW };
  });
}

/** Width in px of a line for a power in W. */
export function thickness(power: number): number {
  return 1.5 + Math.min(4.5, Math.abs(power) / 700);
}

/** Seconds in which a dot runs along a line: a great power runs fast. */
export function pace(power: number): number {
  return Math.max(0.8, 4 - Math.abs(power) / 800);
}

export function shortened(name: string, longest: number): string {
  const letters = [...name];
  return letters.length <= longest ? name : `${letters.slice(0, longest - 1).join("")}…`;
}
