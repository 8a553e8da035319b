import type { Json } from "../format/json.js";

/** What a task found out on data that the network has not seen, in a form that the terminal, JSON and the report share. */

/** A metric that can be judged: its name in `values`, which way is better, and its unit. */
export interface Judge {
  readonly name: string;
  readonly mode: "min" | "max";
  /** Such as "°C"; left out for a number without unit. */
  readonly unit?: string;
}

/** The network or a baseline with its metrics on the same samples. */
export interface Entry {
  readonly name: string;
  readonly kind: "network" | "trivial" | "simple";
  readonly values: Readonly<Record<string, number>>;
}

export interface Evaluation {
  /** Samples that were judged, and what they are: "windows", "texts", "rows". */
  readonly count: number;
  readonly of: string;
  /** Which part of the data: "test", "validation", or the file that was given. */
  readonly part: string;
  /** The metric that decides who is better. */
  readonly judge: Judge;
  /** The network first, then the baselines. */
  readonly entries: readonly Entry[];
  /** In plain words whether the network beats its baselines. */
  readonly verdict: string;
  readonly pictures: readonly Picture[];
}

/** The task's own pictures, as data: the report draws them. */
export type Picture =
  | {
      /** A forecast beside the truth and the baselines, one line each, with residuals. NaN where there is none. */
      readonly kind: "forecast";
      readonly title: string;
      /** ISO dates, or numbers of steps. */
      readonly x: readonly string[] | readonly number[];
      readonly yLabel: string;
      readonly truth: readonly number[];
      readonly forecasts: readonly { readonly name: string; readonly values: readonly number[] }[];
    }
  | {
      /** A forecast with its intervals beside the truth. NaN where there is none. */
      readonly kind: "fan";
      readonly title: string;
      /** ISO dates, or numbers of steps. */
      readonly x: readonly string[] | readonly number[];
      readonly yLabel: string;
      readonly truth: readonly number[];
      readonly forecast: readonly number[];
      /** The narrowest first; named by the share that should lie inside, "80 %". */
      readonly bands: readonly {
        readonly name: string;
        readonly lower: readonly number[];
        readonly upper: readonly number[];
      }[];
    }
  | {
      /** Forecasts from several origins over the truth: parts of a line, each from a place in x on. */
      readonly kind: "origins";
      readonly title: string;
      /** ISO dates, or numbers of steps. */
      readonly x: readonly string[] | readonly number[];
      readonly yLabel: string;
      readonly truth: readonly number[];
      readonly forecasts: readonly {
        readonly name: string;
        readonly parts: readonly { readonly from: number; readonly values: readonly number[] }[];
      }[];
    }
  | {
      /** The metric of each step of the horizon. */
      readonly kind: "horizon";
      readonly title: string;
      readonly yLabel: string;
      readonly lines: readonly { readonly name: string; readonly values: readonly number[] }[];
    }
  | {
      /** counts[truth][predicted]. */
      readonly kind: "confusion";
      readonly classes: readonly string[];
      readonly counts: readonly (readonly number[])[];
    }
  | {
      /** Receiver operating characteristic: one curve for each class, or one for two classes. */
      readonly kind: "roc";
      readonly curves: readonly {
        readonly name: string;
        readonly auc: number;
        readonly falsePositive: readonly number[];
        readonly truePositive: readonly number[];
      }[];
    }
  | {
      readonly kind: "scatter";
      readonly title: string;
      /** With the unit. */
      readonly label: string;
      readonly actual: readonly number[];
      readonly predicted: readonly number[];
    }
  | {
      /** Numbers from 0 to 1 over two axes, such as what is likely when: values[row][column]. */
      readonly kind: "heat";
      readonly title: string;
      readonly subtitle?: string;
      readonly xLabel: string;
      readonly x: readonly (string | number)[];
      readonly y: readonly string[];
      readonly values: readonly (readonly number[])[];
    }
  | {
      readonly kind: "samples";
      readonly samples: readonly { readonly title: string; readonly text: string }[];
    };

/** What evaluation.json holds; JSON has no NaN and keeps it as null. */
export function readEvaluation(json: Json): Evaluation {
  const saved = json as unknown as Evaluation;
  const entries = saved.entries.map((entry) => ({
    ...entry,
    values: Object.fromEntries(Object.entries(entry.values).map(([name, value]) => [name, value ?? Number.NaN])),
  }));
  return { ...saved, entries };
}

/**
 * Says in plain words how the network does beside its baselines: which of them it beats, and by what share of their value.
 * A baseline that is better is named first, so that nobody can overlook it; one without the metric is left out.
 */
export function verdictOf(judge: Judge, entries: readonly Entry[]): string {
  const [network, ...baselines] = entries;
  const own = network!.values[judge.name] ?? Number.NaN;
  if (Number.isNaN(own)) return `The network's ${judge.name} is not a number: the result says nothing.`;
  const sign = judge.mode === "min" ? 1 : -1;
  return baselines
    .map((entry) => ({ entry, value: entry.values[judge.name] ?? Number.NaN }))
    .filter(({ value }) => !Number.isNaN(value))
    .sort((a, b) => sign * (a.value - b.value))
    .map(({ entry, value }) => sentenceOf(judge, own, entry, value))
    .join(" ");
}

/** "mae (°C)"; "nats a character" says what is measured and in what: the unit alone. */
export function metricTitle({ name, unit }: Judge): string {
  if (unit === undefined) return name;
  return unit.startsWith(name) ? unit : `${name} (${unit})`;
}

/** Errors that lie closer together than this share of the other are equal: another seed or a few more windows turn them around. */
const EQUAL = 0.01;

/** Whether neither of two can be called better: to four digits, and errors to less than 1 %. Of shares of hits 1 % may be most of the misses. */
export function areEqual(mode: Judge["mode"], own: number, other: number): boolean {
  return own.toPrecision(4) === other.toPrecision(4) || (mode === "min" && isClose(own, other));
}

const isClose = (own: number, other: number) => own > 0 && other > 0 && Math.abs(own / other - 1) < EQUAL;

function sentenceOf({ name, mode, unit }: Judge, own: number, { name: other, kind }: Entry, value: number): string {
  const tail = unit ? ` ${unit}` : "";
  // "nats a character" says what is measured and in what: the unit alone.
  const metric = unit?.startsWith(name) ? "" : `${name} `;
  const [ours, theirs] = [own.toPrecision(4), value.toPrecision(4)];
  const both = `${metric}${ours}${tail} against ${theirs}${tail}`;
  if (own === value) return `The network does exactly as well as ${other} (${both}).`;
  // A network that kept the linear solution it began with differs from it by rounding alone.
  if (ours === theirs) return `The network does as well as ${other}, to four digits (${both}).`;
  if (areEqual(mode, own, value)) return `The network does as well as ${other}, to less than 1 % (${both}).`;
  const figures = `${both}${shareOf(own, value)}`;
  const wins = mode === "min" ? own < value : own > value;
  if (wins) return `The network is better than ${other} (${figures}).`;
  const advice = kind === "simple" ? ": use that one, or tune the network" : ": a rule that needs no training";
  return `The network is WORSE than ${other} (${figures})${advice}.`;
}

/** How far the network's value lies from the other's, where that is a share of something. */
function shareOf(own: number, value: number): string {
  const share = Math.abs(own / value - 1);
  if (!(value > 0 && own > 0) || share > 10) return "";
  const percent = share < 0.01 ? "less than 1" : Math.round(share * 100);
  return `, ${percent} % ${own < value ? "lower" : "higher"}`;
}
