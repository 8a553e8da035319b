import type { TopLevelSpec } from "vega-lite";
import type { Picture } from "../evaluation.js";
import { colourOf, ink } from "./colours.js";
import { placesOf } from "./forecast.js";
import { panelSpec } from "./lines.js";
import type { Plot } from "./render.js";

type OriginsPicture = Extract<Picture, { kind: "origins" }>;

/** The truth in ink, and from each origin a line of its own, with a point where it begins. */
export function originsPlot({ title, yLabel, truth, forecasts, ...picture }: OriginsPicture): Plot {
  const axes = placesOf(picture.x);
  const nowhere = truth.map(() => NaN);
  const lines = [
    { name: "truth", y: truth, colour: ink, strokeWidth: 1.2 },
    ...forecasts.map(({ name }, i) => ({ name, y: nowhere, colour: colourOf(i) })),
  ];
  const spanning = forecasts.flatMap(({ parts }) => parts.map(({ values }) => values));
  const counts = forecasts.map(({ name, parts }) => `${name} from ${parts.length} origins`);
  return {
    title,
    description: `${truth.length} values, and forecasts of ${counts.join(", ")}.`,
    spec(width) {
      const spec = panelSpec({ ...axes, yLabel, lines, height: 260, spanning }, width) as unknown as {
        layer: object[];
      };
      const own = forecasts.flatMap(({ parts }, i) => layersOf(parts, axes.x, colourOf(i))).reverse();
      return { ...spec, layer: [...spec.layer, ...own] } as unknown as TopLevelSpec;
    },
  };
}

function layersOf(parts: OriginsPicture["forecasts"][number]["parts"], x: readonly number[], colour: string): object[] {
  const values = parts.flatMap(({ from, values: own }, part) => own.map((y, h) => ({ x: x[from + h]!, y, part })));
  const firsts = parts.map(({ from, values: own }) => ({ x: x[from]!, y: own[0]! }));
  return [
    { data: { values: firsts }, mark: { type: "point", filled: true, size: 16, opacity: 1, color: colour } },
    {
      data: { values },
      mark: { type: "line", color: colour, strokeWidth: 2, strokeJoin: "round" },
      encoding: { detail: { field: "part", type: "nominal" } },
    },
  ];
}
