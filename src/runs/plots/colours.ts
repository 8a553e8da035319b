/**
 * Colours that people with any kind of colour vision tell apart: Okabe and Ito (2008), "Color Universal Design"; in the dark
 * form, lightened. In a picture stand the light ones, which any viewer draws; a style sheet in it replaces them in dark pages.
 */
const INK = ["#1f2328", "#e6edf3"] as const;
const SOFT = ["#59636e", "#9198a1"] as const;
const GRID = ["#e4e7eb", "#30363d"] as const;
/** Text on a cell that is filled with a series' colour. */
const ON_FILL = ["#fefefe", "#0d1117"] as const;
const SERIES = [
  ["#0072b2", "#56b4e9"],
  ["#d55e00", "#f08a4b"],
  ["#009e73", "#2fc79b"],
  ["#b5558c", "#e39bc4"],
  ["#8a6d00", "#e0c04a"],
  ["#56717f", "#a3bac6"],
  ["#6a51a3", "#b39ddb"],
  ["#a33b20", "#ff9e80"],
] as const;

export const ink = INK[0];
export const soft = SOFT[0];
export const grid = GRID[0];
export const onFill = ON_FILL[0];
export const series: readonly string[] = SERIES.map(([light]) => light);

/** The colour of the i-th series; they begin again after the last. */
export function colourOf(i: number): string {
  return series[i % series.length]!;
}

/**
 * light-dark() follows the page's own choice (its color-scheme), not the system's: ink must not be light on a light page.
 * A rule of a style sheet outweighs an attribute of the same name.
 */
export const themeStyle = [
  ".sluice-plot{font-family:system-ui,sans-serif;max-width:100%;height:auto}",
  "@supports (color:light-dark(red,red)){",
  ...[INK, SOFT, GRID, ON_FILL, ...SERIES].flatMap(([light, dark]) =>
    ["fill", "stroke"].map((a) => `.sluice-plot [${a}="${light}"]{${a}:light-dark(${light},${dark})}`),
  ),
  "}",
].join("");
