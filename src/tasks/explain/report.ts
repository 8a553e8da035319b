/** An explanation as a page. */
import { unitActivity, descending } from "../../explain/unit-order.js";
import { colourOf } from "../../runs/plots/colours.js";
import { drawPlot } from "../../runs/plots/draw.js";
import { barsPlot } from "../../runs/plots/inside/bars.js";
import { saturationPlot } from "../../runs/plots/inside/saturation.js";
import { signalPlot } from "../../runs/plots/inside/signal.js";
import { panelSpec } from "../../runs/plots/lines.js";
import type { Plot } from "../../runs/plots/render.js";
import { reportPage, type Block } from "../../runs/report.js";
import type { Answer } from "../task.js";
import type { Explanation, NamedAttribution, SignalTable } from "./explanation.js";
import { areCharacters, featureScores, gateRows, healthWords, horizonWords, methodRows, METHOD_NAMES, placed, shares, stepScores, strongest } from "./summary.js"; // prettier-ignore

/** Rows and columns of a heat map that can be told apart. */
const MOST_UNITS = 24;
const MOST_STEPS = 120;
const MOST_BARS = 15;

/** The page explain.html: self-contained, as all reports are. @param command what made it */
export async function explanationPage(explanation: Explanation, command: string): Promise<string> {
  const { task, sample, count } = explanation;
  const which = count > 1 ? `, sample ${sample + 1} of ${count.toLocaleString("en")}` : "";
  const blocks: Block[] = [
    { text: leadOf(explanation) },
    ...answerBlocks(explanation),
    { heading: `What speaks for “${explanation.output.name}”, and what against it` },
    ...(await attributionBlocks(explanation)),
    ...(await horizonBlocks(explanation)),
    ...(await insideBlocks(explanation)),
    ...(await gateBlocks(explanation)),
    ...matchBlocks(explanation),
    { heading: "How this was made" },
    { command },
  ];
  return reportPage(`Explanation: ${task}${which}`, blocks);
}

/** The output, and the three steps that count most each way. */
export function leadOf(explanation: Explanation): string {
  const { task, output, outputs, attributions } = explanation;
  const value = outputs.find(({ name }) => name === output.name)!.value;
  const at = output.step === null ? "" : ` at step ${output.step + 1}`;
  const [first] = attributions;
  const scored = first!.inputs.flatMap((input) => placed(stepScores(input)));
  const most = (sign: number) =>
    strongest(scored.filter((one) => sign * one.value > 0), 3).map((one) => `${one.name} (${signed(one.value)})`).join(", "); // prettier-ignore
  const sides = [most(1) && `for it: ${most(1)}`, most(-1) && `against it: ${most(-1)}`].filter(Boolean).join("; ");
  const scaled = task === "forecast" || task === "regress" ? ", scaled as in training" : "";
  return `“${output.name}” is ${value.toPrecision(4).replace("-", "−")}${at}${scaled}. By ${METHOD_NAMES[first!.method]} most speaks ${sides || "no step for or against it"}.`;
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toPrecision(3)}`;
}

function answerBlocks({ reference, answers, outputs }: Explanation): Block[] {
  const told = answers.length > 0 ? answers : [reference];
  if (told.length > 1) return [{ heading: "Answer" }, { table: tableOf(told) }];
  const rows = Object.entries(told[0]!).map(([name, value]) => [name, cellOf(value)]);
  const likeliest = answers.length === 0 ? [...outputs].sort((a, b) => b.value - a.value).slice(0, 5) : [];
  return [
    { heading: "Answer" },
    { table: { rows: [...rows, ...likeliest.map(({ name, value }) => [`output “${name}”`, value.toPrecision(4)])] } },
  ];
}

function tableOf(answers: readonly Answer[]): { header: string[]; rows: string[][] } {
  const header = Object.keys(answers[0]!);
  return { header, rows: answers.map((answer) => header.map((name) => cellOf(answer[name]!))) };
}

function cellOf(value: Answer[string]): string {
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : value.toPrecision(5);
  return value === null ? "–" : Array.isArray(value) ? value.join(", ") : String(value);
}

async function attributionBlocks(explanation: Explanation): Promise<Block[]> {
  const { attributions, output } = explanation;
  const blocks: Block[] = [];
  for (const attribution of attributions) {
    if (attributions.length > 1) blocks.push({ subheading: capital(METHOD_NAMES[attribution.method]) });
    for (const input of attribution.inputs) blocks.push(...(await inputBlocks(input, attributions.length === 1)));
  }
  const scale = output.scale === "logit" ? " The scores are of the output before its softmax or sigmoid." : "";
  return [
    ...blocks,
    { table: methodRows(explanation) },
    {
      text: `Each method compares the sample with a baseline.${scale} The scores of integrated gradients sum to the difference of the two outputs; incompleteness says by how much they miss it.`,
    },
  ];
}

type AttributedInput = NamedAttribution["inputs"][number];

async function inputBlocks(input: AttributedInput, withBars: boolean): Promise<Block[]> {
  const steps = stepScores(input);
  if (steps.every(({ value }) => value === 0)) return [];
  const blocks: Block[] = [];
  if (input.kind === "tokens") blocks.push(shadedText(input.steps, shares(steps)));
  if (input.kind === "series" && input.steps.length > 1) blocks.push(...(await drawPlot(attributionPlot(input))));
  if (!withBars) return blocks;
  const byFeature =
    input.kind === "series" && input.features.length > 1 ? strongest(featureScores(input), MOST_BARS) : [];
  if (byFeature.length > 0) blocks.push(...(await drawPlot(scorePlot(`By feature of ${input.name}`, byFeature))));
  const bars = strongest(placed(steps), MOST_BARS);
  const what = input.kind === "vector" ? `By number of ${input.name}` : "By step";
  const part = bars.length < steps.length ? `The ${bars.length} strongest of ${steps.length}.` : undefined;
  return [...blocks, ...(await drawPlot(scorePlot(what, bars, part)))];
}

function shadedText(steps: readonly string[], share: readonly number[]): Block {
  const between = areCharacters(steps) ? [] : [{ text: " ", share: 0 }];
  return { shaded: steps.flatMap((text, t) => [{ text, share: share[t]! }, ...between]) };
}

function scorePlot(title: string, bars: readonly { name: string; value: number }[], subtitle?: string): Plot {
  return barsPlot({ title, xLabel: "score", bars, ...(subtitle !== undefined && { subtitle }) });
}

/** Features over steps, those that count most. */
function attributionPlot({ steps, features, scores }: AttributedInput): Plot {
  const D = features.length;
  const from = Math.max(0, steps.length - MOST_STEPS);
  const sizes = features.map((_, d) => scores.reduce((sum, value, i) => sum + (i % D === d ? Math.abs(value) : 0), 0));
  const chosen = descending(sizes).slice(0, MOST_UNITS).sort((a, b) => a - b); // prettier-ignore
  const rows = chosen.map((d) => steps.slice(from).map((_, t) => scores[(from + t) * D + d]!));
  return signalPlot({
    title: D === 1 ? "By step" : "By step and feature",
    ...subtitleOf(from, steps.length, chosen.length, D, "features"),
    x: steps.slice(from),
    y: chosen.map((d) => features[d]! || "score"),
    values: rows,
    full: Math.max(...rows.flat().map(Math.abs), Number.MIN_VALUE),
  });
}

function subtitleOf(from: number, steps: number, rows: number, of: number, what: string): { subtitle?: string } {
  const parts = [
    ...(from > 0 ? [`the last ${steps - from} of ${steps} steps`] : []),
    ...(rows < of ? [`${rows} of ${of} ${what}, those that count most`] : []),
  ];
  return parts.length > 0 ? { subtitle: capital(`${parts.join("; ")}.`) } : {};
}

async function horizonBlocks(explanation: Explanation): Promise<Block[]> {
  const words = horizonWords(explanation);
  if (words.length === 0) return [];
  const { gradient, occlusion, reach } = explanation.horizon!;
  const most = (values: readonly number[]) => Math.max(...values) || 1;
  const lines = [
    { name: "gradient", y: gradient.map((value) => value / most(gradient)), colour: colourOf(0) },
    { name: "occlusion", y: occlusion.map((value) => value / most(occlusion)), colour: colourOf(1), dash: [6, 3] },
  ];
  const x = gradient.map((_, lag) => lag);
  const mark = { at: reach, text: `reach ${reach}` };
  const plot: Plot = {
    title: "Dependence on the input by lag",
    subtitle: "Each curve as shares of its largest value; lag 0 is the last step.",
    description: words.join(" "),
    spec: (width) =>
      panelSpec({ x, xLabel: "steps back", yLabel: "share of the largest", lines, mark, spanning: [[0]] }, width),
  };
  return [{ heading: "How far back it looks" }, ...words.map((text) => ({ text })), ...(await drawPlot(plot))];
}

/** Signals in the order of reading; keep is 1 − write and need not be drawn. */
async function insideBlocks({ layers, inputs, effects }: Explanation): Promise<Block[]> {
  if (layers.length === 0) return [];
  const blocks: Block[] = [
    { heading: "What went on inside" },
    { text: "The stronger the colour, the larger the number; blue is above zero, orange below. Gates run from 0, closed, to 1, open." }, // prettier-ignore
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
    ...subtitleOf(from, steps, units.length, H, "units"),
    x: labels.slice(from),
    y: units.map((unit) => `unit ${unit}`),
    values: rows,
    full,
  });
}

async function gateBlocks(explanation: Explanation): Promise<Block[]> {
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

function matchBlocks({ matches, inputs }: Explanation): Block[] {
  if (!matches) return [];
  const { layer, units, from, to, threshold, passages } = matches;
  const selected = inputs.find(({ steps }) => steps.length >= to)?.steps.slice(from, to).join(" ") ?? ""; // prettier-ignore
  const rows = passages.map(({ steps, from: begin, to: end, reference, shared, similarity }) => [
    steps.join(" "),
    `${begin + 1}–${end}`,
    Object.values(reference).map(cellOf).join(", "),
    String(shared.length),
    similarity.toFixed(2),
  ]);
  return [
    { heading: "Where the same units are on" },
    {
      text: `During steps ${from + 1} to ${to} (${selected}), units ${units.join(", ")} of ${layer} are at ±${threshold} or beyond. Passages that share most of them:`,
    },
    rows.length > 0
      ? { table: { header: ["passage", "steps", "sample", "shared", "similarity"], rows } }
      : { text: "There is none." },
  ];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
