"""Programs that the walk through the dashboard runs inside the page."""

from typing import Final

# Elements of the whole page, also in shadow roots: cards that failed, and whatever is wider than it.
STICKING_OUT: Final = """() => {
  const found = [];
  const walk = (root) => {
    for (const element of root.querySelectorAll("*")) {
      const name = element.localName;
      if (name === "hui-error-card") found.push(`a card failed: ${element.shadowRoot?.textContent?.trim()}`);
      if (name.startsWith("marstek-") || name === "hui-section") {
        const box = element.getBoundingClientRect();
        if (box.right > window.innerWidth + 1) found.push(`${name} sticks out to ${box.right}`);
      }
      if (element.shadowRoot) walk(element.shadowRoot);
    }
  };
  walk(document);
  if (document.scrollingElement.scrollWidth > window.innerWidth) found.push("the page scrolls sideways");
  return found;
}"""
# A flow of six batteries, each of whose powers changes in turn; the time of 300 changes.
STATE_CHANGES: Final = """async () => {
  const find = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.localName === "marstek-flow-card") return element;
      const inside = element.shadowRoot && find(element.shadowRoot);
      if (inside) return inside;
    }
  };
  const card = find(document), { hass, config } = card;
  const { batteries } = config;
  card.setConfig({ ...config, batteries: Array.from({ length: 6 }, (_, index) => batteries[index % batteries.length]) });
  await card.updateComplete;
  const begun = performance.now();
  for (let index = 0; index < 300; index += 1) {
    const id = batteries[index % batteries.length].power;
    const state = { ...hass.states[id], state: String(index) };
    card.hass = { ...hass, states: { ...hass.states, [id]: state } };
    await card.updateComplete;
  }
  const took = (performance.now() - begun) / 300;
  card.setConfig(config);
  card.hass = hass;
  return took;
}"""
RUN_AXE: Final = """async (names) => {
  const cards = [];
  const walk = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (names.includes(element.localName)) cards.push(element);
      if (element.shadowRoot) walk(element.shadowRoot);
    }
  };
  walk(document);
  if (cards.length === 0) return [];
  const { violations } = await axe.run(cards);
  return violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html, failureSummary }) => [html.slice(0, 200), failureSummary]) }));
}"""
# Sum of the layout shifts of a page, save those just after a click.
WATCH_SHIFTS: Final = """
window.marstekShifts = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.marstekShifts += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
SHIFTS: Final = "() => window.marstekShifts"
