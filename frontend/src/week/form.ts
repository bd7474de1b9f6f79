/** Fields of the chosen slot of the week card: days, times, what it does and its power. */
import { html, nothing, type TemplateResult } from "lit";
import type { Format } from "../format.ts";
import type { Texts } from "../hass.ts";
import { kindOf } from "./grid.ts";
import { clock, typed, type Slot, type WeekMessage } from "./model.ts";

const KINDS = ["charge", "discharge", "hold"] as const;
const STEP = 50;
const USUAL = 800;

export interface FormParts {
  slot: Slot;
  message: WeekMessage;
  texts: Texts;
  format: Format;
  change: (slot: Slot) => void;
  remove: () => void;
}

function valueOf(event: Event): string {
  return (event.target as HTMLInputElement | HTMLSelectElement).value;
}

/** Power of another kind: as large as before, within the limits. */
function powerAs(kind: (typeof KINDS)[number], size: number, { charge, discharge }: WeekMessage): number {
  if (kind === "hold") return 0;
  const most = kind === "charge" ? charge : discharge;
  const within = Math.min(Math.max(1, Math.round(size || USUAL)), most);
  return kind === "charge" ? -within : within;
}

function timeField(parts: FormParts, edge: "start" | "end", label: string | undefined): TemplateResult {
  const { slot, change } = parts;
  const set = (event: Event) => {
    const found = typed(valueOf(event), edge === "end");
    const after = found === null ? slot : { ...slot, [edge]: found };
    // A slot lies within one day: what would end before it begins is put back.
    if (after.start < after.end) change(after);
    else (event.target as HTMLInputElement).value = clock(slot[edge]);
  };
  return html`<label>${label}
    <input type="time" step="60" .value=${clock(slot[edge])} @change=${set}></label>`;
}

export function drawForm(parts: FormParts): TemplateResult {
  const { slot, message, texts, format, change, remove } = parts;
  const kind = kindOf(slot.power);
  const most = kind === "charge" ? message.charge : message.discharge;
  const setKind = (event: Event) =>
    change({ ...slot, power: powerAs(valueOf(event) as (typeof KINDS)[number], Math.abs(slot.power), message) });
  const setPower = (event: Event) => change({ ...slot, power: powerAs(kind, Number(valueOf(event)), message) });
  return html`<div class="form" role="group" aria-label="${texts.week_slot} ${slot.number}">
    <div class="days" role="group" aria-label=${texts.week_days ?? ""}>
      ${Array.from({ length: 7 }, (_, day) => html`<button type="button" aria-pressed=${slot.days & (1 << day) ? "true" : "false"}
        @click=${() => change({ ...slot, days: slot.days ^ (1 << day) })}>${format.weekdayName(day)}</button>`)}
    </div>
    ${timeField(parts, "start", texts.week_start)}${timeField(parts, "end", texts.week_end)}
    <label>${texts.week_action}
      <select .value=${kind} @change=${setKind}>
        ${KINDS.map((each) => html`<option value=${each} ?selected=${each === kind}>${texts[`action_${each}`]}</option>`)}
      </select></label>
    ${kind === "hold" ? nothing : html`<label>${texts.power} (W)
      <input type="number" min="1" max=${most} step=${STEP} .value=${String(Math.abs(slot.power))} @change=${setPower}></label>`}
    <label class="check"><input type="checkbox" .checked=${slot.enabled}
      @change=${() => change({ ...slot, enabled: !slot.enabled })}>${texts.week_enabled}</label>
    <button type="button" class="remove" @click=${remove}>${texts.week_clear}</button>
  </div>`;
}
