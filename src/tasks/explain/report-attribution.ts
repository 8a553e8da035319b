/** What speaks for the output and against it, as the page shows it. */
import { descending } from "../../explain/unit-order.js";
import { drawPlot } from "../../runs/plots/draw.js";
import { barsPlot } from "../../runs/plots/inside/bars.js";
import { signalPlot } from "../../runs/plots/inside/signal.js";
import type { Plot } from "../../runs/plots/render.js";
import type { Block } from "../../runs/report.js";
import type { Explanation, NamedAttribution } from "./explanation.js";
import { capital, MOST_BARS, MOST_STEPS, MOST_UNITS, partOf } from "./heat-maps.js";
import { areCharacters, featureScores, methodRows, METHOD_NAMES, partScores, placed, shares, strongest, toldBy, unknownWords } from "./summary.js"; // prettier-ignore

/** Rows of attention that a page can hold. */
const MOST_WRITTEN = 60;

export async function attributionBlocks(explanation: Explanation): Promise<Block[]> {
  const { attributions, output } = explanation;
  const blocks: Block[] = [];
  for (const attribution of attributions) {
    if (attributions.length > 1) blocks.push({ subheading: capital(METHOD_NAMES[attribution.method]) });
    for (const input of attribution.inputs)
      blocks.push(...(await inputBlocks(input, attribution.inputs.length > 1, attributions.length === 1)));
  }
  const scale = output.scale === "logit" ? " The scores are of the output before its softmax or sigmoid." : "";
  return [
    ...blocks,
    ...unknownWords(explanation).map((text) => ({ text })),
    { table: methodRows(explanation) },
    {
      text: `Each method compares the sample with a baseline.${scale} The scores of integrated gradients sum to the difference of the two outputs; incompleteness says by how much they miss it.`,
    },
  ];
}

/** Tokens written over tokens read; of long ones the first, as they are written. */
export async function attentionBlocks({ attention }: Explanation): Promise<Block[]> {
  if (!attention || attention.target.length === 0) return [];
  const [rows, columns] = [attention.target.slice(0, MOST_WRITTEN), attention.source.slice(0, MOST_STEPS)];
  const left = [
    ...(rows.length < attention.target.length ? [`the first ${rows.length} of ${attention.target.length} tokens that were written`] : []), // prettier-ignore
    ...(columns.length < attention.source.length ? [`the first ${columns.length} of ${attention.source.length} of the source`] : []), // prettier-ignore
  ];
  const plot = signalPlot({
    title: "Attention",
    ...(left.length > 0 && { subtitle: `${capital(left.join("; "))}.` }),
    x: columns,
    y: rows,
    values: attention.weights.slice(0, rows.length).map((row) => row.slice(0, columns.length)),
    full: 1,
  });
  return [
    { heading: "What it looked at while it wrote" },
    { text: "Rows are the tokens that were written, from the top; the stronger the colour, the more they looked at that token of the source." }, // prettier-ignore
    ...(await drawPlot(plot)),
  ];
}

type AttributedInput = NamedAttribution["inputs"][number];

/** @param several whether there are other inputs, so that this one is named */
async function inputBlocks(input: AttributedInput, several: boolean, withBars: boolean): Promise<Block[]> {
  const scores = partScores(input);
  const part = toldBy(input);
  if (scores.every(({ value }) => value === 0)) return [];
  const of = several ? ` of ${input.name}` : "";
  const blocks: Block[] = [];
  if (input.kind === "tokens") blocks.push(shadedText(input.steps, shares(scores)));
  if (input.kind === "series" && input.steps.length > 1) blocks.push(...(await drawPlot(attributionPlot(input))));
  if (!withBars) return blocks;
  const hasFeatures = part === "step" && input.kind === "series" && input.features.length > 1;
  const byFeature = hasFeatures ? strongest(featureScores(input), MOST_BARS) : [];
  if (byFeature.length > 0) blocks.push(...(await drawPlot(scorePlot(`By feature${of}`, byFeature))));
  const bars = strongest(placed(scores), MOST_BARS);
  const shown = bars.length < scores.length ? `The ${bars.length} strongest of ${scores.length}.` : undefined;
  return [...blocks, ...(await drawPlot(scorePlot(`By ${part}${of}`, bars, shown)))];
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
    ...partOf(from, steps.length, chosen.length, D, "features"),
    x: steps.slice(from),
    y: chosen.map((d) => features[d]! || "score"),
    values: rows,
    full: Math.max(...rows.flat().map(Math.abs), Number.MIN_VALUE),
  });
}
