import type { TopLevelSpec } from "vega-lite";
import type { Picture } from "../evaluation.js";
import { colourOf, ink } from "./colours.js";
import { placesOf } from "./forecast.js";
import { panelSpec } from "./lines.js";
import { canDraw } from "./range.js";
import type { Plot } from "./render.js";

type FanPicture = Extract<Picture, { kind: "fan" }>;

/** Bands that lie on each other: each adds as much colour. */
const OPACITY = 0.22;

/** The truth in ink, the forecast in colour, and around it its intervals as bands, the widest palest. */
export function fanPlot({ title, yLabel, truth, forecast, bands, ...picture }: FanPicture): Plot {
  const axes = placesOf(picture.x);
  const lines = [
    { name: "truth", y: truth, colour: ink, strokeWidth: 2 },
    { name: "forecast", y: forecast, colour: colourOf(0), strokeWidth: 2 },
  ];
  const [known, foreseen] = [truth, forecast].map((values) => values.filter(canDraw)) as [number[], number[]];
  const edges = bands.flatMap(({ lower, upper }) => [lower, upper]);
  const names = bands.map(({ name }) => name).join(" and ");
  const inside = bands.map(({ name, lower, upper }) => {
    // Where an interval has no width the fan opens.
    const judged = truth
      .map((_, i) => i)
      .filter((i) => canDraw(truth[i]) && canDraw(lower[i]) && lower[i]! < upper[i]!);
    const held = judged.filter((i) => truth[i]! >= lower[i]! && truth[i]! <= upper[i]!);
    return `${held.length} of ${judged.length} values lie in the interval of ${name}`;
  });
  return {
    title,
    ...(bands.length > 0 && { subtitle: `Shaded: where ${names} of the values should lie.` }),
    description: `${known.length} values and ${foreseen.length} forecasts${inside.length > 0 ? `; ${inside.join("; ")}` : ""}.`,
    spec(width) {
      const spec = panelSpec({ ...axes, yLabel, lines, height: 260, spanning: edges }, width) as unknown as {
        layer: object[];
      };
      const areas = [...bands].reverse().map(({ lower, upper }) => ({
        data: { values: axes.x.flatMap((x, i) => (canDraw(lower[i]) && canDraw(upper[i]) ? [{ x, y: lower[i]!, y2: upper[i]! }] : [])) },
        mark: { type: "area", color: colourOf(0), opacity: OPACITY, line: false },
        encoding: { y2: { field: "y2" } },
      })); // prettier-ignore
      return { ...spec, layer: [...areas, ...spec.layer] } as unknown as TopLevelSpec;
    },
  };
}
