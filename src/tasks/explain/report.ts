/** An explanation as a page. */
import { colourOf } from "../../runs/plots/colours.js";
import { drawPlot } from "../../runs/plots/draw.js";
import { panelSpec } from "../../runs/plots/lines.js";
import type { Plot } from "../../runs/plots/render.js";
import { reportPage, type Block } from "../../runs/report.js";
import type { Answer } from "../task.js";
import type { Explanation } from "./explanation.js";
import { attentionBlocks, attributionBlocks } from "./report-attribution.js";
import { gateBlocks, insideBlocks } from "./report-inside.js";
import { horizonWords, METHOD_NAMES, partScores, placed, strongest, toldBy } from "./summary.js";

/** The page explain.html: self-contained, as all reports are. @param command what made it */
export async function explanationPage(explanation: Explanation, command: string): Promise<string> {
  const { task, sample, count } = explanation;
  const which = count > 1 ? `, sample ${sample + 1} of ${count.toLocaleString("en")}` : "";
  const blocks: Block[] = [
    { text: leadOf(explanation) },
    ...answerBlocks(explanation),
    { heading: `What speaks for “${explanation.output.name}”, and what against it` },
    ...(await attributionBlocks(explanation)),
    ...(await attentionBlocks(explanation)),
    ...(await horizonBlocks(explanation)),
    ...(await insideBlocks(explanation)),
    ...(await gateBlocks(explanation)),
    ...matchBlocks(explanation),
    { heading: "How this was made" },
    { command },
  ];
  return reportPage(`Explanation: ${task}${which}`, blocks);
}

/** The output, and the three parts of the input that count most each way. */
export function leadOf(explanation: Explanation): string {
  const { task, output, outputs, attributions, answers } = explanation;
  const value = outputs.find(({ name }) => name === output.name)!.value;
  const at = output.step === null ? "" : ` at step ${output.step + 1}`;
  const [first] = attributions;
  const scored = first!.inputs.flatMap((input) => placed(partScores(input)));
  const most = (sign: number) =>
    strongest(scored.filter((one) => sign * one.value > 0), 3).map((one) => `${one.name} (${signed(one.value)})`).join(", "); // prettier-ignore
  const sides = [most(1) && `for it: ${most(1)}`, most(-1) && `against it: ${most(-1)}`].filter(Boolean).join("; ");
  const [input] = first!.inputs;
  const part = input ? toldBy(input) : "step";
  const scaled = task === "forecast" || task === "regress" ? ", scaled as in training" : "";
  const label = answers.length === 1 ? answers[0]!["label"] : undefined;
  const named = typeof label === "string" || typeof label === "number"; // not several labels
  const other = named && String(label) !== output.name ? `; the answer is “${label}”` : "";
  return `“${output.name}” is ${value.toPrecision(4).replace("-", "−")}${at}${scaled}${other}. By ${METHOD_NAMES[first!.method]} ${sides ? `most speaks ${sides}` : `no ${part} speaks for or against it`}.`;
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
