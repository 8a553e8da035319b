/** Rows as they are shown: cells of text, for the terminal and for the documents. */
import { figureOf, judge, judgeDefaults, secondsOf } from "./verdict.mjs";

/**
 * @typedef {import("./recipes/index.mjs").Row} Row @typedef {import("./recipes/index.mjs").Metric} Metric
 * @typedef {import("./recipes/index.mjs").Figure} Figure @typedef {import("./results.mjs").RowResult} RowResult
 */

/** @param {Figure | undefined} figure @param {number} digits */
export function showFigure(figure, digits) {
  if (figure === undefined) return "–";
  const sd = figure.sd === undefined ? "" : ` ± ${figure.sd.toFixed(digits)}`;
  return `${figure.mean.toFixed(digits)}${sd}${figure.n === 3 ? "" : ` (n ${figure.n})`}`;
}

/** @param {number | undefined} value @param {number} digits */
const showNumber = (value, digits) => (value === undefined ? "–" : value.toFixed(digits));

/** @param {number | undefined} seconds */
export const showSeconds = (seconds) => (seconds === undefined ? "–" : seconds.toFixed(seconds < 9.95 ? 1 : 0));

/** "yes", "NO", or nothing; marks say which reference was taken. @param {Row} row @param {RowResult} result @param {Metric} metric */
export function showVerdict(row, result, metric) {
  const verdict = judge(row, result, metric);
  if (verdict === undefined) return "–";
  return `${verdict.good ? "yes" : "NO"}${{ published: "", here: " ¹", own: " ²" }[verdict.what]}`;
}

/** @param {Row} row @param {RowResult} result */
export function showFaster(row, result) {
  const [own, torch] = [secondsOf(result.sluice), secondsOf(result.torch)];
  return own === undefined || torch === undefined
    ? "–"
    : `${own < torch ? "yes" : "NO"}, ${(torch / own).toFixed(1)} ×`;
}

/** The cells of one metric. @param {Row} row @param {RowResult} result @param {Metric} metric */
export function cellsOf(row, result, metric) {
  const { name, digits } = metric;
  return {
    trivial: showNumber(result.baselines?.trivial[name], digits),
    simple: showNumber(result.baselines?.simple?.[name], digits),
    published: showFigure(row.published.torch[name], digits),
    torch: showFigure(figureOf(result.torch, name), digits),
    sluice: showFigure(figureOf(result.sluice, name), digits),
    good: showVerdict(row, result, metric),
    ownSeconds: showSeconds(secondsOf(result.sluice)),
    torchSeconds: showSeconds(secondsOf(result.torch)),
    faster: showFaster(row, result),
  };
}

/** The cells of "our defaults". @param {Row} row @param {RowResult} result @param {Metric} metric */
export function defaultsCells(row, result, metric) {
  const { digits } = metric;
  const verdict = judgeDefaults(row, result, metric);
  if (verdict === undefined) return undefined;
  const word = (/** @type {boolean | undefined} */ good) => (good === undefined ? "–" : good ? "yes" : "NO");
  return {
    own: showFigure(verdict.own, digits),
    simple: showNumber(verdict.simple, digits),
    torch: word(verdict.beatsTorch),
    beatsSimple: word(verdict.beatsSimple),
    seconds: showSeconds(secondsOf(result.defaults)),
  };
}

/** Width of each column in the terminal. */
const COLUMNS = {
  row: 21, metric: 14, trivial: 7, simple: 7, published: 16, sluice: 16, good: 6, "s own": 6, "s torch": 8, faster: 11,
  defaults: 16, "as torch": 9, "as simple": 9,
}; // prettier-ignore

/** @param {string[]} cells */
const line = (cells) => `${cells.map((text, i) => text.padEnd(Object.values(COLUMNS)[i])).join(" ").trimEnd()}\n`; // prettier-ignore

export function heading() {
  return line(Object.keys(COLUMNS));
}

/** @param {Row} row @param {RowResult} result */
export function linesOf(row, result) {
  const lines = row.metrics.map((metric, i) => {
    const cells = cellsOf(row, result, metric);
    const times = i === 0 ? [cells.ownSeconds, cells.torchSeconds, cells.faster] : ["", "", ""];
    const chosen = defaultsCells(row, result, metric);
    const defaults = chosen ? [chosen.own, chosen.torch, chosen.beatsSimple] : [];
    const figures = [cells.trivial, cells.simple, cells.published, cells.sluice, cells.good];
    return line([i === 0 ? row.id : "", metric.name, ...figures, ...times, ...defaults]);
  });
  return lines.join("");
}
