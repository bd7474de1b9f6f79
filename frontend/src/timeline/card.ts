/** Timeline card: what the plan did, does and will do, with colours, prices and state of charge. */
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { editorOf, editorText, MarstekCard, sharedStyles } from "../base.ts";
import { fill, type CardConfig, type Texts } from "../hass.ts";
import { draw, LEFT, parts, RIGHT } from "./chart.ts";
import {
  details,
  expected,
  firstWindow,
  holding,
  HOUR,
  measured,
  moved,
  QUARTER,
  WIDE,
  type Details,
  type Period,
  type PlanMessage,
  type Point,
  type Step,
  type Window,
} from "./model.ts";
import { timelineStyles } from "./styles.ts";

const LABELS = { colours: "show_colours", price: "price", soc: "soc", actions: "show_actions" };
const ALL = Object.keys(LABELS);
const PLOT = 150;
const KEYS: Record<string, number> = { ArrowLeft: -QUARTER, ArrowRight: QUARTER, PageUp: -6 * HOUR, PageDown: 6 * HOUR };
const MOVED_PX = 6;
/** Silence in s after which the history is asked for again; messages come about once a minute. */
const ASLEEP = 600;

interface Preview {
  steps: Step[];
  periods: Period[];
}

interface Series {
  key: string;
  points: Point[];
}

export class TimelineCard extends MarstekCard<PlanMessage> {
  static override properties = {
    ...MarstekCard.properties,
    cursor: { state: true },
    window: { state: true },
    width: { state: true },
    points: { state: true },
    ifRed: { state: true },
  };

  declare cursor?: number | undefined;
  declare window?: Window | undefined;
  declare width: number;
  declare points: Point[];
  /** Plan as if tomorrow were red. `preview` is Home Assistant's own: true in the editors. */
  declare ifRed?: Preview | undefined;
  #observer?: ResizeObserver;
  #drag: { x: number; window: Window; hasMoved: boolean } | undefined;
  #asked = false;
  #heard = 0;
  #clock?: ReturnType<typeof setInterval>;

  constructor() {
    super();
    this.width = 0;
    this.points = [];
  }

  static getStubConfig(): object {
    return { show: ALL };
  }

  static getConfigForm() {
    const options = Object.entries(LABELS).map(([value, key]) => ({ value, label: editorText(key) }));
    return editorOf(
      { name: "title", selector: { text: {} } },
      { name: "show", selector: { select: { multiple: true, mode: "list", options } } },
    );
  }

  override setConfig(config: CardConfig): void {
    const { show } = config;
    if (show !== undefined && !(Array.isArray(show) && show.every((part) => ALL.includes(part)))) {
      throw new Error(`show: ${ALL.join(", ")}`);
    }
    super.setConfig(config);
  }

  getCardSize(): number {
    return 6;
  }

  getGridOptions(): object {
    return { columns: "full", min_columns: 6 };
  }

  protected request() {
    return { type: "marstek/plan/subscribe", language: this.hass!.language };
  }

  protected override get zone(): string | undefined {
    return this.message?.zone;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#observer = new ResizeObserver(([entry]) => {
      const width = Math.floor(entry?.contentRect.width ?? 0);
      // Another width shows another span, unless a person has moved it.
      if (width && width >= WIDE !== this.width >= WIDE) this.window = undefined;
      if (width) this.width = width;
    });
    // The line of now goes on while nothing else changes.
    this.#clock = setInterval(() => this.requestUpdate("clock"), 60_000);
    this.#asked = false;
    if (this.hasUpdated) this.#observe();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#observer?.disconnect();
    clearInterval(this.#clock);
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    this.#observe();
    if (!this.#asked && this.message?.plan) {
      this.#asked = true;
      void this.#askHistory();
    }
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    const { message } = this;
    if (changed.has("message") && message?.plan) {
      // A page that slept, as on a closed laptop, has missed what was measured meanwhile.
      if (this.#heard && this.#now - this.#heard > ASLEEP) this.#asked = false;
      this.#heard = this.#now;
    }
    if (changed.has("message") && message?.plan && message.soc !== null && this.#asked) {
      const kept = this.points.filter(([moment]) => moment >= message.start);
      this.points = [...kept, [this.#now, message.soc]];
    }
    if (!this.window && message?.plan && this.width) {
      this.window = firstWindow(message, this.#now, this.width);
    }
  }

  #observe(): void {
    const frame = this.renderRoot.querySelector(".frame");
    if (frame) this.#observer?.observe(frame);
  }

  async #askHistory(): Promise<void> {
    try {
      const { series } = await this.hass!.callWS<{ series: Series[] }>({ type: "marstek/history", hours: 48 });
      this.points = (series.find(({ key }) => key === "total") ?? series[0])?.points ?? [];
    } catch (error) {
      this.failed(error);
    }
  }

  get #now(): number {
    return Date.now() / 1000;
  }

  get #shown(): ReadonlySet<string> {
    return new Set((this.config?.show as string[] | undefined) ?? ALL);
  }

  protected body(texts: Texts): TemplateResult {
    const { message } = this;
    if (message && !message.plan) return html`<p class="quiet">${texts.no_data}</p>`;
    return message && this.window
      ? html`<div class="frame">${this.#chart(message, this.window, texts)}</div>`
      : this.waiting();
  }

  protected override waiting(): TemplateResult {
    return html`<div class="frame"><div class="waiting" aria-busy="true"></div></div>`;
  }

  #chart(message: PlanMessage, window: Window, texts: Texts): TemplateResult {
    const { width, format, ifRed } = this;
    const now = this.#now;
    const steps = ifRed?.steps ?? message.steps;
    const periods = ifRed?.periods ?? message.periods;
    const shown = this.#shown;
    const future = expected(steps, message.soc, now);
    const found = details(
      message, steps, periods, [...measured(this.points, now), ...future], this.cursor ?? now, now,
    );
    const said = this.#sentence(found, message, texts);
    const { height } = parts(shown, PLOT);
    const drawing = { message, steps, periods, points: this.points, future, window, width, now, cursor: this.cursor, shown, format, texts };
    return html`
      <svg viewBox="0 0 ${width} ${height}" width=${width} height=${height} tabindex="0" role="slider"
        aria-label=${texts.timeline} aria-valuemin=${Math.round(message.start)} aria-valuemax=${Math.round(message.end)}
        aria-valuenow=${Math.round(found.moment)} aria-valuetext=${said.join(", ")}
        @keydown=${this.#key} @pointerdown=${this.#down} @pointermove=${this.#move} @pointerup=${this.#up}
        @pointercancel=${this.#cancel}>${draw(drawing, PLOT)}</svg>
      <div class="below">
        <div class="details">${said.map((part, index) => html`<span class=${index === 0 ? "when" : ""}>${part}</span>`)}</div>
        ${this.#buttons(message, window, texts)}
      </div>`;
  }

  #buttons(message: PlanMessage, window: Window, texts: Texts): TemplateResult {
    const isWhole = window.end - window.start >= message.end - message.start;
    const half = (window.end - window.start) / 2;
    const step = (by: number) => () => {
      this.window = moved(window, by, message);
    };
    return html`<div class="buttons">
      ${isWhole ? nothing : html`
        <button aria-label=${texts.earlier} ?disabled=${window.start <= message.start} @click=${step(-half)}>‹</button>
        <button @click=${this.#home}>${texts.now}</button>
        <button aria-label=${texts.later} ?disabled=${window.end >= message.end} @click=${step(half)}>›</button>`}
      ${message.tariff === "tempo" && this.#shown.has("actions") && message.periods.at(-1)?.colour !== "red" ? html`
        <button aria-pressed=${this.ifRed ? "true" : "false"} @click=${this.#preview}>
          ${this.ifRed ? texts.plan_shown : texts.preview}</button>` : nothing}
    </div>`;
  }

  /** What holds at a moment, in words: for the panel and for screen readers alike. */
  #sentence(found: Details, message: PlanMessage, texts: Texts): string[] {
    const { format } = this;
    const { step, period } = found;
    const said = [`${format.day(found.moment)} ${format.time(found.moment)}`];
    const shown = this.#shown;
    if (step && shown.has("actions")) {
      said.push(step.text, step.reason);
      if (found.isPast && step.charged) said.push(`▲ ${format.number(step.charged, 2)}\u00a0kWh`);
      if (found.isPast && step.discharged) said.push(`▼ ${format.number(step.discharged, 2)}\u00a0kWh`);
      if (!found.isPast && step.power) said.push(`${texts.power} ${format.watts(step.power)}`);
      if (step.by_person) said.push(texts.by_hand ?? "");
      if (step.failing?.length) said.push(fill(texts, "not_followed", { names: step.failing.join(", ") }));
    }
    if (found.soc !== null && shown.has("soc")) {
      said.push(`${texts.soc} ${format.percent(found.soc)}${found.isPast ? "" : ` (${texts.expected})`}`);
    }
    if (period) {
      if (period.colour) said.push(`${texts[period.colour]}${period.provisional ? ` (${texts.provisional})` : ""}`);
      if (period.price !== null) said.push(`${format.price(period.price, message.currency)}${period.is_expected ? ` (${texts.expected})` : ""}`);
      if (period.export_price !== null) said.push(`${texts.feed_in} ${format.price(period.export_price, message.currency)}`);
    }
    if (found.money !== null && !found.isPast && shown.has("actions")) {
      said.push(`${found.money < 0 ? texts.cost : texts.gain} ${format.money(Math.abs(found.money), message.currency)}`);
    }
    return said;
  }

  #momentOf(event: PointerEvent): number {
    const box = (event.currentTarget as SVGElement).getBoundingClientRect();
    const { start, end } = this.window!;
    const part = (event.clientX - box.left - LEFT) / Math.max(1, box.width - LEFT - RIGHT);
    return Math.min(end, Math.max(start, start + part * (end - start)));
  }

  #down = (event: PointerEvent): void => {
    (event.currentTarget as SVGElement).setPointerCapture(event.pointerId);
    this.#drag = { x: event.clientX, window: this.window!, hasMoved: false };
  };

  #move = (event: PointerEvent): void => {
    const drag = this.#drag;
    if (!drag) {
      if (event.pointerType === "mouse") this.cursor = this.#momentOf(event);
      return;
    }
    const by = event.clientX - drag.x;
    if (Math.abs(by) < MOVED_PX && !drag.hasMoved) return;
    drag.hasMoved = true;
    const seconds = (drag.window.end - drag.window.start) / Math.max(1, this.width - LEFT - RIGHT);
    this.window = moved(drag.window, -by * seconds, this.message!);
  };

  #up = (event: PointerEvent): void => {
    if (this.#drag && !this.#drag.hasMoved) this.cursor = this.#momentOf(event);
    this.#drag = undefined;
  };

  #cancel = (): void => {
    this.#drag = undefined;
  };

  #key = (event: KeyboardEvent): void => {
    const message = this.message!;
    const from = this.cursor ?? this.#now;
    const by = KEYS[event.key];
    let to: number;
    if (by !== undefined) to = from + by * (event.shiftKey ? 4 : 1);
    else if (event.key === "Home") to = message.start;
    else if (event.key === "End") to = message.end;
    else if (event.key === "Escape") {
      this.cursor = undefined;
      return;
    } else return;
    event.preventDefault();
    this.cursor = Math.min(message.end, Math.max(message.start, to));
    this.window = holding(this.window!, this.cursor, message);
  };

  #home = (): void => {
    this.cursor = undefined;
    this.window = firstWindow(this.message!, this.#now, this.width);
  };

  #preview = async (): Promise<void> => {
    if (this.ifRed) {
      this.ifRed = undefined;
      return;
    }
    try {
      this.ifRed = await this.hass!.callWS<Preview>({
        type: "marstek/plan/preview", tomorrow: "red", language: this.hass!.language,
      });
    } catch (error) {
      this.failed(error);
    }
  };

  static override styles = [
    sharedStyles,
    timelineStyles,
  ];
}
