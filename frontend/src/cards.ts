/** Cards of the dashboard, also offered in the card picker of any other one. */
import { TimelineCard } from "./timeline/card.ts";

declare const TEXTS: Record<string, Record<string, string>>;

interface HomeAssistantElement extends Element {
  hass?: { language?: string };
}

interface PickerCard {
  type: string;
  name: string;
  description: string;
  preview: boolean;
  getEntitySuggestion?: (hass: object, entityId: string) => object | null;
}

/** Text of the picker in the language of the person, read when the picker opens. */
function text(key: string): string {
  const page: HomeAssistantElement | null = document.querySelector("home-assistant");
  const language = page?.hass?.language ?? document.documentElement.lang;
  return (TEXTS[language.split("-")[0] ?? ""] ?? TEXTS.en!)[key] ?? key;
}

const CARDS: Record<string, CustomElementConstructor> = {
  timeline: TimelineCard,
};

const picker = window as unknown as { customCards?: PickerCard[] };
picker.customCards ??= [];
for (const [key, card] of Object.entries(CARDS)) {
  const type = `marstek-${key}-card`;
  if (customElements.get(type)) continue;
  customElements.define(type, card);
  picker.customCards.push({
    type,
    preview: true,
    get name() {
      return text(key);
    },
    get description() {
      return text(`${key}_description`);
    },
  });
}
