import type { Picture } from "../evaluation.js";
import { colourOf } from "./colours.js";
import { panelSpec, type Panel } from "./lines.js";
import type { Plot } from "./render.js";

const DASHES = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3]]; // prettier-ignore

/** How the error grows with the step of the horizon. */
export function horizonPlot({ title, yLabel, lines }: Extract<Picture, { kind: "horizon" }>): Plot {
  const steps = Math.max(0, ...lines.map(({ values }) => values.length));
  const panel: Panel = {
    x: Array.from({ length: steps }, (_, i) => i + 1),
    xLabel: "steps ahead",
    yLabel,
    lines: lines.map(({ name, values }, i) => ({
      name,
      y: values,
      colour: colourOf(i),
      dash: DASHES[i % DASHES.length]!,
    })),
  };
  const ends = lines.map(({ name, values }) => {
    return `${name} ${values.at(0)?.toPrecision(3)} at the first, ${values.at(-1)?.toPrecision(3)} at the last`;
  });
  return { title, description: `${steps} steps: ${ends.join("; ")}.`, spec: (width) => panelSpec(panel, width) };
}
