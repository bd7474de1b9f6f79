/** Base of the cards: texts, format, and a subscription that lives while the card is on the page. */
import { css, html, LitElement, type PropertyValues, type TemplateResult } from "lit";
import { Format } from "./format.ts";
import type { CardConfig, Hass, Texts } from "./hass.ts";

const loaded = new Map<string, Promise<Texts>>();
let shown: Texts = {};

/** Texts of a language: asked for once per page; after a failure, by the next card again. */
function textsOf(hass: Hass): Promise<Texts> {
  const known = loaded.get(hass.language);
  if (known) return known;
  const asked = hass.callWS<Texts>({ type: "marstek/dashboard/texts", language: hass.language });
  loaded.set(hass.language, asked);
  asked.then(
    (texts) => {
      shown = texts;
    },
    () => loaded.delete(hass.language),
  );
  return asked;
}

/** Text for the visual editors, which have no `hass`: cards that are drawn beside them have loaded it. */
export function editorText(key: string): string {
  return shown[key] ?? key;
}

/** Visual editor of a card with options by these names. */
export function editorOf(...schema: { name: string; selector: object }[]): object {
  return { schema, computeLabel: ({ name }: { name: string }) => editorText(`editor_${name}`) };
}

/** Reason of a failed call, as Home Assistant gives it: in the language of the person. */
export function reasonOf(error: unknown): string {
  const { message, code } = (error ?? {}) as { message?: string; code?: string };
  return message ?? code ?? String(error);
}

export const sharedStyles = css`
  :host {
    display: block;
    height: 100%;
    --blue-day: #1565c0;
    --white-day: #eceff1;
    --red-day: #c62828;
    --charge: var(--green-color, #43a047);
    --discharge: var(--orange-color, #ef6c00);
    --hold: var(--amber-color, #b8860b);
    --auto: var(--blue-grey-color, #607d8b);
  }
  ha-card {
    height: 100%;
    box-sizing: border-box;
    padding: 12px 16px;
    color: var(--primary-text-color);
    overflow: hidden;
  }
  h2 {
    margin: 0 0 8px;
    font-size: 1rem;
    font-weight: 500;
  }
  button {
    font: inherit;
    color: inherit;
    min-height: 36px;
    min-width: 36px;
    padding: 4px 12px;
    border: 1px solid var(--divider-color);
    border-radius: 18px;
    background: none;
    cursor: pointer;
  }
  button[aria-pressed="true"] {
    background: var(--red-day);
    border-color: var(--red-day);
    color: #fff;
  }
  button:disabled {
    opacity: 0.4;
    cursor: default;
  }
  :focus-visible {
    outline: 2px solid var(--primary-color);
    outline-offset: 2px;
  }
  .quiet {
    color: var(--secondary-text-color);
  }
`;

export abstract class MarstekCard<Message> extends LitElement {
  static override properties = {
    hass: { attribute: false },
    config: { state: true },
    message: { state: true },
    texts: { state: true },
    problem: { state: true },
  };

  declare hass?: Hass;
  declare config?: CardConfig;
  declare message?: Message;
  declare texts?: Texts;
  declare problem?: string | undefined;
  #format?: Format;
  #stop: Promise<() => Promise<void> | void> | undefined;
  #subscribed: string | undefined;

  /** Request of the subscription; undefined for a card without one. */
  protected abstract request(): Record<string, unknown> | undefined;
  protected abstract body(texts: Texts): TemplateResult;

  setConfig(config: CardConfig): void {
    this.config = config;
  }

  protected get format(): Format {
    const { language, locale, config } = this.hass!;
    const zone = this.zone ?? config?.time_zone ?? "UTC";
    const name = locale?.language ?? language;
    if (this.#format?.language !== name || this.#format.zone !== zone) {
      const clock = locale?.time_format;
      this.#format = new Format(name, zone, clock === "12" ? true : clock === "24" ? false : undefined);
    }
    return this.#format;
  }

  /** Zone of the wall clock that the card shows; undefined for that of Home Assistant. */
  protected get zone(): string | undefined {
    return undefined;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#follow();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#leave();
  }

  /** A new `hass` comes with each state of the whole home: only what a card shows draws it anew. */
  protected override shouldUpdate(changed: PropertyValues): boolean {
    if (changed.size > 1 || !changed.has("hass")) return true;
    const before = changed.get("hass") as Hass | undefined;
    return !before || before.language !== this.hass?.language || this.concerns(before);
  }

  /** Whether a change of states has to be shown. */
  protected concerns(before: Hass): boolean {
    return before.locale !== this.hass?.locale;
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.size > 0) this.#follow();
  }

  #leave(): void {
    const stop = this.#stop;
    this.#stop = undefined;
    this.#subscribed = undefined;
    stop?.then((end) => end()).catch(() => undefined);
  }

  #follow(): void {
    const { hass } = this;
    if (!hass || !this.config || !this.isConnected) return;
    const request = this.request();
    const wanted = JSON.stringify([hass.language, request]);
    if (this.#subscribed === wanted) return;
    this.#leave();
    this.#subscribed = wanted;
    textsOf(hass)
      .then((texts) => {
        this.texts = texts;
      })
      .catch((error: unknown) => this.failed(error));
    if (!request) return;
    this.#stop = hass.connection.subscribeMessage<Message>((message) => {
      this.problem = undefined;
      this.message = message;
    }, request);
    this.#stop.catch((error: unknown) => this.failed(error));
  }

  protected failed(error: unknown): void {
    this.problem = reasonOf(error);
  }

  /** Place of what is not known yet: as high as the card will be, so that nothing moves. */
  protected waiting(): TemplateResult {
    return html`<div class="waiting" aria-busy="true"></div>`;
  }

  protected override render(): TemplateResult {
    const title = this.config?.title;
    const content = this.problem
      ? html`<p role="alert">${this.problem}</p>`
      : this.texts && this.hass
        ? this.body(this.texts)
        : this.waiting();
    return html`<ha-card>${title ? html`<h2>${title}</h2>` : null}${content}</ha-card>`;
  }
}
