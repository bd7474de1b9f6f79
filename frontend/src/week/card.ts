/** Week card: a battery's schedule, edited by dragging or keyboard and written in one go. */
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { editorOf, MarstekCard, reasonOf, sharedStyles } from "../base.ts";
import { fill, type Texts } from "../hass.ts";
import { drawForm } from "./form.ts";
import { drawGrid, HOUR, kindOf, type Part } from "./grid.ts";
import {
  added,
  changes,
  daysBetween,
  daysOf,
  edited,
  EVERY_DAY,
  LAST,
  moved,
  problem,
  resized,
  sent,
  shifted,
  snapped,
  SNAP,
  type Change,
  type Edits,
  type Slot,
  type WeekMessage,
} from "./model.ts";
import { weekStyles } from "./styles.ts";

const MOVED_PX = 5;

interface Drag {
  part: Part | "new";
  slot: Slot;
  day: number;
  minute: number;
  x: number;
  y: number;
  hasMoved: boolean;
}

export class WeekCard extends MarstekCard<WeekMessage> {
  static override properties = {
    ...MarstekCard.properties,
    edits: { state: true },
    selected: { state: true },
    isBusy: { state: true },
    wrong: { state: true },
    conflict: { state: true },
    done: { state: true },
  };

  declare edits: Edits;
  declare selected?: number | undefined;
  declare isBusy: boolean;
  /** Why the last write failed. */
  declare wrong?: string | undefined;
  /** Step of the plan against which the changes are. */
  declare conflict?: string | undefined;
  /** Time at which the last write was done, in s. */
  declare done?: number | undefined;
  #drag: Drag | undefined;
  #isByKey = false;

  constructor() {
    super();
    this.edits = new Map();
    this.isBusy = false;
  }

  static getStubConfig(): object {
    return {};
  }

  static getConfigForm() {
    return editorOf(
      { name: "title", selector: { text: {} } },
      { name: "device_id", selector: { device: { integration: "marstek" } } },
    );
  }

  getCardSize(): number {
    return 10;
  }

  getGridOptions(): object {
    return { columns: "full", min_columns: 6 };
  }

  protected request() {
    const device = this.config?.device_id;
    return { type: "marstek/schedule", language: this.hass!.language, ...(device ? { device_id: device } : {}) };
  }

  protected override get zone(): string | undefined {
    return this.hass?.config?.time_zone;
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    // What was written meanwhile is no change any more.
    const { message } = this;
    if (!changed.has("message") || !message?.battery) return;
    const left = new Set(changes(message, this.edits).map(({ number }) => number));
    this.edits = new Map([...this.edits].filter(([number]) => left.has(number)));
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    // The button of a slot stands in the first of its days, which a key may have changed.
    if (this.#isByKey) this.renderRoot.querySelector<HTMLElement>(`button[data-slot="${this.selected}"]`)?.focus();
    this.#isByKey = false;
  }

  protected body(texts: Texts): TemplateResult {
    const { message, edits } = this;
    if (!message) return this.waiting();
    if (!message.battery) return html`<p class="quiet">${texts.no_data}</p>`;
    const slots = edited(message, edits);
    const made = changes(message, edits);
    const wrong = problem(slots, made);
    const chosen = slots.find(({ number }) => number === this.selected);
    const canEdit = message.may_write && !message.is_backup && !this.isBusy;
    return html`
      <div class="week" @pointerdown=${canEdit ? this.#down : nothing} @pointermove=${this.#move} @pointerup=${this.#up} @pointercancel=${this.#cancel}>
        ${drawGrid({
          message, slots, format: this.format,
          changed: new Set(made.map(({ number }) => number)),
          wrong: new Set(wrong?.numbers),
          selected: this.selected,
          describe: (slot) => `${texts.week_slot} ${slot.number}: ${this.#describe(slot, texts)}`,
          onKey: canEdit ? this.#key : () => undefined,
          onFocus: this.#focused,
        })}
      </div>
      ${chosen && canEdit
        ? drawForm({ slot: chosen, message, texts, format: this.format, change: this.#change, remove: () => this.#remove(chosen.number) })
        : nothing}
      ${message.may_write && !message.is_backup ? this.#below(message, slots, made, texts) : nothing}
      <p class="quiet">${message.is_backup ? texts.week_backup : texts.week_note}</p>`;
  }

  #below(message: WeekMessage, slots: readonly Slot[], made: readonly Change[], texts: Texts): TemplateResult {
    const wrong = problem(slots, made);
    const offered = added(message, slots, undefined);
    const count = made.length;
    return html`
      ${count > 0 ? html`<ul class="changes">${made.map((change) => html`<li>${this.#inWords(change, texts)}</li>`)}</ul>
        <p>${fill(texts, count === 1 ? "week_cost_one" : "week_cost", { count: String(count) })}</p>` : nothing}
      ${wrong ? html`<p class="problem" role="alert">${fill(texts, wrong.key, { slots: wrong.numbers.join(", ") })}</p>` : nothing}
      ${this.conflict ? html`<p class="problem" role="alert">${fill(texts, "week_against_plan", { reason: this.conflict })}</p>` : nothing}
      ${this.wrong ? html`<p class="problem" role="alert">${this.wrong}</p>` : nothing}
      <div class="bar">
        <button type="button" ?disabled=${!offered || this.isBusy} @click=${() => offered && this.#add(offered)}>${texts.week_add}</button>
        <button type="button" class="write" ?disabled=${count === 0 || !!wrong || this.isBusy} @click=${this.#write}>
          ${this.conflict ? texts.week_despite : texts.week_write}</button>
        ${count > 0 ? html`<button type="button" ?disabled=${this.isBusy} @click=${this.#discard}>${texts.week_discard}</button>` : nothing}
      </div>
      <p class="quiet" aria-live="polite">${this.isBusy ? texts.week_busy
        : this.done !== undefined && count === 0 ? fill(texts, "week_done", { time: this.format.time(this.done) })
        : message.slots.find(({ slot, doubt }) => doubt && slot === this.selected)?.doubt ?? texts.week_help}</p>`;
  }

  #inWords({ number, before, after }: Change, texts: Texts): string {
    const values = { slot: String(number), now: after ? this.#describe(after, texts) : "", before: before ? this.#describe(before, texts) : "" };
    return fill(texts, after === null ? "week_cleared" : before ? "week_changed" : "week_new", values);
  }

  /** A slot in words: its days, times and power. */
  #describe(slot: Slot, texts: Texts): string {
    const { format } = this;
    const days = daysOf(slot);
    const first = days[0] ?? 0;
    const isRun = days.length > 2 && days.every((day, index) => day === first + index);
    const names = slot.days === EVERY_DAY ? texts.week_daily
      : isRun ? `${format.weekdayName(first)}–${format.weekdayName(days.at(-1)!)}`
      : days.map((day) => format.weekdayName(day)).join(", ");
    const times = `${format.clock(slot.start)}–${format.clock(slot.end === LAST ? LAST + 1 : slot.end)}`;
    const power = slot.power ? ` ${format.watts(Math.abs(slot.power))}` : "";
    return `${names} ${times}, ${texts[`action_${kindOf(slot.power)}`]}${power}${slot.enabled ? "" : ` (${texts.week_off})`}`;
  }

  #change = (slot: Slot): void => {
    this.edits = new Map([...this.edits, [slot.number, slot]]);
    this.#edited();
  };

  #edited(): void {
    this.wrong = undefined;
    this.conflict = undefined;
    this.done = undefined;
  }

  #add(slot: Slot): void {
    this.#change(slot);
    this.selected = slot.number;
  }

  #remove(number: number): void {
    const isNew = !this.message!.slots.some(({ slot, is_owners }) => slot === number && is_owners);
    const left = new Map<number, Slot | null>([...this.edits, [number, null]]);
    if (isNew) left.delete(number);
    this.edits = left;
    this.selected = undefined;
    this.#edited();
  }

  #discard = (): void => {
    this.edits = new Map();
    this.selected = undefined;
    this.#edited();
  };

  #write = async (): Promise<void> => {
    const { hass, message, config } = this;
    const made = changes(message!, this.edits);
    const despite_plan = this.conflict !== undefined;
    this.isBusy = true;
    this.#edited();
    try {
      await hass!.callWS({
        type: "marstek/schedule/write",
        language: hass!.language,
        ...(config?.device_id ? { device_id: config.device_id } : {}),
        write: made.flatMap(({ after }) => (after ? [sent(after)] : [])),
        clear: made.flatMap(({ number, after }) => (after ? [] : [number])),
        despite_plan,
      });
      this.done = Date.now() / 1000;
      this.selected = undefined;
    } catch (error) {
      if ((error as { code?: string }).code === "against_plan") this.conflict = reasonOf(error);
      else this.wrong = reasonOf(error);
    } finally {
      this.isBusy = false;
    }
  };

  #slot(number: number | undefined): Slot | undefined {
    return edited(this.message!, this.edits).find((slot) => slot.number === number);
  }

  #focused = (event: FocusEvent): void => {
    this.selected = Number((event.currentTarget as HTMLElement).dataset.slot);
  };

  #key = (event: KeyboardEvent): void => {
    const slot = this.#slot(Number((event.currentTarget as HTMLElement).dataset.slot));
    if (!slot) return;
    this.#isByKey = true;
    const by = event.key === "ArrowUp" ? -SNAP : event.key === "ArrowDown" ? SNAP : 0;
    const day = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
    if (by && event.shiftKey) this.#change(resized(slot, "end", snapped(slot.end + by)));
    else if (by) this.#change(moved(slot, by));
    else if (day) this.#change(shifted(slot, day));
    else if (event.key === "Delete" || event.key === "Backspace") this.#remove(slot.number);
    else if (event.key === "Escape") this.selected = undefined;
    else return;
    event.preventDefault();
  };

  /** Day and minute below a pointer, wherever it is. */
  #place(event: PointerEvent): { day: number; minute: number } {
    const days = [...this.renderRoot.querySelectorAll<HTMLElement>(".day")].map((day) => day.getBoundingClientRect());
    const day = days.findIndex(({ right }) => event.clientX < right);
    return { day: day < 0 ? 6 : day, minute: ((event.clientY - days[0]!.top) / HOUR) * 60 };
  }

  #down = (event: PointerEvent): void => {
    if (event.button !== 0 || !(event.target instanceof Element)) return;
    const block = event.target.closest<HTMLElement>("[data-slot]");
    const part = (event.target as HTMLElement).dataset.part as Part | undefined;
    const place = { ...this.#place(event), x: event.clientX, y: event.clientY, hasMoved: false };
    if (block) {
      const slot = this.#slot(Number(block.dataset.slot));
      // A finger chooses a slot first: until then it scrolls the page.
      const isChosen = slot?.number === this.selected;
      if (slot && (isChosen || event.pointerType === "mouse")) this.#drag = { part: part ?? "body", slot, ...place };
      this.selected = slot?.number;
    } else if (event.target.closest(".day")) {
      this.selected = undefined;
      if (event.pointerType !== "mouse") return;
      const start = Math.floor(place.minute / SNAP) * SNAP;
      const span = { days: 1 << place.day, start, end: Math.min(LAST, start + SNAP) };
      const slot = added(this.message!, edited(this.message!, this.edits), span);
      if (slot) this.#drag = { part: "new", slot, ...place };
    }
    if (this.#drag) (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
  };

  #move = (event: PointerEvent): void => {
    const drag = this.#drag;
    if (!drag) return;
    if (!drag.hasMoved && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < MOVED_PX) return;
    drag.hasMoved = true;
    const { day, minute } = this.#place(event);
    const by = snapped(drag.slot.start + minute - drag.minute) - drag.slot.start;
    if (drag.part === "new") {
      const end = snapped(minute);
      const slot = end >= drag.slot.start ? resized(drag.slot, "end", end) : resized(drag.slot, "start", end);
      this.#change({ ...slot, days: daysBetween(drag.day, day) });
      this.selected = slot.number;
    } else if (drag.part === "body") this.#change(shifted(moved(drag.slot, by), day - drag.day));
    else this.#change(resized(drag.slot, drag.part, snapped(minute)));
  };

  #up = (): void => {
    this.#drag = undefined;
  };

  #cancel = (): void => {
    const drag = this.#drag;
    this.#drag = undefined;
    if (drag?.hasMoved && drag.part !== "new") this.#change(drag.slot);
  };

  static override styles = [sharedStyles, weekStyles];
}
