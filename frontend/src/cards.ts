/** Cards of the dashboard, also offered in the card picker of any other one. */
import { FlowCard } from "./flow/card.ts";
import { RecordsCard } from "./records/card.ts";
import { SeasonCard } from "./season/card.ts";
import { TimelineCard } from "./timeline/card.ts";
import { WeekCard } from "./week/card.ts";

declare const TEXTS: Record<string, Record<string, string>>;

interface HomeAssistantElement extends Element {
  hass?: { language?: string };
}

interface PickerCard {
  type: string;
  name: string;
  description: string;
  preview: boolean;
  getEntitySuggestion: (hass: Registry, entityId: string) => object | null;
}

/** Text of the picker in the language of the person, read when the picker opens. */
function text(key: string): string {
  const page: HomeAssistantElement | null = document.querySelector("home-assistant");
  const language = page?.hass?.language ?? document.documentElement.lang;
  return (TEXTS[language.split("-")[0] ?? ""] ?? TEXTS.en!)[key] ?? key;
}

const CARDS: Record<string, CustomElementConstructor> = {
  flow: FlowCard,
  timeline: TimelineCard,
  season: SeasonCard,
  records: RecordsCard,
  week: WeekCard,
};

interface Registry {
  entities?: Record<string, { platform?: string; translation_key?: string } | undefined>;
}

/** Keys of entities for which a card is suggested, by card. */
const SUGGESTED: Record<string, RegExp> = {
  flow: /^(soc|battery_power|commanded_by|total_power|total_soc)$/,
  timeline: /^(plan_state|plan_reason|next_action|next_action_at|plan)$/,
  week: /^schedule$/,
  season: /^colour_(today|tomorrow)$|_days(_left)?$/,
};

function suggest(key: string, hass: Registry, entityId: string): object | null {
  const entity = hass.entities?.[entityId];
  if (entity?.platform !== "marstek" || !SUGGESTED[key]?.test(entity.translation_key ?? "")) return null;
  return { config: { type: `custom:marstek-${key}-card` }, label: text(key) };
}

const picker = window as unknown as { customCards?: PickerCard[] };
picker.customCards ??= [];
for (const [key, card] of Object.entries(CARDS)) {
  const type = `marstek-${key}-card`;
  if (customElements.get(type)) continue;
  customElements.define(type, card);
  picker.customCards.push({
    type,
    preview: true,
    getEntitySuggestion: (hass, entityId) => suggest(key, hass, entityId),
    get name() {
      return text(key);
    },
    get description() {
      return text(`${key}_description`);
    },
  });
}
