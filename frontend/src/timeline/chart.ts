/** Drawing of the timeline: SVG of its own, since a chart library draws neither bands nor patterns. */
import { nothing, svg, type SVGTemplateResult } from "lit";
import type { Format } from "../format.ts";
import type { Texts } from "../hass.ts";
import {
  cheap,
  clipped,
  measured,
  priceBounds,
  strips,
  ticks,
  type Action,
  type Period,
  type PlanMessage,
  type Point,
  type Step,
  type Window,
} from "./model.ts";

export const LEFT = 34;
export const RIGHT = 40;
const STRIP = 22;
const GAP = 6;
const BAND = 26;
const AXIS = 34;
const FEW_PIXELS = 26;
/** Room in px that the label of an hour takes. */
const LABEL = 44;
/** Room in px that the name of a day takes. */
const DAY = 84;
/** Width in px of a letter of a label, on average. */
const LETTER = 6.5;
const SYMBOLS: Record<Action, string> = {
  auto: "⟳",
  hold: "❚❚",
  charge: "▲",
  discharge: "▼",
  ai: "✦",
};

export interface Drawing {
  message: PlanMessage;
  steps: readonly Step[];
  periods: readonly Period[];
  points: readonly Point[];
  future: readonly (readonly Point[])[];
  window: Window;
  width: number;
  now: number;
  cursor: number | undefined;
  shown: ReadonlySet<string>;
  format: Format;
  texts: Texts;
}

/** Height in px of what is shown, and where each part begins. */
export function parts(shown: ReadonlySet<string>, plot: number) {
  const strip = shown.has("colours") ? STRIP + GAP : 0;
  const height = shown.has("soc") || shown.has("price") ? plot + GAP : 0;
  const band = shown.has("actions") ? BAND + GAP : 0;
  return { plotTop: strip, bandTop: strip + height, axisTop: strip + height + band, height: strip + height + band + AXIS };
}

export function draw(drawing: Drawing, plot: number): SVGTemplateResult {
  const { window, width, shown } = drawing;
  const place = parts(shown, plot);
  const scale = (moment: number) =>
    LEFT + ((moment - window.start) / (window.end - window.start)) * (width - LEFT - RIGHT);
  return svg`
    ${patterns()}
    <clipPath id="area"><rect x=${LEFT} y="0" width=${Math.max(0, width - LEFT - RIGHT)} height=${place.height}></rect></clipPath>
    ${grid(drawing, scale, place.axisTop)}
    <g clip-path="url(#area)">
      ${shown.has("colours") ? colourStrip(drawing, scale) : nothing}
      ${shown.has("price") ? prices(drawing, scale, place.plotTop, plot) : nothing}
      ${shown.has("soc") ? charge(drawing, scale, place.plotTop, plot) : nothing}
      ${shown.has("actions") ? actions(drawing, scale, place.bandTop) : nothing}
    </g>
    ${scales(drawing, place.plotTop, plot)}
    ${lines(drawing, scale, place.axisTop)}`;
}

type Scale = (moment: number) => number;

function patterns(): SVGTemplateResult {
  return svg`<defs>
    <pattern id="red" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <rect width="6" height="6" class="day-red"></rect><rect width="2" height="6" fill="#fff" opacity=".35"></rect>
    </pattern>
    <pattern id="white" width="6" height="6" patternUnits="userSpaceOnUse">
      <rect width="6" height="6" class="day-white"></rect><circle cx="3" cy="3" r="1" fill="#78909c"></circle>
    </pattern>
    <pattern id="failed" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">
      <rect width="3" height="8" fill="#c62828"></rect>
    </pattern>
  </defs>`;
}

/** Where the name of the day after a midnight begins, in px; undefined where there is no room beside "now". */
export function dayPlace(midnight: number, width: number, label: readonly [number, number] | undefined): number | undefined {
  const start = Math.min(midnight + 3, width - DAY);
  if (!label || label[1] <= start || label[0] >= start + DAY) return start;
  const beside = Math.max(midnight, label[1]) + 3;
  return beside + DAY > width ? undefined : beside;
}

/** Both ends in px of the label of now. */
function nowLabel({ now, window, texts }: Drawing, scale: Scale): readonly [number, number] | undefined {
  const half = ((texts.now ?? "").length * LETTER) / 2;
  return now < window.start || now > window.end ? undefined : [scale(now) - half, scale(now) + half];
}

function grid(drawing: Drawing, scale: Scale, top: number): SVGTemplateResult[] {
  const { window, format, width } = drawing;
  const hours = (window.end - window.start) / 3600;
  const room = (width - LEFT - RIGHT) / hours;
  const every = [1, 2, 3, 6, 12].find((hours) => room * hours > LABEL) ?? 24;
  return ticks(window, every, (moment) => format.hour(moment)).map((moment) => {
    const midnight = format.hour(moment) === 0;
    const x = scale(moment);
    const name = midnight ? dayPlace(x, width, nowLabel(drawing, scale)) : undefined;
    return svg`<line class=${midnight ? "midnight" : "hour"} x1=${x} x2=${x} y1="0" y2=${top}></line>
      <text class="axis" x=${x} y=${top + 13} text-anchor="middle">${format.hourLabel(moment)}</text>
      ${name === undefined ? nothing : svg`<text class="axis day" x=${name} y=${top + 28}>${format.day(moment)}</text>`}`;
  });
}

function colourStrip({ periods, message, texts, window }: Drawing, scale: Scale) {
  const isTempo = message.tariff === "tempo";
  return strips(periods, isTempo).map((strip) => {
    const visible = clipped(strip, window);
    if (!visible) return nothing;
    const x = scale(visible.start);
    const width = Math.max(0, scale(visible.end) - x - 1);
    const name = isTempo
      ? (strip.colour ?? "unknown")
      : strip.off_peak && message.tariff === "fixed" ? "off_peak" : "peak";
    if (!isTempo && message.tariff === "dynamic") return nothing;
    const letter = strip.colour ? texts[`${strip.colour}_letter`] : isTempo ? "?" : "";
    const label = width > 70 ? texts[name] : letter;
    return svg`<g class="strip ${name} ${strip.provisional ? "provisional" : ""}">
      <rect x=${x} y="0" width=${width} height=${STRIP} rx="4"></rect>
      ${width > 12 ? svg`<text x=${x + width / 2} y="15" text-anchor="middle">${label}</text>` : nothing}
    </g>`;
  });
}

function prices(drawing: Drawing, scale: Scale, top: number, plot: number) {
  const { periods, message } = drawing;
  const [low, high] = priceBounds(periods);
  const y = (price: number) => top + plot - ((price - low) / (high - low)) * plot;
  const marked = new Set(cheap({ ...message, periods: [...periods] }));
  let path = "";
  const bars = periods.map((period) => {
    if (period.price === null) return nothing;
    const [x, end] = [scale(period.start), scale(period.end)];
    path += `${path ? "L" : "M"}${x.toFixed(1)} ${y(period.price).toFixed(1)}H${end.toFixed(1)}`;
    return svg`<rect class="price ${marked.has(period) ? "cheap" : ""} ${period.is_expected ? "expected" : ""}"
      x=${x} width=${Math.max(0, end - x)} y=${y(Math.max(0, period.price))} height=${Math.max(0, y(Math.min(0, period.price)) - y(Math.max(0, period.price)))}></rect>`;
  });
  return svg`${bars}<path class="price-line" d=${path}></path>`;
}

function charge({ points, future, now }: Drawing, scale: Scale, top: number, plot: number) {
  const y = (soc: number) => top + plot - (soc / 100) * plot;
  const path = (line: readonly Point[]) =>
    line.map(([moment, value], index) => `${index ? "L" : "M"}${scale(moment).toFixed(1)} ${y(value ?? 0).toFixed(1)}`).join("");
  return svg`
    ${measured(points, now).map((line) => svg`<path class="soc" d=${path(line)}></path>`)}
    ${future.map((line) => svg`<path class="soc expected" d=${path(line)}></path>`)}`;
}

function actions({ message, steps, texts, now, window }: Drawing, scale: Scale, top: number) {
  const block = (step: Step, isPast: boolean) => {
    const half = isPast ? { start: window.start, end: Math.min(now, window.end) } : { start: Math.max(now, window.start), end: window.end };
    const visible = clipped(step, half);
    if (!visible) return nothing;
    const x = scale(visible.start);
    const width = Math.max(1, scale(visible.end) - x - 1);
    const name = texts[`action_${step.action}`] ?? step.action;
    const label = width > 12 + name.length * 7 ? `${SYMBOLS[step.action]} ${name}` : SYMBOLS[step.action];
    const failed = (step.failing?.length ?? 0) > 0;
    return svg`<g class="step ${step.action} ${isPast ? "done" : "expected"}">
      <rect x=${x} y=${top} width=${width} height=${BAND} rx="5"></rect>
      ${failed ? svg`<rect class="failed" x=${x} y=${top + BAND - 7} width=${width} height="7" fill="url(#failed)"></rect>` : nothing}
      ${step.by_person && width > 8 ? svg`<circle class="person" cx=${x + 5} cy=${top + 5} r="3"></circle>` : nothing}
      ${width > FEW_PIXELS - 12 ? svg`<text x=${x + width / 2} y=${top + 17} text-anchor="middle">${label}</text>` : nothing}
    </g>`;
  };
  return [...message.past.map((step) => block(step, true)), ...steps.map((step) => block(step, false))];
}

function scales({ width, shown, periods, format }: Drawing, top: number, plot: number) {
  const [, high] = priceBounds(periods);
  const soc = shown.has("soc")
    ? [0, 50, 100].map((value) => {
        const y = top + plot - (value / 100) * plot;
        return svg`<text class="axis" x=${LEFT - 4} y=${y + (value === 100 ? 9 : value === 0 ? 0 : 4)} text-anchor="end">${value}%</text>`;
      })
    : nothing;
  const price = shown.has("price")
    ? [0.5, 1].map(
        (part) => svg`<text class="axis" x=${width - RIGHT + 4} y=${top + plot - part * plot + (part === 1 ? 9 : 4)}>${format.number(high * part, 2)}</text>`,
      )
    : nothing;
  return svg`${soc}${price}`;
}

function lines({ now, cursor, window, texts }: Drawing, scale: Scale, bottom: number) {
  const inside = (moment: number) => moment >= window.start && moment <= window.end;
  return svg`
    ${inside(now) ? svg`<line class="now" x1=${scale(now)} x2=${scale(now)} y1="0" y2=${bottom}></line>
      <text class="axis now-label" x=${scale(now)} y=${bottom + 28} text-anchor="middle">${texts.now}</text>` : nothing}
    ${cursor !== undefined && inside(cursor) ? svg`<line class="cursor" x1=${scale(cursor)} x2=${scale(cursor)} y1="0" y2=${bottom}></line>` : nothing}`;
}
