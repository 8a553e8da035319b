/** What an evaluation says, in the language of the page. */
import { areEqual, type Entry, type Evaluation } from "../../../runs/evaluation.js";
import { figure, percent } from "../../ui/format.js";
import type { Tone } from "../../ui/notices.js";
import { nameBeside } from "./history.js";
import { said } from "./said.js";
import { t } from "./texts.js";

/** A share beyond this says nothing: "1,900 % higher". */
const LARGEST_SHARE = 10;
/** One below this would be told as "0 %". */
const SMALLEST_SHARE = 0.0005;

export interface Verdict {
  readonly text: string;
  readonly tone: Tone;
}

/** One sentence for each baseline, the best first. */
export function verdictsOf(evaluation: Evaluation): readonly Verdict[] {
  const { judge, entries } = evaluation;
  const [network, ...baselines] = entries;
  const own = valueOf(network!, judge.name);
  const known = baselines.filter((entry) => valueOf(entry, judge.name) !== null);
  if (own === null || known.length === 0) return [{ text: evaluation.verdict, tone: own === null ? "bad" : "info" }];
  const sign = judge.mode === "min" ? 1 : -1;
  return known
    .sort((a, b) => sign * (valueOf(a, judge.name)! - valueOf(b, judge.name)!))
    .map((entry) => sentence(evaluation, own, entry));
}

const valueOf = ({ values }: Entry, name: string): number | null => values[name] ?? null;

function sentence({ judge }: Evaluation, own: number, entry: Entry): Verdict {
  const { name, mode, unit } = judge;
  const value = valueOf(entry, name)!;
  const [ours, theirs] = [own, value].map((n) => [figure(n), unit].filter(Boolean).join(" "));
  const both = { name: said(entry.name), own: `${nameBeside(judge)} ${ours}`.trim(), other: theirs! };
  if (areEqual(mode, own, value)) return { text: t("verdictSame", both), tone: "info" };
  const share = Math.abs(own / value - 1);
  const told = value > 0 && own > 0 && share >= SMALLEST_SHARE && share <= LARGEST_SHARE;
  const text = told ? t(own < value ? "lower" : "higher", { percent: percent(share, share < 0.1 ? 1 : 0) }) : "";
  const wins = mode === "min" ? own < value : own > value;
  return { text: t(wins ? "verdictBetter" : "verdictWorse", { ...both, share: text }), tone: wins ? "good" : "warn" };
}
