/** Styles of the week card. */
import { css } from "lit";

export const weekStyles = css`
  .waiting { height: 591px; }
  .week { display: grid; grid-template-columns: 34px repeat(7, minmax(0, 1fr)); column-gap: 2px; user-select: none; -webkit-user-select: none; }
  .name { text-align: center; font-size: 0.75rem; padding-bottom: 10px; overflow: hidden; text-transform: capitalize; }
  .hours { position: relative; font-size: 0.6875rem; color: var(--secondary-text-color); }
  .hours span { position: absolute; right: 4px; transform: translateY(-50%); white-space: nowrap; }
  .day { position: relative; border-radius: 4px; background:
    repeating-linear-gradient(var(--divider-color) 0 1px, transparent 1px calc(var(--hour) * 4)),
    color-mix(in srgb, var(--secondary-text-color) 6%, transparent); }
  .slot { --kind: var(--charge); position: absolute; left: 0; right: 0; min-width: 0; min-height: 0; margin: 0; padding: 0; box-sizing: border-box; overflow: hidden;
    display: flex; align-items: center; justify-content: center; border: 1px solid var(--kind); border-left-width: 4px; border-radius: 4px;
    background: color-mix(in srgb, var(--kind) 32%, var(--ha-card-background, var(--card-background-color, #fff)));
    color: var(--primary-text-color); font-size: 0.6875rem; line-height: 1; cursor: grab; }
  button.slot[aria-pressed="true"] { background: color-mix(in srgb, var(--kind) 48%, var(--ha-card-background, var(--card-background-color, #fff)));
    border-color: var(--kind); color: var(--primary-text-color); }
  .slot.discharge { --kind: var(--discharge); }
  .slot.hold { --kind: var(--hold); }
  .slot.off { background: none; border-style: dotted; color: var(--secondary-text-color); }
  .slot.doubt { border-style: dashed; }
  .slot.changed { box-shadow: inset 0 0 0 1px var(--kind); }
  .slot.selected { z-index: 2; overflow: visible; outline: 2px solid var(--primary-color); touch-action: none; }
  .slot.wrong { outline: 2px solid var(--error-color, #c62828); }
  .foreign { position: absolute; left: 0; right: 0; border-radius: 4px; pointer-events: none; box-sizing: border-box; border: 1px dashed var(--secondary-text-color);
    background: repeating-linear-gradient(45deg, color-mix(in srgb, var(--secondary-text-color) 30%, transparent) 0 3px, transparent 3px 7px); }
  .edge { position: absolute; left: 0; right: 0; top: -9px; height: 14px; cursor: ns-resize; touch-action: none; }
  .edge::after { content: ""; position: absolute; left: calc(50% - 9px); width: 18px; height: 4px; top: 7px; border-radius: 2px; background: var(--primary-color); }
  .edge.low { top: auto; bottom: -9px; }
  .edge.low::after { top: 3px; }
  .form { display: flex; flex-wrap: wrap; gap: 10px 12px; align-items: end; margin-top: 14px; padding-top: 12px; border-top: 1px solid var(--divider-color); }
  .form label { display: flex; flex: 1 1 96px; min-width: 0; flex-direction: column; gap: 4px; font-size: 0.8125rem; }
  .form input, .form select { font: inherit; width: 100%; min-width: 0; box-sizing: border-box; min-height: 36px; padding: 4px 8px; border: 1px solid var(--divider-color);
    border-radius: 8px; color: inherit; background: var(--ha-card-background, var(--card-background-color)); color-scheme: light dark; }
  .form .check { flex: 0 1 auto; flex-direction: row; align-items: center; min-height: 36px; }
  .form .check input { width: 18px; min-height: 18px; margin: 0; }
  .days { display: flex; flex: 1 0 100%; gap: 4px; }
  .days button { flex: 1 1 0; min-width: 0; padding: 4px 0; font-size: 0.8125rem; text-transform: capitalize; }
  .days button[aria-pressed="true"] { background: var(--primary-color); border-color: var(--primary-color); color: var(--text-primary-color, #fff); }
  .bar { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 14px; }
  .bar .write:enabled { background: var(--primary-color); border-color: var(--primary-color); color: var(--text-primary-color, #fff); }
  .changes { margin: 12px 0 0; padding-left: 20px; font-size: 0.875rem; line-height: 1.5; }
  p { margin: 10px 0 0; font-size: 0.875rem; line-height: 1.4; }
  .problem { color: var(--error-color, #c62828); }
`;
