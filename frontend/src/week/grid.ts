/** Grid of the week card: seven columns of a day each, with the slots in them. */
import { html, nothing, type TemplateResult } from "lit";
import type { Format } from "../format.ts";
import { daysOf, LAST, received, type Slot, type WeekMessage, type WrittenSlot } from "./model.ts";

/** Height of an hour in px: the whole week fits the screen of a phone. */
export const HOUR = 17;
/** Height in px from which on a block can show its power. */
const LEGIBLE = 13;
const LABELS = [0, 4, 8, 12, 16, 20, 24];

export type Part = "body" | "start" | "end";

export interface Drawn {
  message: WeekMessage;
  slots: readonly Slot[];
  changed: ReadonlySet<number>;
  wrong: ReadonlySet<number>;
  selected: number | undefined;
  format: Format;
  /** A slot in words: days, times and power. */
  describe: (slot: Slot) => string;
  onKey: (event: KeyboardEvent) => void;
  onFocus: (event: FocusEvent) => void;
}

export function kindOf(power: number): "charge" | "discharge" | "hold" {
  return power < 0 ? "charge" : power > 0 ? "discharge" : "hold";
}

function top(minute: number): number {
  return (minute / 60) * HOUR;
}

function height({ start, end }: Slot): number {
  return Math.max(4, top(end === LAST ? LAST + 1 : end) - top(start));
}

function label(power: number): string {
  if (power === 0) return "0";
  return `${power < 0 ? "▲" : "▼"}${Math.abs(power)}`;
}

function block(slot: Slot, day: number, known: WrittenSlot | undefined, drawn: Drawn): TemplateResult {
  const isFirst = day === daysOf(slot)[0];
  const isSelected = drawn.selected === slot.number;
  const classes = ["slot", kindOf(slot.power)];
  if (!slot.enabled) classes.push("off");
  if (known?.doubt && !drawn.changed.has(slot.number)) classes.push("doubt");
  if (drawn.changed.has(slot.number)) classes.push("changed");
  if (drawn.wrong.has(slot.number)) classes.push("wrong");
  if (isSelected) classes.push("selected");
  const place = `top:${top(slot.start)}px;height:${height(slot)}px`;
  const inside = html`${height(slot) >= LEGIBLE ? label(slot.power) : nothing}
    ${isSelected ? html`<i class="edge" data-part="start"></i><i class="edge low" data-part="end"></i>` : nothing}`;
  if (!isFirst) {
    return html`<span class=${classes.join(" ")} style=${place} data-slot=${slot.number} aria-hidden="true">${inside}</span>`;
  }
  return html`<button type="button" class=${classes.join(" ")} style=${place} data-slot=${slot.number}
    aria-label=${drawn.describe(slot)} aria-pressed=${isSelected ? "true" : "false"}
    @keydown=${drawn.onKey} @focus=${drawn.onFocus}>${inside}</button>`;
}

/** A slot of the integration itself: shown, and not to be changed. */
function foreign(slot: Slot): TemplateResult {
  return html`<span class="foreign" style="top:${top(slot.start)}px;height:${height(slot)}px" aria-hidden="true"></span>`;
}

export function drawGrid(drawn: Drawn): TemplateResult {
  const { message, slots, format } = drawn;
  const others = message.slots.filter(({ is_owners }) => !is_owners).map(received);
  const known = (slot: Slot) => message.slots.find((each) => each.slot === slot.number && each.is_owners);
  return html`
    <span class="corner"></span>
    ${Array.from({ length: 7 }, (_, day) => html`<span class="name" aria-hidden="true">${format.weekdayName(day)}</span>`)}
    <div class="hours" aria-hidden="true" style="height:${24 * HOUR}px">
      ${LABELS.map((hour) => html`<span style="top:${hour * HOUR}px">${format.fullHour(hour)}</span>`)}
    </div>
    ${Array.from({ length: 7 }, (_, day) => html`
      <div class="day" data-day=${day} style="height:${24 * HOUR}px;--hour:${HOUR}px">
        ${others.filter(({ days }) => days & (1 << day)).map(foreign)}
        ${slots.filter(({ days }) => days & (1 << day)).map((slot) => block(slot, day, known(slot), drawn))}
      </div>`)}`;
}
