import assert from "node:assert/strict";
import { test } from "node:test";

interface Strategy {
  generate(config: object, hass: object): Promise<{ views?: { cards: { content: string }[] }[] }>;
  getCreateSuggestions(hass: object): { title: string };
}

const defined = new Map<string, Strategy>();
const scope = globalThis as unknown as Record<string, unknown>;
scope.HTMLElement = Object;
scope.document = { documentElement: { lang: "fr-FR" } };
scope.window = { customStrategies: [{ type: "of somebody else" }] };
scope.customElements = {
  get: (name: string) => defined.get(name),
  define: (name: string, element: Strategy) => defined.set(name, element),
  whenDefined: () => Promise.resolve(),
};
await import("../src/strategy.ts");
await new Promise((resolve) => setTimeout(resolve, 10));
const strategy = defined.get("ll-strategy-dashboard-marstek")!;
const listed = (scope.window as { customStrategies: { type: string; name: string }[] }).customStrategies;

test("the strategy is listed beside those of others, in the language of the page", () => {
  assert.deepEqual(
    listed.map((each) => each.type),
    ["of somebody else", "marstek"],
  );
  assert.equal(listed[1]?.name, "Marstek\u00a0: Batteries");
});

test("the layout is asked for once, with language, build and options", async () => {
  const asked: unknown[] = [];
  const hass = {
    language: "fr",
    callWS: (message: unknown) => {
      asked.push(message);
      return Promise.resolve({ config: { views: [] }, reload: null });
    },
  };
  assert.deepEqual(await strategy.generate({ hidden_views: ["log"] }, hass), { views: [] });
  assert.deepEqual(asked, [
    { type: "marstek/dashboard/config", language: "fr", build: "b1", hidden_views: ["log"], entry: [] },
  ]);
});

test("an older page asks for a reload", async () => {
  const hass = { language: "en", callWS: () => Promise.resolve({ config: {}, reload: "Reload" }) };
  const { views } = await strategy.generate({}, hass);
  assert.equal(views?.[0]?.cards[0]?.content, "Reload");
});

test("a failed call is one card that says why, without markup", async () => {
  const hass = {
    language: "en",
    callWS: () => Promise.reject({ code: "unknown_command", message: "<b>no</b> [link](x)" }),
  };
  const { views } = await strategy.generate({}, hass);
  assert.equal(views?.[0]?.cards[0]?.content, "Failed: \\<b\\>no\\</b\\> \\[link\\](x)");
});

test("a new dashboard is named in the language of the person", () => {
  assert.equal(strategy.getCreateSuggestions({ language: "fr" }).title, "Batteries");
});
