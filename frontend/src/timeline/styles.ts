/** Look of the timeline: colours of days, actions and lines. */
import { css } from "lit";

export const timelineStyles = css`
  .frame { width: 100%; container-type: inline-size; }
  .waiting { height: 298px; }
  svg { display: block; touch-action: pan-y; user-select: none; cursor: crosshair; }
  text { font-size: 11px; fill: var(--primary-text-color); pointer-events: none; }
  .axis { fill: var(--secondary-text-color); }
  .hour { stroke: var(--divider-color); stroke-dasharray: 2 3; }
  .midnight { stroke: var(--divider-color); stroke-width: 1.5; }
  .day { font-weight: 500; }
  .day-red { fill: var(--red-day); }
  .day-white { fill: var(--white-day); }
  .strip rect { fill: var(--divider-color); }
  .strip.blue rect { fill: var(--blue-day); }
  .strip.white rect { fill: url(#white); stroke: #90a4ae; }
  .strip.red rect { fill: url(#red); }
  .strip.blue text, .strip.red text { fill: #fff; font-weight: 600; }
  .strip.red text { paint-order: stroke; stroke: var(--red-day); stroke-width: 3px; }
  .strip.white text { fill: #263238; font-weight: 600; }
  .strip.provisional rect { opacity: 0.6; stroke: var(--primary-text-color); stroke-dasharray: 4 3; }
  .strip.off_peak rect { fill: var(--charge); opacity: 0.35; }
  .price { fill: var(--secondary-text-color); opacity: 0.12; }
  .price.cheap { fill: var(--charge); opacity: 0.22; }
  .price.expected { opacity: 0.07; }
  .price-line { fill: none; stroke: var(--secondary-text-color); stroke-width: 1.2; opacity: 0.7; }
  .soc { fill: none; stroke: var(--primary-color); stroke-width: 2.5; stroke-linejoin: round; }
  .soc.expected { stroke-dasharray: 5 4; opacity: 0.75; }
  .step rect { fill: var(--auto); }
  .step.hold > rect:first-child { fill: var(--hold); }
  .step.charge > rect:first-child { fill: var(--charge); }
  .step.discharge > rect:first-child { fill: var(--discharge); }
  .step.expected > rect:first-child { fill-opacity: 0.28; stroke: currentColor; stroke-opacity: 0.5; stroke-dasharray: 3 3; }
  .step.done text { fill: #fff; font-weight: 600; }
  .step .failed { fill: url(#failed); }
  .person { fill: #fff; stroke: var(--primary-text-color); }
  .now { stroke: var(--error-color, #db4437); stroke-width: 1.5; }
  .now-label { fill: var(--error-color, #db4437); }
  .cursor { stroke: var(--primary-text-color); stroke-width: 1; }
  .below { display: flex; flex-wrap: wrap; gap: 8px; align-items: flex-start; justify-content: space-between; margin-top: 4px; }
  .details { display: flex; flex-wrap: wrap; gap: 2px 14px; min-height: 44px; flex: 1 1 240px; font-size: 0.875rem; line-height: 1.5; }
  .when { font-weight: 600; }
  .buttons { display: flex; flex-wrap: wrap; gap: 8px; }
  .buttons button { white-space: nowrap; }
  @container (max-width: 560px) {
    .waiting { height: 361px; }
    .details { min-height: 63px; }
  }
`;
