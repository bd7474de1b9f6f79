/** Flow card: grid, sun, house and each battery, with arrows by power. */
import { css, html, nothing, svg, type SVGTemplateResult, type TemplateResult } from "lit";
import { editorOf, MarstekCard, sharedStyles } from "../base.ts";
import type { CardConfig, EntityState, Hass, Texts } from "../hass.ts";
import {
  house,
  IDLE,
  isRecent,
  pace,
  percent,
  places,
  shortened,
  thickness,
  watts,
  WIDTH,
  type BatteryOptions,
  type FlowOptions,
  type Place,
} from "./model.ts";

const RADIUS = 34;
const RING = 2 * Math.PI * RADIUS;
const SUN_TOP = 40;
const WITHOUT_SUN = -68;
const NAME_LETTERS = 16;
const ICONS = {
  grid: "M8.28,5.45L6.5,4.55L7.76,2H16.23L17.5,4.55L15.72,5.44L15,4H9L8.28,5.45M18.62,8H14.09L13.3,5H10.7L9.91,8H5.38L4.1,10.55L5.89,11.44L6.62,10H17.38L18.1,11.45L19.89,10.56L18.62,8M17.77,22H15.7L15.46,21.1L12,15.9L8.53,21.1L8.3,22H6.23L9.12,11H11.19L10.83,12.35L12,14.1L13.16,12.35L12.81,11H14.88L17.77,22M11.4,15L10.5,13.65L9.32,18.13L11.4,15M14.68,18.12L13.5,13.64L12.6,15L14.68,18.12Z",
  house: "M10,20V14H14V20H19V12H22L12,3L2,12H5V20H10Z",
  solar: "M12,7A5,5 0 0,1 17,12A5,5 0 0,1 12,17A5,5 0 0,1 7,12A5,5 0 0,1 12,7M11,1H13V5H11V1M11,19H13V23H11V19M1,11H5V13H1V11M19,11H23V13H19V11M4.2,5.6L5.6,4.2L8.5,7L7,8.5L4.2,5.6M15.5,17L17,15.5L19.8,18.4L18.4,19.8L15.5,17M4.2,18.4L7,15.5L8.5,17L5.6,19.8L4.2,18.4M15.5,7L18.4,4.2L19.8,5.6L17,8.5L15.5,7Z",
};

export class FlowCard extends MarstekCard<never> {
  static override properties = { ...MarstekCard.properties, found: { state: true } };

  declare found?: FlowOptions;
  #isAsked = false;

  static getStubConfig(): object {
    return {};
  }

  static getConfigForm() {
    return editorOf(
      { name: "title", selector: { text: {} } },
      { name: "grid", selector: { entity: { domain: "sensor", device_class: "power" } } },
      { name: "solar", selector: { entity: { domain: "sensor", device_class: "power", multiple: true } } },
    );
  }

  override setConfig(config: CardConfig): void {
    const { batteries } = config;
    if (batteries !== undefined && !Array.isArray(batteries)) throw new Error("batteries: [{ name, soc, power }]");
    super.setConfig(config);
  }

  getCardSize(): number {
    return 5;
  }

  getGridOptions(): object {
    return { columns: 12, min_columns: 6 };
  }

  protected request() {
    return undefined;
  }

  protected override concerns(before: Hass): boolean {
    return super.concerns(before) || this.#entities().some((id) => before.states[id] !== this.hass?.states[id]);
  }

  protected override updated(): void {
    if (this.#isAsked || !this.hass || !this.config || this.config.batteries) return;
    this.#isAsked = true;
    this.hass
      .callWS<FlowOptions>({ type: "marstek/dashboard/flow" })
      .then((found) => {
        this.found = found;
      })
      .catch((error: unknown) => this.failed(error));
  }

  /** What the owner has set, before what the home has. */
  get #options(): FlowOptions {
    const { grid, solar, batteries } = (this.config ?? {}) as FlowOptions;
    return {
      ...this.found,
      ...(grid ? { grid } : {}),
      ...(solar ? { solar: ([] as string[]).concat(solar) } : {}),
      ...(batteries ? { batteries } : {}),
    };
  }

  #entities(): string[] {
    const { grid, solar = [], batteries = [], meter } = this.#options;
    const own = batteries.flatMap(({ soc, power, commanded_by }) => [soc, power, commanded_by]);
    return [grid, meter, ...solar, ...own].filter((id): id is string => id !== undefined);
  }

  #state(id: string | undefined): EntityState | undefined {
    return id === undefined ? undefined : this.hass?.states[id];
  }

  /** Height of the picture, in its own units. */
  #height({ solar = [], batteries = [] }: FlowOptions): number {
    const middle = (solar.length ? SUN_TOP : WITHOUT_SUN) + 112;
    return (places(batteries.length, middle + 120).at(-1)?.y ?? middle) + 84;
  }

  protected override waiting(): TemplateResult {
    return html`<svg viewBox="0 0 ${WIDTH} ${this.#height(this.#options)}" aria-hidden="true"></svg>`;
  }

  protected body(texts: Texts): TemplateResult {
    const { grid, solar = [], batteries = [] } = this.#options;
    if (batteries.length === 0) return html`<p class="quiet">${texts.no_batteries}</p>`;
    const meter = this.#state(grid);
    const fromGrid = isRecent(meter, Date.now()) ? watts(meter) : null;
    const suns = solar.map((id) => watts(this.#state(id)));
    const powers = batteries.map(({ power }) => watts(this.#state(power)));
    // The power of a battery is that of its cells: what its solar inputs give comes on top.
    const load = grid === undefined ? null : house(fromGrid, suns, powers);
    const sun = suns.some((power) => power === null) ? null : suns.reduce<number>((sum, power) => sum + (power ?? 0), 0);
    const middle = (solar.length ? SUN_TOP : WITHOUT_SUN) + 112;
    const where = places(batteries.length, middle + 120);
    const height = this.#height(this.#options);
    const centre: Place = { x: WIDTH / 2, y: middle };
    return html`<svg viewBox="0 0 ${WIDTH} ${height}" role="group">
      ${solar.length ? this.#line({ x: centre.x, y: SUN_TOP + RADIUS }, centre, sun, "sun") : nothing}
      ${grid === undefined ? nothing : this.#line({ x: 60 + RADIUS, y: middle }, centre, fromGrid, "grid")}
      ${this.#line(centre, { x: WIDTH - 60 - RADIUS, y: middle }, load, "house")}
      ${batteries.map((_, index) => this.#line({ x: where[index]!.x, y: where[index]!.y - RADIUS }, centre, powers[index] ?? null, "battery"))}
      <circle class="joint" cx=${centre.x} cy=${centre.y} r="4"></circle>
      ${solar.length ? this.#node({ x: centre.x, y: SUN_TOP }, "solar", texts.solar, sun, solar[0]) : nothing}
      ${grid === undefined ? nothing : this.#node({ x: 60, y: middle }, "grid", texts.grid, fromGrid, grid)}
      ${this.#verdict({ x: 60, y: middle })}
      ${this.#node({ x: WIDTH - 60, y: middle }, "house", texts.house, load, undefined)}
      ${batteries.map((battery, index) => this.#battery(where[index]!, battery, powers[index] ?? null, texts))}
    </svg>`;
  }

  /** A line on which power runs from one place to the other, or back when it is negative. */
  #line(from: Place, to: Place, power: number | null, kind: string): SVGTemplateResult {
    const path = `M${from.x} ${from.y}C${from.x} ${(from.y + to.y) / 2},${to.x} ${(from.y + to.y) / 2},${to.x} ${to.y}`;
    const runs = power !== null && Math.abs(power) >= IDLE;
    return svg`<path class="line ${kind} ${runs ? (power > 0 ? "runs" : "runs back") : ""}" d=${path}
      style=${runs ? `stroke-width:${thickness(power)}px;animation-duration:${pace(power)}s` : nothing}></path>`;
  }

  #node(place: Place, icon: keyof typeof ICONS, name: string | undefined, power: number | null, id: string | undefined): SVGTemplateResult {
    const shown = power === null ? "–" : this.format.watts(Math.abs(power));
    return this.#tappable(id, `${shown} ${name}`, svg`
      <circle class="node ${icon}" cx=${place.x} cy=${place.y} r=${RADIUS}></circle>
      <path class="icon ${icon}" d=${ICONS[icon]} transform="translate(${place.x - 10} ${place.y - 24}) scale(.84)"></path>
      <text class="value" x=${place.x} y=${place.y + 13} text-anchor="middle">${shown}</text>
      ${icon === "solar"
        ? svg`<text class="name" x=${place.x + RADIUS + 8} y=${place.y + 4}>${name}</text>`
        : svg`<text class="name" x=${place.x} y=${place.y + RADIUS + 15} text-anchor="middle">${name}</text>`}`);
  }

  /** How well batteries hold the grid by the emulated meter, below the grid. */
  #verdict(place: Place): SVGTemplateResult | typeof nothing {
    const { meter } = this.#options;
    const state = this.#state(meter);
    if (!state || state.state === "unavailable") return nothing;
    const said = shortened(this.hass?.formatEntityState?.(state) ?? state.state, NAME_LETTERS + 6);
    return this.#tappable(meter, said, svg`
      <text class="by" x=${place.x} y=${place.y + RADIUS + 29} text-anchor="middle">${said}</text>`);
  }

  #battery(place: Place, battery: BatteryOptions, power: number | null, texts: Texts): SVGTemplateResult {
    const soc = percent(this.#state(battery.soc));
    const by = this.#state(battery.commanded_by);
    const commander = by ? (this.hass?.formatEntityState?.(by) ?? by.state) : "";
    const direction = power === null ? texts.unavailable : Math.abs(power) < IDLE ? texts.idle : power > 0 ? texts.discharging : texts.charging;
    const flow = power === null ? "–" : this.format.watts(Math.abs(power));
    const name = shortened(battery.name, NAME_LETTERS);
    const level = soc === null ? "–" : this.format.percent(soc);
    const who = shortened(commander, NAME_LETTERS + 3);
    // In the order of what is seen, so that who speaks to the page can name it.
    const said = `${level} ${flow} ${name} ${who} ${direction}`;
    const silent = power === null ? "silent" : "";
    return this.#tappable(battery.soc ?? battery.power, said, svg`
      <circle class="node battery ${silent}" cx=${place.x} cy=${place.y} r=${RADIUS}></circle>
      ${soc === null ? nothing : svg`<circle class="soc ${soc <= 20 ? "low" : ""}" cx=${place.x} cy=${place.y} r=${RADIUS}
        stroke-dasharray="${(soc / 100) * RING} ${RING}" transform="rotate(-90 ${place.x} ${place.y})"></circle>`}
      <text class="percent" x=${place.x} y=${place.y} text-anchor="middle">${level}</text>
      <text class="value" x=${place.x} y=${place.y + 15} text-anchor="middle">${power === null || Math.abs(power) < IDLE ? "" : power > 0 ? "▲" : "▼"} ${flow}</text>
      <text class="name" x=${place.x} y=${place.y + RADIUS + 15} text-anchor="middle">${name}</text>
      <text class="by" x=${place.x} y=${place.y + RADIUS + 29} text-anchor="middle">${who}</text>`);
  }

  /** A part that opens the details of an entity by mouse, touch and keyboard. */
  #tappable(id: string | undefined, said: string, content: SVGTemplateResult): SVGTemplateResult {
    if (id === undefined) return svg`<g role="img" aria-label=${said}>${content}</g>`;
    const open = () => {
      this.dispatchEvent(new CustomEvent("hass-more-info", { detail: { entityId: id }, bubbles: true, composed: true }));
    };
    const key = (event: KeyboardEvent) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      open();
    };
    return svg`<g class="tappable" role="button" tabindex="0" aria-label=${said} @click=${open} @keydown=${key}>
      <g aria-hidden="true">${content}</g></g>`;
  }

  static override styles = [
    sharedStyles,
    css`
      svg { display: block; width: 100%; max-width: 520px; margin: 0 auto; overflow: visible; }
      text { fill: var(--primary-text-color); font-size: 12px; }
      .value { font-size: 11px; font-weight: 500; }
      .percent { font-size: 16px; font-weight: 600; }
      .name { font-weight: 500; }
      .by { font-size: 11px; fill: var(--secondary-text-color); }
      .node { fill: var(--ha-card-background, var(--card-background-color)); stroke: var(--divider-color); stroke-width: 2; }
      .node.grid { stroke: var(--auto); }
      .node.solar { stroke: var(--hold); }
      .node.house { stroke: var(--primary-color); }
      .node.battery { stroke-width: 5; }
      .silent { stroke: var(--error-color, #db4437); stroke-dasharray: 4 4; }
      .icon { fill: var(--secondary-text-color); }
      .icon.solar { fill: var(--hold); }
      .icon.house { fill: var(--primary-color); }
      .soc { fill: none; stroke: var(--charge); stroke-width: 5; stroke-linecap: round; }
      .soc.low { stroke: var(--discharge); }
      .joint { fill: var(--divider-color); }
      .line { fill: none; stroke: var(--divider-color); stroke-width: 1.5; }
      .runs { stroke: var(--charge); stroke-dasharray: 6 6; animation: run linear infinite; }
      .runs.grid { stroke: var(--auto); }
      .runs.sun { stroke: var(--hold); }
      .runs.house { stroke: var(--primary-color); }
      .back { animation-direction: reverse; }
      .tappable { cursor: pointer; outline-offset: 4px; }
      @keyframes run { from { stroke-dashoffset: 24; } to { stroke-dashoffset: 0; } }
      @media (prefers-reduced-motion: reduce) { .runs { animation: none; } }
    `,
  ];
}
