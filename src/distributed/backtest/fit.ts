/** One training of a backtest as a job. It can be asked for again and again: what has ended is left as it is, what was cut off goes on from its checkpoint. */
import { z } from "zod";
import type { Json } from "../../format/json.js";
import { courseOf, taskOptions, type Course } from "../../tasks/backtest/backtest.js";
import { fitAt, fitFolder, hasEnded, type FitPlan } from "../../tasks/backtest/fits.js";
import { backtestOptions } from "../../tasks/backtest/options.js";
import { readOptions } from "../../tasks/options.js";
import { check, SluiceError } from "../../util/errors.js";
import type { JobContext } from "../job.js";
import { fitPayload, type FitPayload } from "./payload.js";
import { packRun, runArchive } from "../run-archive.js";
import { sourceOf, writtenAt } from "../store/reference.js";
import { epochReporter, takeOver } from "../training-job.js";

/** What was trained stands in its folder. */
export const fitResult = z.strictObject({
  warnings: z.array(z.string()),
  /** The training itself, where whoever asked cannot see its folder. */
  archive: runArchive.optional(),
});

type Data = Pick<FitPayload, "data" | "sha256">;

export async function fit(json: Json, context: JobContext): Promise<Json> {
  const {
    place: number,
    name,
    command,
    ...payload
  } = readOptions("training of a backtest", fitPayload, json as object);
  const options = readOptions("backtest", backtestOptions, payload.options);
  const root = payload.root === null ? context.scratch() : writtenAt(payload.root, context);
  const warnings: string[] = [];
  if (hasEnded(root, name)) return { warnings };
  const course = await courseFor(payload, options, context);
  const origin = course.origins[number];
  check(
    origin !== undefined,
    () => `backtest: there are ${course.origins.length} origins, and none at place ${number}`,
  );
  const warn = (message: string) => void warnings.push(message);
  const plan: FitPlan = {
    table: course.table,
    frame: course.frame,
    options: taskOptions(options),
    hooks: { signal: context.signal, verbose: 0, warn, command },
    warn,
  };
  const before = fitFolder(root, name);
  if (before) takeOver(before, context);
  const place = { root, name, callbacks: [epochReporter(context)] };
  const done = await fitAt(plan, origin, place, null).finally(keepFor);
  context.signal.throwIfAborted();
  if (done === null) throw new SluiceError(`backtest: training ${name} was stopped`);
  if (payload.root !== null) return { warnings };
  return { warnings, archive: await packRun(fitFolder(root, name)!, context.store, false) };
}

/** The data as this thread read them last: all trainings of a backtest read the same. Let go of when nobody asks for them any more. */
let kept: { readonly key: string; readonly course: Promise<Course> } | null = null;
let letGo: NodeJS.Timeout | undefined;
const KEPT_MS = 60_000;

function courseFor(data: Data, options: z.output<typeof backtestOptions>, context: JobContext): Promise<Course> {
  const { lookback: _, season: __, ...shared } = options; // found out by the first training, and nothing that reads depends on them
  const key = JSON.stringify([data.data, data.sha256, shared]);
  clearTimeout(letGo);
  if (kept?.key === key) return kept.course;
  const course = read(data, options, context);
  const own = (kept = { key, course });
  course.catch(() => {
    if (kept === own) kept = null; // the next attempt reads anew
  });
  return course;
}

function keepFor(): void {
  clearTimeout(letGo);
  letGo = setTimeout(() => (kept = null), KEPT_MS).unref();
}

async function read({ data, sha256 }: Data, options: z.output<typeof backtestOptions>, context: JobContext) {
  return courseOf(await sourceOf(data, context, sha256), options);
}
