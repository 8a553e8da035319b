/** What `--json` prints, verb by verb; published as schema/output.json. The tests hold each verb to it. */
import { z } from "zod";
import { seriesRecord, seriesSummary } from "../distributed/series/ledger.js";
import { TASKS } from "../tasks/registry.js";
import { explainReply } from "./explain-schema.js";
import { checkReply, exportReply, importReply, modelFile } from "./interop-schema.js";

const count = z.int().min(0);
/** Null stands for a number that is not finite. */
const number = z.number().nullable();
const task = z.enum(Object.keys(TASKS) as [string, ...string[]]);
const warnings = z.array(z.string()).describe("What was said on standard error that the user should know.");
const values = z.record(z.string(), number);
const json = z.record(z.string(), z.unknown());

const evaluation = z.strictObject({
  count: count.describe("Samples that were judged."),
  of: z.string().describe('What they are, such as "windows".'),
  part: z.string().describe('"test", "validation", or the name of the file.'),
  judge: z.strictObject({ name: z.string(), mode: z.enum(["min", "max"]), unit: z.string().optional() }),
  entries: z
    .array(z.strictObject({ name: z.string(), kind: z.enum(["network", "trivial", "simple"]), values }))
    .describe("The network first, then the baselines."),
  verdict: z.string().describe("In plain words whether the network beats its baselines."),
});

const diloco = z.strictObject({
  shards: count,
  innerSteps: count.describe("Steps of a shard in a round."),
  deltas: z.string().describe("How changes of weights were sent."),
  states: z.string().describe("How moments went from round to round."),
  rounds: count,
  perEpoch: z.number().describe("Rounds in an epoch, which ends at the nearest whole one."),
  lost: count.describe("How often a shard was late or lost in a round, and was done again."),
  bytes: z
    .strictObject({ weights: count, states: count, deltas: count, outer: count })
    .describe(
      "Weights to the shards, their states there and back, their changes; and what outer steps read and wrote.",
    ),
});

const train = z.strictObject({
  verb: z.literal("train"),
  task,
  data: z.string(),
  run: z.string().describe("Folder of the run."),
  model: z.string(),
  report: z.string().nullable(),
  epochs: count,
  parameters: count,
  seconds: z.number(),
  evaluation,
  diloco: diloco.optional().describe("Of a run that was trained on shards."),
  warnings,
});

const trainSeries = z.strictObject({
  verb: z.literal("train"),
  perSeries: z.literal(true),
  task: z.literal("forecast"),
  data: z.string(),
  run: z.string().describe("Folder of the run, which holds those of the series."),
  file: z.string().describe("series.json: what was asked, every series, and what the training goes on from."),
  report: z.string(),
  seconds: z.number().describe("Of all sessions."),
  summary: seriesSummary,
  series: z.array(
    seriesRecord.extend({ run: z.string().nullable().describe("Folder of its run; null without a model.") }),
  ),
  evaluation: evaluation.describe("Of all series together, over all windows of their test parts."),
  warnings,
});

const evaluate = z.strictObject({
  verb: z.literal("evaluate"),
  task,
  model: z.string(),
  data: z.string(),
  evaluation,
  warnings,
});

const predict = z.strictObject({
  verb: z.literal("predict"),
  task,
  model: z.string(),
  data: z.string().nullable().describe("Null for standard input."),
  count,
  out: z.string().nullable(),
  answers: z.array(json).nullable().describe("Null where they were written to a file."),
  warnings,
});

const generate = z.strictObject({
  verb: z.literal("generate"),
  task: z.literal("generate"),
  model: z.string(),
  prompt: z.string(),
  text: z.string().describe("What follows the prompt."),
  options: json,
  warnings,
});

const compare = z.strictObject({
  verb: z.literal("compare"),
  task,
  data: z.string(),
  candidates: z.array(
    z.strictObject({
      values: json,
      run: z.string(),
      parameters: count,
      epochs: count,
      seconds: z.number().describe("Of preparing, training and validating."),
      epochSeconds: number.describe("Of an epoch with its validation, the median; null where none ended."),
      stepMicroseconds: number.describe(
        "Of one step of one stream, of the recurrent layers alone where others need the whole window; null where these read both ways.",
      ),
      validationLoss: z.array(number).describe("After each epoch."),
      evaluation: evaluation.describe("On the validation part, the baselines too."),
    }),
  ),
  best: z.strictObject({ values: json, run: z.string() }),
  test: evaluation.describe("Of the best, on the test part."),
  files: z.strictObject({ json: z.string(), html: z.string() }),
  warnings,
});

const sweep = z.strictObject({
  verb: z.literal("sweep"),
  task,
  data: z.string(),
  run: z.string().describe("Folder of the sweep."),
  file: z.string().describe("sweep.json: what was asked, every trial, and what the sweep goes on from."),
  report: z.string(),
  seconds: z.number().describe("Of all sessions."),
  judge: z.strictObject({ name: z.string(), mode: z.enum(["min", "max"]), unit: z.string().optional() }),
  trials: z.array(
    z.strictObject({
      trial: count.describe("From 1, in the order of proposal."),
      values: json,
      state: z
        .enum(["waiting", "done", "failed"])
        .describe("waiting: the time was over before; failed: each attempt failed, and it was set aside."),
      value: number.describe("On the validation part, after its last rung; null where there is none."),
      epochs: count.nullable(),
      parameters: count.nullable(),
      seconds: z.number(),
      run: z.string().nullable(),
      rungs: z
        .array(z.strictObject({ until: count.nullable(), value: number }))
        .describe("Epochs at which it was compared, null for its end."),
      reason: z.string().optional(),
    }),
  ),
  best: z.strictObject({ trial: count, values: json, value: number, run: z.string() }),
  importance: z
    .array(z.strictObject({ name: z.string(), share: number }))
    .describe("Of what tells trials apart, from 0 to 1; null where there are too few."),
  test: evaluation.describe("Of the best, on the test part."),
  warnings,
});

const entries = z.array(z.strictObject({ name: z.string(), kind: z.enum(["network", "trivial", "simple"]), values }));
const moment = z.union([z.string(), z.number()]);
const backtest = z.strictObject({
  verb: z.literal("backtest"),
  task: z.literal("forecast"),
  data: z.string(),
  run: z.string().describe("Folder of the backtest."),
  file: z.string().describe("backtest.json: all of this, and the forecasts from each origin beside the truth."),
  report: z.string(),
  settings: json,
  seconds: z.number(),
  fits: z.array(z.strictObject({ at: moment, epochs: count, run: z.string() })).describe("Trainings; none of a run."),
  evaluation: evaluation.describe("Over all forecasts."),
  byOrigin: z.array(z.strictObject({ at: moment, fit: count.nullable(), windows: count, entries })),
  byStep: z.array(z.strictObject({ step: count, entries })),
  bySeries: z.array(z.strictObject({ series: z.string().nullable(), target: z.string(), entries })),
  notes: z.array(z.string()).describe("What was left out, and why."),
  warnings,
});

const run = {
  path: z.string(),
  name: z.string(),
  state: z.enum(["running", "finished", "interrupted", "failed", "broken"]),
  problem: z.string().nullable(),
  task: z.string().nullable(),
  date: z.string().nullable(),
  epochs: count.describe("That were trained; where it is made of trainings, by all of them together."),
  trainings: z
    .strictObject({ of: z.enum(["series", "trials"]), done: count, failed: count, all: count })
    .optional()
    .describe("Of a run with a model for each series, and of a search."),
  result: z
    .strictObject({
      part: z.string().describe('"test", "validation", or the name of the file.'),
      metric: z.string(),
      mode: z.enum(["min", "max"]),
      unit: z.string().nullable(),
      network: number,
      baseline: z.strictObject({ name: z.string(), value: number }).nullable(),
      verdict: z.string(),
    })
    .nullable(),
};

const runsList = z.strictObject({
  verb: z.literal("runs list"),
  root: z.string(),
  runs: z.array(z.strictObject(run)),
  warnings,
});
const runsShow = z.strictObject({
  verb: z.literal("runs show"),
  ...run,
  diloco: diloco.optional().describe("Of a run that was trained on shards."),
  config: json,
  environment: json,
  files: z.array(z.string()),
  evaluation: evaluation.nullable(),
  warnings,
});
const runsCompare = z.strictObject({
  verb: z.literal("runs compare"),
  runs: z.array(z.strictObject({ ...run, config: json, part: z.string().nullable() })),
  differences: z.array(z.string()),
  warnings,
});
const runsRemove = z.strictObject({ verb: z.literal("runs remove"), removed: z.array(z.string()), warnings });

const proposals = z.array(z.strictObject({ command: z.string(), config: json, why: z.string() }));
const classes = z.array(z.strictObject({ value: z.string(), count }));
const spread = z.strictObject({ least: number, median: number, greatest: number });
const column = z.strictObject({
  name: z.string(),
  type: z.enum(["number", "date", "text"]),
  missing: count,
  distinct: count.nullable(),
  range: z.strictObject({ least: number, mean: number, greatest: number }).optional(),
  dates: z
    .strictObject({
      first: z.string(),
      last: z.string(),
      step: z.string().nullable(),
      gaps: count,
      id: z.string().nullable(),
      ordered: z.boolean(),
    })
    .optional(),
  words: spread.optional(),
  classes: classes.optional(),
});
const inspected = { verb: z.literal("inspect"), source: z.string(), proposals, warnings };
const inspect = z.discriminatedUnion("kind", [
  z.strictObject({ ...inspected, kind: z.literal("table"), rows: count, whole: z.boolean(), columns: z.array(column) }),
  z.strictObject({
    ...inspected,
    kind: z.literal("text"),
    characters: count,
    distinctCharacters: count,
    words: count,
    lines: count,
  }),
  z.strictObject({
    ...inspected,
    kind: z.literal("clips"),
    clips: count,
    classes,
    seconds: spread,
    sampleRates: z.array(count),
    lookedInto: count,
    problems: z.array(z.string()),
  }),
  z.strictObject({
    ...inspected,
    kind: z.literal("sequences"),
    sequences: count,
    dimensions: count,
    lengths: spread,
    missing: count,
    classes,
  }),
  z.strictObject({
    verb: z.literal("inspect"),
    kind: z.literal("model"),
    task,
    run: z.string().nullable(),
    bytes: count.nullable(),
    parameters: count,
    layers: z.array(z.string()),
    summary: z.string(),
    preprocessing: json,
    evaluation: evaluation.nullable(),
    warnings,
  }),
  modelFile,
]);

const serve = z
  .strictObject({
    verb: z.literal("serve"),
    url: z.string().describe("Where it listened."),
    models: z.array(z.strictObject({ name: z.string(), version: z.string() })).describe("As they were at the start."),
    requests: count.describe("Requests that were answered."),
    seconds: z.number(),
    warnings,
  })
  .describe("Printed when it ends.");

const studio = z
  .strictObject({
    verb: z.literal("studio"),
    address: z.string(),
    folder: z.string(),
    runs: z.string(),
    seconds: z.number(),
    warnings,
  })
  .describe("When it has been ended.");

const worker = z
  .strictObject({
    verb: z.literal("worker"),
    redis: z.string().describe("Without user and password."),
    queue: z.string(),
    worker: z.strictObject({
      name: z.string(),
      version: z.string(),
      cores: count,
      kernels: z.string(),
      host: z.string(),
    }),
    slots: count,
    done: count,
    failed: count.describe("Attempts that failed."),
    refused: count.describe("Jobs that are none, of another major version, or whose data the worker lacks."),
    seconds: z.number(),
    warnings,
  })
  .describe("When it has been ended.");

const failure = z.strictObject({
  error: z.strictObject({
    kind: z.enum(["usage", "failure", "interrupted", "bug"]),
    message: z.string(),
    exitCode: z.union([z.literal(1), z.literal(2), z.literal(130)]),
    resume: z.string().optional().describe("Command that goes on with what was interrupted."),
    stack: z.string().optional(),
  }),
});

/** By verb; `error` takes the place of each when something is wrong. */
export const REPLIES = {
  train,
  "train --per-series": trainSeries,
  evaluate,
  predict,
  generate,
  explain: explainReply,
  compare,
  sweep,
  backtest,
  "runs list": runsList,
  "runs show": runsShow,
  "runs compare": runsCompare,
  "runs remove": runsRemove,
  inspect,
  import: importReply,
  export: exportReply,
  check: checkReply,
  serve,
  studio,
  worker,
  error: failure,
} as const;

export function replySchema(): object {
  const forms = Object.entries(REPLIES).map(([name, schema]) => {
    const { $schema: _, ...form } = z.toJSONSchema(schema);
    return { title: name === "error" ? "When something is wrong" : `sluice ${name} --json`, ...form };
  });
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "What sluice prints with --json",
    anyOf: forms,
  };
}
