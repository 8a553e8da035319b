/** What an explanation says, in sums and in words: for the terminal and the report alike. */
import type { Explanation, NamedAttribution } from "./explanation.js";

type AttributedInput = NamedAttribution["inputs"][number];

/** A step, a feature or a word with its score. */
export interface Scored {
  readonly name: string;
  readonly value: number;
}

/** What the scores of an input are told by: of numbers without time, and where there is one step, such as the row of a table, by its features. */
export function toldBy({ kind, steps, features }: AttributedInput): "number" | "feature" | "step" {
  if (kind === "vector") return "number";
  return kind === "series" && steps.length === 1 && features[0] !== "" ? "feature" : "step";
}

/** By part: of several steps each over its features. */
export function partScores(input: AttributedInput): Scored[] {
  return toldBy(input) === "step" ? stepScores(input) : featureScores(input);
}

/** By step, over its features. */
export function stepScores({ steps, features, scores }: AttributedInput): Scored[] {
  const D = features.length;
  return steps.map((name, t) => ({ name, value: sum(scores.slice(t * D, (t + 1) * D)) }));
}

/** By feature, over all steps. */
export function featureScores({ features, scores }: AttributedInput): Scored[] {
  const D = features.length;
  return features.map((name, d) => ({ name, value: sum(scores.filter((_, i) => i % D === d)) }));
}

/** The largest sizes first. @param most how many */
export function strongest(scored: readonly Scored[], most: number): Scored[] {
  return [...scored].sort((a, b) => Math.abs(b.value) - Math.abs(a.value)).slice(0, most);
}

/** Scores as shares of the largest, −1 to 1. */
export function shares(scored: readonly Scored[]): number[] {
  const largest = Math.max(...scored.map(({ value }) => Math.abs(value)));
  return scored.map(({ value }) => (largest > 0 ? value / largest : 0));
}

/** Whether steps are characters, which are read without spaces between them. */
export function areCharacters(steps: readonly string[]): boolean {
  return steps.every((step) => [...step].length === 1);
}

/** Steps of one name are told apart by their place: "the (2)", where there are several. */
export function placed(scored: readonly Scored[]): Scored[] {
  const counts = new Map<string, number>();
  for (const { name } of scored) counts.set(name, (counts.get(name) ?? 0) + 1);
  const shown = (name: string) => (name === " " ? "␣" : name === "\n" ? "⏎" : name);
  return scored.map(({ name, value }, i) => {
    return { name: counts.get(name)! > 1 ? `${shown(name)} (step ${i + 1})` : shown(name), value };
  });
}

/** Words that say nothing, since the network does not know them, or does not read so far. */
export function unknownWords({ inputs }: Explanation): string[] {
  const words = inputs.flatMap(({ unknown }) => unknown);
  const cut = inputs
    .filter(({ leftOut }) => leftOut > 0)
    .map(({ steps, leftOut }) => {
      return `The network reads ${steps.length} of ${steps.length + leftOut} steps; the others say nothing.`;
    });
  return words.length === 0 ? cut : [...cut, `The network does not know: ${words.join(", ")}.`];
}

export function horizonWords({ horizon }: Explanation): string[] {
  if (!horizon) return [];
  const { reach, occlusionReach, share, gradient, samples } = horizon;
  const steps = gradient.length;
  if (steps < 2) return [];
  const percent = Math.round(100 * share);
  const last = (lag: number) => (lag === 0 ? "the last step alone" : `the last ${lag + 1} of ${steps} steps`);
  const over = samples > 1 ? `, on average over ${samples} samples` : "";
  return [
    `${percent} % of what a small change would do comes from ${last(reach)} (norm of the gradient by lag)${over}.`,
    `${percent} % of what the steps did comes from ${last(occlusionReach)} (change of the output when a step is taken away)${over}.`,
  ];
}

/** Units that do nothing, layer by layer; empty where all move. */
export function healthWords({ saturation: { layers, samples } }: Explanation): string[] {
  return layers.flatMap(({ layer, units, dead, saturated, stuck }) => {
    const gates = Object.entries(stuck).flatMap(([gate, { closed, open }]) => [
      ...(closed.length > 0 ? [`the ${gate} gate of ${listed(closed, units)} is nearly always closed`] : []),
      ...(open.length > 0 ? [`the ${gate} gate of ${listed(open, units)} is nearly always open`] : []),
    ]);
    const all = [
      ...(dead.length > 0 ? [`${listed(dead, units)} hardly ${dead.length === 1 ? "moves" : "move"}`] : []),
      ...(saturated.length > 0
        ? [`${listed(saturated, units)} ${saturated.length === 1 ? "stays" : "stay"} at the edge`]
        : []),
      ...gates,
    ];
    return [
      all.length === 0
        ? `${layer}: all ${units} units move, and no gate is stuck (${samples === 1 ? "1 sample" : `${samples} samples`}).`
        : `${layer}: ${all.join("; ")}.`,
    ];
  });
}

/** Units beyond which only their number is told. */
const NAMED = 12;

function listed(units: readonly number[], of: number): string {
  if (units.length === of) return `every unit`;
  if (units.length > NAMED) return `${units.length} of ${of} units`;
  return `unit${units.length === 1 ? "" : "s"} ${units.join(", ")}`;
}

/** By layer and gate: its mean, and how many of its units are nearly always closed or open. */
export function gateRows({ saturation: { gates } }: Explanation): { header: string[]; rows: string[][] } {
  const percent = (values: readonly number[]) => `${((100 * sum(values)) / values.length).toFixed(0)} %`;
  return {
    header: ["layer", "gate", "mean", "steps below 0.1", "steps above 0.9"],
    rows: gates.map(({ layer, gate, mean, closed, open }) => [
      layer,
      gate,
      (sum(mean) / mean.length).toFixed(2),
      percent(closed),
      percent(open),
    ]),
  };
}

/** For each token that was written the one of the source that it looked at most, and how much of its attention that had. */
export function attentionRows({ attention }: Explanation): { header: string[]; rows: string[][] } {
  const rows = (attention?.target ?? []).map((written, t) => {
    const weights = attention!.weights[t]!;
    const most = weights.reduce((best, weight, s) => (weight > weights[best]! ? s : best), 0);
    return [written, attention!.source[most] ?? "–", `${Math.round(100 * (weights[most] ?? 0))} %`];
  });
  return { header: ["written", "looked at", "share"], rows };
}

/** How the methods agree: what each explains, and what its scores sum to. */
export function methodRows({ attributions }: Explanation): { header: string[]; rows: string[][] } {
  return {
    header: ["method", "output", "baseline's", "difference", "sum of scores", "incompleteness"],
    rows: attributions.map(({ method, value, baseline, sum: total, incompleteness }) => [
      METHOD_NAMES[method],
      ...[value, baseline, value - baseline, total].map((number) => number.toPrecision(4).replace("-", "−")),
      incompleteness === null ? "–" : `${(100 * incompleteness).toPrecision(2)} %`,
    ]),
  };
}

export const METHOD_NAMES = {
  integratedGradients: "integrated gradients",
  occlusion: "occlusion",
  gradientInput: "gradient × input",
} as const;

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
