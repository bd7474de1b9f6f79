/** Records card: downloads a file with what is kept, or a report of a period. */
import { css, html, nothing, type TemplateResult } from "lit";
import { editorOf, MarstekCard, reasonOf, sharedStyles } from "../base.ts";
import type { Texts } from "../hass.ts";
import { daysOf, FORMATS, RANGES, todayIn, type FileFormat, type Range } from "./model.ts";

interface Answer {
  response: { file?: string; path?: string; url?: string };
}

interface Made {
  path: string;
  name: string;
}

export class RecordsCard extends MarstekCard<never> {
  static override properties = {
    ...MarstekCard.properties,
    range: { state: true },
    fileFormat: { state: true },
    made: { state: true },
    wrong: { state: true },
    isBusy: { state: true },
  };

  declare range: Range;
  declare fileFormat: FileFormat;
  declare made?: Made | undefined;
  declare wrong?: string | undefined;
  declare isBusy: boolean;

  constructor() {
    super();
    this.range = "month";
    this.fileFormat = "xlsx";
    this.isBusy = false;
  }

  static getStubConfig(): object {
    return {};
  }

  static getConfigForm() {
    return editorOf({ name: "title", selector: { text: {} } });
  }

  getCardSize(): number {
    return 3;
  }

  getGridOptions(): object {
    return { columns: 12, min_columns: 6 };
  }

  protected request() {
    return undefined;
  }

  protected body(texts: Texts): TemplateResult {
    const choose = <Value extends string>(label: string, values: readonly Value[], chosen: Value, set: (value: Value) => void) => html`
      <label>${texts[label]}
        <select @change=${(event: Event) => set((event.target as HTMLSelectElement).value as Value)}>
          ${values.map((value) => html`<option value=${value} ?selected=${value === chosen}>${texts[`range_${value}`] ?? value.toUpperCase()}</option>`)}
        </select></label>`;
    return html`
      <div class="row">
        ${choose("range", RANGES, this.range, (value) => {
          this.range = value;
        })}
        ${choose("file_format", FORMATS, this.fileFormat, (value) => {
          this.fileFormat = value;
        })}
      </div>
      <div class="row">
        <button ?disabled=${this.isBusy} @click=${this.#export}>${texts.export}</button>
        <button ?disabled=${this.isBusy} @click=${this.#report}>${texts.report}</button>
      </div>
      <p class="quiet" aria-live="polite">
        ${this.isBusy ? texts.being_made : this.wrong ? this.wrong : this.made ? html`<a href=${this.made.path} target="_blank" rel="noopener">${this.made.name}</a> – ${texts.once}` : nothing}
      </p>`;
  }

  #export = async (): Promise<void> => {
    const days = this.#days;
    const resolution = this.range === "week" ? "hour" : "day";
    const made = await this.#make("export", { ...days, resolution, format: this.fileFormat });
    if (!made) return;
    const link = document.createElement("a");
    link.href = made.path;
    link.download = made.name;
    link.click();
    // The address works once: nothing is left to open.
    this.made = undefined;
  };

  #report = async (): Promise<void> => {
    this.made = await this.#make("report", { ...this.#days });
  };

  get #days() {
    return daysOf(this.range, todayIn(this.hass?.config?.time_zone ?? "UTC", Date.now()));
  }

  /** Have a file made; what goes wrong is said in the words of the integration. */
  async #make(service: string, data: Record<string, unknown>): Promise<Made | undefined> {
    this.isBusy = true;
    this.wrong = undefined;
    this.made = undefined;
    try {
      const { response } = await this.hass!.callWS<Answer>({
        type: "call_service", domain: "marstek", service, service_data: data, return_response: true,
      });
      const { path, file } = response;
      return path === undefined ? undefined : { path, name: file ?? service };
    } catch (error) {
      this.wrong = reasonOf(error);
      return undefined;
    } finally {
      this.isBusy = false;
    }
  }

  static override styles = [
    sharedStyles,
    css`
      .waiting { height: 141px; }
      .row { display: flex; flex-wrap: wrap; gap: 12px; margin-bottom: 12px; }
      label { display: flex; flex: 1 1 120px; flex-direction: column; gap: 4px; font-size: 0.875rem; }
      select { font: inherit; min-height: 36px; padding: 4px 8px; border: 1px solid var(--divider-color); border-radius: 8px;
        color: inherit; background: var(--ha-card-background, var(--card-background-color)); }
      .row > button { flex: 1 1 120px; }
      p { margin: 0; min-height: 1.5em; }
      a { color: var(--primary-color); }
    `,
  ];
}
