/** What the cards use of the frontend's `hass` object. */

export interface EntityState {
  entity_id: string;
  state: string;
  last_updated: string;
  attributes: Record<string, unknown>;
}

export interface Connection {
  subscribeMessage<Message>(
    callback: (message: Message) => void,
    request: Record<string, unknown>,
  ): Promise<() => Promise<void> | void>;
}

export interface Hass {
  language: string;
  locale?: { language: string; time_format?: string; number_format?: string };
  config?: { time_zone: string };
  states: Record<string, EntityState | undefined>;
  connection: Connection;
  callWS<Answer>(message: Record<string, unknown>): Promise<Answer>;
  formatEntityState?(state: EntityState): string;
}

export interface CardConfig {
  type: string;
  title?: string;
  [option: string]: unknown;
}

/** Texts of the cards by key; a text that is missing is shown as its key. */
export type Texts = Readonly<Record<string, string>>;

export function fill(texts: Texts, key: string, values: Record<string, string> = {}): string {
  return Object.entries(values).reduce(
    (text, [name, value]) => text.replace(`{${name}}`, value),
    texts[key] ?? key,
  );
}
