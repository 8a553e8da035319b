/** The rows of a run as text: Markdown tables that read well in a terminal too. */
import { WORKLOADS, bounds } from "./workloads.mjs";

/** @typedef {import("./measure.mjs").Row} Row */

/** Name of the empty process in the rows of W7. */
export const EMPTY = "empty";

/** @param {number} value @returns {string} three digits */
const digits = (value) => (value >= 1000 ? Math.round(value).toLocaleString("en") : value.toPrecision(3));

/** @param {Row | undefined} row @returns {string} median, and the range under it */
function cell(row) {
  if (row === undefined) return "–";
  return `${digits(row.median)} (${digits(row.min)}–${digits(row.max)})`;
}

/** @param {string[][]} lines the first is the heading @returns {string} */
function table(lines) {
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => [...line[column]].length)));
  const render = (/** @type {string[]} */ line) =>
    `| ${line.map((text, column) => text + " ".repeat(widths[column] - [...text].length)).join(" | ")} |`;
  const rule = `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`;
  return [render(lines[0]), rule, ...lines.slice(1).map(render)].join("\n");
}

/** @param {Row[]} rows @returns {(workload: string, system: string) => Row | undefined} */
const finder = (rows) => (workload, system) => rows.find((row) => row.workload === workload && row.system === system);

/** @param {Row[]} rows */
function timesTable(rows) {
  const find = finder(rows);
  const systems = [...new Set(rows.map((row) => row.system))];
  const workloads = Object.keys(WORKLOADS).filter((name) => rows.some((row) => row.workload === name));
  const body = workloads.map((name) => {
    const unit = WORKLOADS[name].unit;
    return [`${name}${unit === "ms" ? "" : ` (${unit})`}`, ...systems.map((system) => cell(find(name, system)))];
  });
  return table([["ms", ...systems], ...body]);
}

/** @param {Row[]} rows @returns {string} GFLOP/s where the workload has a count of operations */
function speedTable(rows) {
  const find = finder(rows);
  const timed = rows.filter((row) => row.gflops !== undefined);
  const systems = [...new Set(timed.map((row) => row.system))];
  const workloads = [...new Set(timed.map((row) => row.workload))];
  const speed = (/** @type {string} */ name, /** @type {string} */ system) =>
    find(name, system)?.gflops?.toPrecision(3);
  return table([
    ["GFLOP/s", ...systems],
    ...workloads.map((name) => [name, ...systems.map((system) => speed(name, system) ?? "–")]),
  ]);
}

/** @param {Row[]} rows */
function ratiosTable(rows) {
  const find = finder(rows);
  const peers = [...new Set(rows.map((row) => row.system))].filter((name) => name !== "sluice" && name !== EMPTY);
  const compared = Object.keys(WORKLOADS).filter((name) => WORKLOADS[name].unit === "ms" && find(name, "sluice"));
  const body = compared.map((name) => {
    const own = /** @type {Row} */ (find(name, "sluice")).median;
    const ratio = (/** @type {string} */ peer) => {
      const other = find(name, peer);
      return other === undefined ? "–" : digits(own / other.median);
    };
    return [name, ...peers.map(ratio)];
  });
  return table([["sluice ÷", ...peers], ...body]);
}

/**
 * @param {Row[]} rows @param {import("./workloads.mjs").Bound} bound @param {"median" | "cpu"} figure
 * @returns {number | undefined}
 */
function reached(rows, { workload, against, unit }, figure, system = "sluice") {
  const find = finder(rows);
  if (WORKLOADS[workload].pairOf !== undefined)
    return system === "sluice" ? find(workload, "sluice-2t")?.[figure] : undefined;
  const own = find(workload, system)?.[figure];
  const other = find(workload, unit === "ms" ? EMPTY : against)?.[figure];
  if (own === undefined || other === undefined) return undefined;
  return unit === "ms" ? own - other : own / other;
}

/** @param {Row[]} rows @param {string[]} workloads @param {number} nodeMajor */
function boundsTable(rows, workloads, nodeMajor) {
  const asked = bounds(nodeMajor).filter(({ workload }) => workloads.includes(workload));
  const body = asked.map((bound) => {
    const { workload, against, limit, sense, unit } = bound;
    const suffix = unit === "ms" ? " ms" : "";
    const figure = reached(rows, bound, "median");
    const byCpu = reached(rows, bound, "cpu");
    const wide = unit === "ms" ? undefined : reached(rows, bound, "median", "sluice-wide");
    const kept = figure !== undefined && (sense === "at most" ? figure <= limit : figure >= limit);
    return [
      workload,
      against,
      `${sense} ${limit}${suffix}`,
      figure === undefined ? "not measured" : digits(figure) + suffix,
      figure === undefined ? "–" : kept ? "yes" : "NO",
      byCpu === undefined ? "–" : digits(byCpu),
      wide === undefined ? "–" : digits(wide),
    ];
  });
  return table([["workload", "against", "wanted", "reached", "met", "by processor time", "sluice-wide"], ...body]);
}

/** @param {Row[]} rows */
function memoryLine(rows) {
  const peaks = rows.filter((row) => row.peakMB !== undefined);
  return `Peak memory in W7, MB: ${peaks.map((row) => `${row.system} ${row.peakMB?.toFixed(0)}`).join(", ")}.`;
}

/**
 * @param {Row[]} rows @param {string[]} workloads that were asked for @param {string[]} notes @param {number} nodeMajor
 * @returns {string} the whole report
 */
export function report(rows, workloads, notes, nodeMajor) {
  const titled = (/** @type {string} */ title, /** @type {string} */ text) => `## ${title}\n\n${text}`;
  const shapes = workloads.map((name) => `- ${name}: ${WORKLOADS[name].what}`);
  const sections = [
    titled("Wanted and reached (time of sluice over time of the peer)", boundsTable(rows, workloads, nodeMajor)),
    titled("Time of sluice over time of each peer", ratiosTable(rows)),
    titled("Median (least–most) of the repetitions", timesTable(rows)),
    titled("Speed of the median", speedTable(rows)),
    titled("Workloads", shapes.join("\n")),
    titled("Notes", notes.map((note) => `- ${note}`).join("\n")),
  ];
  if (rows.some((row) => row.peakMB !== undefined)) sections.splice(4, 0, memoryLine(rows));
  return sections.join("\n\n") + "\n";
}
