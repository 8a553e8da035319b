/** Gates, states and units, as the page shows them. */
import { descending, unitActivity } from "../../explain/unit-order.js";
import { drawPlot } from "../../runs/plots/draw.js";
import { barsPlot } from "../../runs/plots/inside/bars.js";
import { saturationPlot } from "../../runs/plots/inside/saturation.js";
import { signalPlot } from "../../runs/plots/inside/signal.js";
import type { Plot } from "../../runs/plots/render.js";
import type { Block } from "../../runs/report.js";
import type { Explanation, SignalTable } from "./explanation.js";
import { capital, MOST_BARS, MOST_STEPS, MOST_UNITS, partOf } from "./heat-maps.js";
import { gateRows, healthWords } from "./summary.js";

/** Signals in the order of reading; keep is 1 − write and need not be drawn. */
export async function insideBlocks({ layers, inputs, effects }: Explanation): Promise<Block[]> {
  if (layers.length === 0) return [];
  const blocks: Block[] = [
    { heading: "What went on inside" },
    { text: "The stronger the colour, the larger the number; orange is above zero, blue below. Gates run from 0, closed, to 1, open." }, // prettier-ignore
  ];
  for (const layer of layers) {
    blocks.push({ subheading: `${layer.layer}: ${layer.units} units (${layer.cell})` });
    const worth = effects.filter((effect) => effect.layer === layer.layer);
    const units = worth.length > 0 ? worth.map(({ unit }) => unit).slice(0, MOST_UNITS) : activeUnits(layer);
    const names = inputs.find(({ steps }) => steps.length === layer.steps)?.steps;
    for (const signal of Object.keys(layer.signals)) {
      if (signal === "keep" && "write" in layer.signals) continue;
      blocks.push(...(await drawPlot(layerPlot(layer, signal, units, names))));
    }
  }
  return blocks;
}

function activeUnits({ signals, steps, units }: SignalTable): number[] {
  return descending(unitActivity(signals["state"]!, steps, units)).slice(0, MOST_UNITS);
}

/** Gates from 0 to 1; candidates and states by their largest size where that is above 1. */
function layerPlot(layer: SignalTable, signal: string, units: readonly number[], names?: readonly string[]): Plot {
  const { steps, units: H } = layer;
  const values = layer.signals[signal]!;
  const from = Math.max(0, steps - MOST_STEPS);
  const labels = names ?? Array.from({ length: steps }, (_, t) => String(t + 1));
  const rows = units.map((unit) => Array.from({ length: steps - from }, (_, t) => values[(from + t) * H + unit]!));
  const full = rows.flat().reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  return signalPlot({
    title: capital(signal),
    ...partOf(from, steps, units.length, H, "units"),
    x: labels.slice(from),
    y: units.map((unit) => `unit ${unit}`),
    values: rows,
    full,
  });
}

export async function gateBlocks(explanation: Explanation): Promise<Block[]> {
  const { saturation, effects } = explanation;
  const blocks: Block[] = [{ heading: "Gates and units" }, ...healthWords(explanation).map((text) => ({ text }))];
  if (saturation.gates.length > 0) blocks.push({ table: gateRows(explanation) });
  for (const layer of new Set(saturation.gates.map((gate) => gate.layer))) {
    const gates = saturation.gates.filter((gate) => gate.layer === layer).filter(({ gate }) => gate !== "keep");
    const picture = gates.map(({ gate, closed, open }) => ({ name: gate, closed, open }));
    const over = `${gates[0]!.steps.toLocaleString("en")} steps of ${saturation.samples} samples; a point is a unit.`;
    blocks.push(
      ...(await drawPlot(saturationPlot({ title: `Saturation of ${layer}`, subtitle: over, gates: picture }))),
    );
  }
  if (effects.length === 0) return blocks;
  const bars = effects.slice(0, MOST_BARS).map(({ unit, change }) => ({ name: `unit ${unit}`, value: change }));
  const title = `Units of ${effects[0]!.layer} that count most`;
  const plot = barsPlot({
    title,
    subtitle: "How the output changes when a unit is held at its mean.",
    xLabel: "change of the output",
    bars,
  });
  return [...blocks, ...(await drawPlot(plot))];
}
