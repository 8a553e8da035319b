/** An explanation for the terminal: the answer, what speaks for it, how far back it looks, and units that do nothing. */
import type { Explanation, NamedAttribution } from "../tasks/explain/explanation.js";
import { leadOf } from "../tasks/explain/report.js";
import { areCharacters, attentionRows, featureScores, gateRows, healthWords, horizonWords, methodRows, METHOD_NAMES, partScores, placed, shares, strongest, toldBy, unknownWords, type Scored } from "../tasks/explain/summary.js"; // prettier-ignore
import type { ExplanationFiles } from "../tasks/explain/write-explanation.js";
import { aligned } from "./aligned.js";
import { answersTable } from "./answers.js";
import { figure } from "./figures.js";
import type { Screen } from "./screen.js";
import type { Style } from "./style.js";
import { plain, wrap } from "./text-width.js";

/** Rows of each table. */
const SHOWN = 8;

export function explanationText(explanation: Explanation, files: ExplanationFiles | null, screen: Screen): string {
  const { bold } = screen.style;
  const { attributions, effects, sample, count, matches } = explanation;
  const which = count > 1 ? ` (sample ${figure(sample + 1)} of ${figure(count)})` : "";
  const prose = (text: string) => wrap(plain(text), screen.proseWidth);
  const parts = [
    bold(prose(leadOf(explanation)) + which),
    answerText(explanation, screen),
    ...attributions.map((attribution) => attributionText(attribution, attributions.length > 1, screen)),
    ...unknownWords(explanation).map(prose),
    tableOf(methodRows(explanation), screen),
    attentionText(explanation, screen),
    titled("How far back it looks:", horizonWords(explanation).map(prose), screen),
    titled("Gates and units:", [...healthWords(explanation).map(prose), gatesText(explanation, screen)], screen),
    effects.length === 0 ? "" : titled("Units that count most (held at their mean):", [effectsText(explanation, screen)], screen), // prettier-ignore
    matches ? matchesText(matches, screen) : "",
    files ? aligned(null, [["Page", files.html], ["As JSON", files.json]], Infinity) : "", // prettier-ignore
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

function titled(title: string, lines: readonly string[], { style }: Screen): string {
  const there = lines.filter((line) => line !== "");
  return there.length === 0 ? "" : `${style.bold(title)}\n${there.join("\n")}`;
}

function tableOf(
  { header, rows }: { header: readonly string[]; rows: readonly (readonly string[])[] },
  screen: Screen,
): string {
  return aligned(header, rows, screen.width);
}

function answerText({ answers, reference, outputs }: Explanation, screen: Screen): string {
  if (answers.length > 0) return answersTable(answers, screen.width);
  const likeliest = [...outputs].sort((a, b) => b.value - a.value).slice(0, 5);
  const table = aligned(["output", "value"], likeliest.map(({ name, value }) => [shown(name), figure(value)]), screen.width); // prettier-ignore
  return `${answersTable([reference], screen.width)}\n\n${table}`;
}

function attributionText({ method, inputs }: NamedAttribution, several: boolean, screen: Screen): string {
  const shownInputs = inputs.filter((input) => partScores(input).some(({ value }) => value !== 0));
  const texts = shownInputs.map((input) => inputText(input, inputs.length > 1, screen));
  const title = several ? [screen.style.bold(`By ${METHOD_NAMES[method]}:`)] : [];
  return [...title, ...texts].join("\n\n");
}

function inputText(input: NamedAttribution["inputs"][number], named: boolean, screen: Screen): string {
  const part = toldBy(input);
  const scores = partScores(input);
  const title = named ? [screen.style.bold(`${plain(input.name)}:`)] : [];
  const text = input.kind === "tokens" && scores.length > 1 ? [marked(scores, screen)] : [];
  const line =
    input.kind === "series" && part === "step" && scores.length > 1
      ? [`${sparkline(scores, screen)}  each step, first to last`]
      : [];
  const rows = (scored: readonly Scored[]) =>
    strongest(scored, SHOWN).map(({ name, value }) => [shown(name), signed(value)]);
  const tables = [
    aligned([part, "score"], rows(placed(scores)), screen.width),
    ...(part === "step" && input.kind === "series" && input.features.length > 1
      ? [aligned(["feature", "score"], rows(featureScores(input)), screen.width)]
      : []),
  ];
  return [...title, ...text, ...line, ...tables].join("\n\n");
}

/** Each word with as many marks as it counts, and coloured where there are colours: ▲ for, ▼ against. */
function marked(steps: readonly Scored[], { style, proseWidth }: Screen): string {
  const share = shares(steps);
  const characters = areCharacters(steps.map(({ name }) => name));
  const words = steps.map(({ name }, t) => {
    const size = Math.abs(share[t]!);
    const marks = characters ? "" : (share[t]! > 0 ? "▲" : "▼").repeat(Math.round(3 * size));
    return tint(style, plain(name) + marks, share[t]!);
  });
  return characters ? words.join("") : wrap(words.join(" "), proseWidth);
}

function tint(style: Style, text: string, share: number): string {
  if (Math.abs(share) < 1 / 6) return style.dim(text);
  const colour = share > 0 ? style.green : style.red;
  return Math.abs(share) > 2 / 3 ? style.bold(colour(text)) : colour(text);
}

const BLOCKS = "▁▂▃▄▅▆▇█";

/** As wide as the prose at most, of neighbours the largest; what speaks against is red. */
function sparkline(steps: readonly Scored[], { style, proseWidth }: Screen): string {
  const share = shares(steps);
  const cells = Math.min(share.length, proseWidth - 30);
  return Array.from({ length: cells }, (_, i) => {
    const own = share.slice(Math.floor((i * share.length) / cells), Math.floor(((i + 1) * share.length) / cells));
    const value = own.reduce((most, v) => (Math.abs(v) > Math.abs(most) ? v : most), 0);
    const block = BLOCKS[Math.min(BLOCKS.length - 1, Math.floor(Math.abs(value) * BLOCKS.length))]!;
    return value < 0 ? style.red(block) : block;
  }).join("");
}

/** Tokens of which it is told what they looked at. */
const WRITTEN = 24;

function attentionText(explanation: Explanation, screen: Screen): string {
  const { header, rows } = attentionRows(explanation);
  const shownRows = rows.slice(0, WRITTEN).map(([written, at, share]) => [shown(written!), shown(at!), share!]);
  const more = rows.length > WRITTEN ? [`… and ${rows.length - WRITTEN} more; the page shows them.`] : [];
  if (rows.length === 0) return "";
  return titled("What it looked at while it wrote:", [tableOf({ header, rows: shownRows }, screen), ...more], screen);
}

function gatesText(explanation: Explanation, screen: Screen): string {
  const table = gateRows(explanation);
  return table.rows.length === 0 ? "" : `\n${tableOf(table, screen)}`;
}

function effectsText({ effects }: Explanation, screen: Screen): string {
  const rows = effects.slice(0, SHOWN).map(({ layer, unit, change }) => [`${layer} ${unit}`, signed(change)]);
  return aligned(["unit", "change of the output"], rows, screen.width);
}

function matchesText(
  { layer, from, to, units, passages }: NonNullable<Explanation["matches"]>,
  screen: Screen,
): string {
  const title = `Where units ${units.join(", ")} of ${layer} are on, as in steps ${from + 1} to ${to}:`;
  const rows = passages
    .slice(0, SHOWN)
    .map(({ steps, from: begin, to: end, reference, shared, similarity }) => [
      steps.join(" "),
      end === begin + 1 ? String(end) : `${begin + 1}–${end}`,
      Object.values(reference).join(" "),
      String(shared.length),
      similarity.toFixed(2),
    ]);
  const found = rows.length > 0 ? aligned(["passage", "steps", "sample", "shared", "similarity"], rows, screen.width) : "nowhere else"; // prettier-ignore
  return titled(title, [found], screen);
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${figure(Math.abs(value))}`;
}

function shown(name: string): string {
  return name === " " ? "␣" : plain(name);
}
