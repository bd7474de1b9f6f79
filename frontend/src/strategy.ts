/**
 * Dashboard strategy: asks Home Assistant for the layout of the dashboard.
 *
 * The element is defined before anything is fetched, because the frontend waits five seconds for it
 * and then shows an error. The cards follow in a module of their own.
 */

interface Hass {
  language: string;
  callWS<Answer>(message: Record<string, unknown>): Promise<Answer>;
}

interface StrategyConfig {
  hidden_views?: string[];
  entry?: string | string[];
}

interface Answer {
  config: object;
  reload: string | null;
}

interface Listed {
  type: string;
  strategyType: string;
  name: string;
  description: string;
}

declare const BUILD: string;
declare const CARDS: string;
declare const TEXTS: Record<string, { title: string; listed: string; description: string; failed: string }>;

const language = (hass?: Hass): string =>
  (hass?.language ?? document.documentElement.lang).split("-")[0] ?? "en";
const texts = (hass?: Hass) => TEXTS[language(hass)] ?? TEXTS.en!;

/** A page with one card that says why there is nothing else; as code, so that nothing is markup. */
const page = (message: string): object => ({
  views: [{ cards: [{ type: "markdown", content: message.replace(/[<>&*_`[\]]/g, "\\$&") }] }],
});

class MarstekDashboardStrategy extends HTMLElement {
  static registryDependencies = ["entities", "devices"];
  static noEditor = true;

  static async generate(config: StrategyConfig, hass: Hass): Promise<object> {
    try {
      const answer = await hass.callWS<Answer>({
        type: "marstek/dashboard/config",
        language: hass.language,
        build: BUILD,
        hidden_views: config.hidden_views ?? [],
        entry: config.entry ?? [],
      });
      return answer.reload ? page(answer.reload) : answer.config;
    } catch (error) {
      const { message, code } = error as { message?: string; code?: string };
      return page(`${texts(hass).failed} ${message ?? code ?? ""}`);
    }
  }

  static getCreateSuggestions(hass: Hass) {
    return { title: texts(hass).title, icon: "mdi:home-battery" };
  }
}

const owner = window as unknown as { customStrategies?: Listed[] };
(owner.customStrategies ??= []).push({
  type: "marstek",
  strategyType: "dashboard",
  // Read when the dialog opens, by when the page knows the language of its user.
  get name() {
    return texts().listed;
  },
  get description() {
    return texts().description;
  },
});

// Home Assistant's page replaces the registry of elements while it starts (its polyfill of scoped
// registries), and what was defined before is lost. A small module in the cache is faster than that.
void customElements.whenDefined("home-assistant").then(() => {
  if (!customElements.get("ll-strategy-dashboard-marstek")) {
    customElements.define("ll-strategy-dashboard-marstek", MarstekDashboardStrategy);
  }
  return import(CARDS);
});

export {};
