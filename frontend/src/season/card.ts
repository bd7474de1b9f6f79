/** Season card: a wall calendar of Tempo days, September to August. */
import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { editorOf, MarstekCard, sharedStyles } from "../base.ts";
import { fill, type Texts } from "../hass.ts";
import { COLOURS, firstDay, isoDate, months, movedDay, neighbour, type Day, type Month, type SeasonMessage } from "./model.ts";

const KEYS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7, PageUp: -28, PageDown: 28 };
/** Names of the sources, which are the same in all languages. */
const SOURCES: Record<string, string> = { rte: "RTE", rte_api: "RTE (API)", api_couleur_tempo: "api-couleur-tempo.fr" };

export class SeasonCard extends MarstekCard<SeasonMessage> {
  static override properties = {
    ...MarstekCard.properties,
    season: { state: true },
    chosen: { state: true },
  };

  declare season?: number | undefined;
  declare chosen?: string | undefined;

  static getStubConfig(): object {
    return {};
  }

  static getConfigForm() {
    return editorOf({ name: "title", selector: { text: {} } });
  }

  getCardSize(): number {
    return 8;
  }

  getGridOptions(): object {
    return { columns: "full", min_columns: 6 };
  }

  protected request() {
    const { season } = this;
    return { type: "marstek/tempo/season", ...(season === undefined ? {} : { season }) };
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    // Another season begins with a day of its own.
    const before = changed.get("message") as SeasonMessage | undefined;
    if (before && before.season !== this.message?.season) this.chosen = undefined;
  }

  protected body(texts: Texts): TemplateResult {
    const { message } = this;
    if (!message) return this.waiting();
    if (!message.plan || message.season === null) return html`<p class="quiet">${texts.no_data}</p>`;
    return this.#calendar(message, texts);
  }

  /** A calendar without colours, which is as high as the one that comes. */
  protected override waiting(): TemplateResult {
    const today = isoDate(Date.now());
    const year = Number(today.slice(0, 4)) - (today.slice(5) < "09-01" ? 1 : 0);
    const none = { blue: 0, white: 0, red: 0 };
    const empty: SeasonMessage = {
      plan: true, season: year, seasons: [], today, tomorrow: today, days: [], left: none, total: none, currency: "EUR",
    };
    return html`<div class="waiting" inert aria-busy="true">${this.hass ? this.#calendar(empty, this.texts ?? {}) : nothing}</div>`;
  }

  #calendar(message: SeasonMessage, texts: Texts): TemplateResult {
    const all = months(message);
    const chosen = this.chosen ?? firstDay(message);
    const day = all.flatMap(({ days }) => days).find(({ date }) => date === chosen);
    const said = day ? this.#sentence(day, message, texts) : [];
    return html`
      ${this.#head(message, texts)}
      <div class="months" tabindex="0" role="slider" aria-label="${texts.season} ${message.season}–${(message.season ?? 0) + 1}"
        aria-valuemin="0" aria-valuemax="365" aria-valuenow=${Math.max(0, all.flatMap(({ days }) => days).indexOf(day!))}
        aria-valuetext=${said.join(", ")} @keydown=${this.#key} @click=${this.#choose} @pointerover=${this.#hover}>
        ${all.map((month) => this.#month(month, message, chosen, texts))}
      </div>
      <div class="details">${said.map((part, index) => html`<span class=${index === 0 ? "when" : ""}>${part}</span>`)}</div>`;
  }

  #head(message: SeasonMessage, texts: Texts): TemplateResult {
    const turn = (by: -1 | 1, label: string | undefined, sign: string) => {
      const season = neighbour(message, by);
      return html`<button aria-label=${label ?? ""} ?disabled=${season === undefined} @click=${() => {
        this.season = season;
      }}>${sign}</button>`;
    };
    const season = message.season ?? 0;
    return html`<div class="head">
      <div class="turn">
        ${turn(-1, texts.earlier_season, "‹")}<strong>${season}–${season + 1}</strong>${turn(1, texts.later_season, "›")}
      </div>
      <ul class="legend">
        ${COLOURS.map((colour) => html`<li><span class="cell ${colour}">${texts[`${colour}_letter`]}</span>
          ${fill(texts, "days_left", { colour: texts[colour] ?? colour, left: String(message.left[colour]), total: String(message.total[colour]) })}</li>`)}
      </ul>
    </div>`;
  }

  #month(month: Month, message: SeasonMessage, chosen: string, texts: Texts): TemplateResult {
    const { format } = this;
    return html`<section aria-hidden="true">
      <h3>${format.month(month.first)}</h3>
      <div class="days">
        ${Array.from({ length: 7 }, (_, day) => html`<span class="weekday">${format.weekday(day)}</span>`)}
        ${month.days.map((day, index) => {
          const classes = ["cell", day.colour ?? "unknown"];
          if (day.date === message.today) classes.push("today");
          if (day.date === chosen) classes.push("chosen");
          if (day.provisional) classes.push("provisional");
          return html`<span class=${classes.join(" ")} data-day=${day.date}
            style=${index === 0 ? `grid-column-start:${month.offset + 1}` : nothing}><small>${index + 1}</small>${day.colour ? texts[`${day.colour}_letter`] : ""}</span>`;
        })}
      </div>
    </section>`;
  }

  #sentence(day: Day, message: SeasonMessage, texts: Texts): string[] {
    const { format } = this;
    const said = [format.date(day.date)];
    if (!day.colour) return [...said, texts.unknown ?? ""];
    said.push(`${texts[day.colour]}${day.provisional ? ` (${texts.provisional})` : ""}`);
    if (day.offPeak !== null && day.peak !== null) {
      said.push(`${texts.off_peak} ${format.price(day.offPeak, message.currency)}`);
      said.push(`${texts.peak} ${format.price(day.peak, message.currency)}`);
    }
    if (day.source) said.push(`${texts.source} ${SOURCES[day.source] ?? day.source}`);
    return said;
  }

  #dayOf(event: Event): string | undefined {
    return event.target instanceof Element
      ? (event.target.closest("[data-day]") as HTMLElement | null)?.dataset.day
      : undefined;
  }

  #choose = (event: Event): void => {
    this.chosen = this.#dayOf(event) ?? this.chosen;
  };

  #hover = (event: PointerEvent): void => {
    if (event.pointerType === "mouse") this.#choose(event);
  };

  #key = (event: KeyboardEvent): void => {
    const message = this.message!;
    const by = KEYS[event.key];
    if (event.key === "Escape") this.chosen = undefined;
    else if (by !== undefined) {
      event.preventDefault();
      this.chosen = movedDay(this.chosen ?? firstDay(message), by, message.season ?? 0);
    }
  };

  static override styles = [
    sharedStyles,
    css`
      .waiting { visibility: hidden; }
      .head { display: flex; flex-wrap: wrap; gap: 8px 24px; align-items: center; justify-content: space-between; }
      .turn { display: flex; gap: 8px; align-items: center; }
      .legend { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 0; padding: 0; list-style: none; font-size: 0.875rem; }
      .legend li { display: flex; gap: 6px; align-items: center; }
      .legend .cell { width: 22px; height: 22px; }
      .months { display: grid; grid-template-columns: repeat(auto-fill, minmax(148px, 1fr)); gap: 12px 18px; margin-top: 12px; border-radius: 8px; }
      h3 { margin: 0 0 4px; font-size: 0.8125rem; font-weight: 500; text-transform: capitalize; }
      .days { display: grid; grid-template-columns: repeat(7, 1fr); gap: 2px; }
      .weekday { text-align: center; font-size: 0.625rem; color: var(--secondary-text-color); }
      .cell { display: flex; flex-direction: column; align-items: center; justify-content: center; aspect-ratio: 1; border-radius: 4px;
        font-size: 0.625rem; line-height: 1.05; font-weight: 700; box-sizing: border-box; cursor: pointer; }
      small { font-size: 0.5625rem; font-weight: 400; }
      .unknown { color: var(--secondary-text-color); border: 1px solid var(--divider-color); }
      .blue { background: var(--blue-day); color: #fff; }
      .white { color: #263238; border: 1px solid #90a4ae;
        background: radial-gradient(circle, #b0bec5 0.8px, transparent 1px) 0 0 / 5px 5px, var(--white-day); }
      .red { color: #fff; background: repeating-linear-gradient(45deg, #b71c1c 0 3px, #d84343 3px 5px); }
      .provisional { opacity: 0.65; outline: 1px dashed var(--primary-text-color); }
      .today { box-shadow: 0 0 0 2px var(--primary-color); }
      .chosen { outline: 2px solid var(--primary-text-color); outline-offset: 0; }
      .details { display: flex; flex-wrap: wrap; gap: 2px 14px; margin-top: 10px; min-height: 44px; font-size: 0.875rem; line-height: 1.5; }
      .when { font-weight: 600; }
    `,
  ];
}
