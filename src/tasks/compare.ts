/** One training for each combination of options, the choice on the validation part, and the test part for the chosen one alone. */
import type { DataSource } from "../data/index.js";
import type { Evaluation } from "../runs/evaluation.js";
import { RunFolder } from "../runs/run-folder.js";
import { check, SluiceError } from "../util/errors.js";
import { combinationsOf, showValues, slugOfValues, type Grid } from "./grid.js";
import { testRun } from "./measure-run.js";
import { readOptions } from "./options.js";
import { slugOf } from "./source-name.js";
import { EpochTimer, stepMicroseconds } from "./speed.js";
import type { Run } from "./run.js";
import type { Task, TaskName } from "./task.js";
import { trainTask, type TrainHooks } from "./train-task.js";

export interface Candidate {
  /** Its values of the options that are compared. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly run: string;
  readonly parameters: number;
  readonly epochs: number;
  /** That preparing, training and validating took. */
  readonly seconds: number;
  /** Of an epoch of training with its validation, the median; null where none ended. */
  readonly epochSeconds: number | null;
  /** That the trained network takes for one step of one stream; see `stepMicroseconds` in speed.ts. */
  readonly stepMicroseconds: number | null;
  /** On the validation part after each epoch; null where it was not finite. */
  readonly validationLoss: readonly (number | null)[];
  /** On the validation part. */
  readonly evaluation: Evaluation;
}

export interface Comparison {
  readonly task: TaskName;
  /** In the order of training. */
  readonly candidates: readonly Candidate[];
  /** The candidate whose network is the best on the validation part; of equal ones the one with fewer parameters. */
  readonly best: Candidate;
  /** Of the best, on the test part, by which nothing was chosen. */
  readonly test: Evaluation;
}

export interface CompareHooks extends Omit<TrainHooks, "part"> {
  /** Told before each training; an own progress for each may be given back. */
  onCandidate?: (values: Readonly<Record<string, unknown>>, number: number, of: number) => TrainHooks["callbacks"];
}

/** Stopped by the signal in a training that can be gone on with; those before it are kept. */
export class ComparisonStopped extends SluiceError {
  constructor(
    readonly run: Run,
    readonly done: number,
    of: number,
  ) {
    super(`compare: stopped in training ${done + 1} of ${of}`);
  }
}

/**
 * Trains every combination of the grid's values.
 * @param given options that all have in common
 * @throws SluiceError when one of the combinations is not possible, before the first is trained
 */
export async function compareTask(
  task: Task,
  source: DataSource,
  given: Readonly<Record<string, unknown>>,
  grid: Grid,
  hooks: CompareHooks = {},
): Promise<Comparison> {
  const combinations = combinationsOf("compare", grid);
  const { name = slugOf(source) } = given as { name?: string };
  const all = combinations.map((values) => ({ ...given, ...values, name: `${name}-${slugOfValues(values)}` }));
  for (const [i, options] of all.entries())
    readOptions(`compare ${showValues(combinations[i]!)}`, task.options, options);
  const candidates: Candidate[] = [];
  for (const [i, options] of all.entries()) {
    const callbacks = hooks.onCandidate?.(combinations[i]!, i + 1, all.length) ?? hooks.callbacks ?? [];
    const begin = performance.now();
    const timer = new EpochTimer();
    const run = await trainTask(task, source, options, {
      ...hooks,
      callbacks: [timer, ...callbacks],
      part: "validation",
    });
    if (run.interrupted) throw new ComparisonStopped(run, i, all.length);
    const seconds = (performance.now() - begin) / 1000;
    candidates.push(candidateOf(combinations[i]!, run, { seconds, epochSeconds: timer.median }));
    checkJudge(candidates[0]!, candidates.at(-1)!);
  }
  const best = bestOf(candidates);
  const test = await testRun(task, source, RunFolder.open(best.run), best.seconds, hooks);
  return { task: task.name, candidates, best, test };
}

/** Values of different measures, such as those of a squared and an absolute loss, say nothing of each other. */
function checkJudge(first: Candidate, own: Candidate): void {
  const [before, now] = [first, own].map(({ evaluation: { judge } }) => judge.name);
  check(now === before, () => {
    return `compare: ${showValues(own.values)} is judged by ${now}, and ${showValues(first.values)} by ${before}; compare those of one measure`;
  });
}

function candidateOf(
  values: Candidate["values"],
  { folder, model, history, evaluation }: Run,
  took: Pick<Candidate, "seconds" | "epochSeconds">,
): Candidate {
  const loss = history.history["val_loss"] ?? [];
  return {
    values,
    run: folder!,
    parameters: model.countParams(),
    epochs: history.epoch.length,
    ...took,
    stepMicroseconds: stepMicroseconds(model),
    validationLoss: loss.map((value) => (Number.isFinite(value) ? value : null)),
    evaluation: evaluation!,
  };
}

/** What decides: the network's value of the judging metric. */
export function decisive({ evaluation: { judge, entries } }: Candidate): number {
  return entries[0]!.values[judge.name]!;
}

function bestOf(candidates: readonly Candidate[]): Candidate {
  const sign = candidates[0]!.evaluation.judge.mode === "min" ? 1 : -1;
  // What is not a number stands behind everything.
  const rank = (candidate: Candidate) => (Number.isNaN(decisive(candidate)) ? Infinity : sign * decisive(candidate));
  return [...candidates].sort((a, b) => rank(a) - rank(b) || a.parameters - b.parameters)[0]!;
}
