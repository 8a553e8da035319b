/** What `sluice explain --json` prints. */
import { z } from "zod";
import { TASKS } from "../tasks/registry.js";

const count = z.int().min(0);
/** Null stands for a number that is not finite. */
const number = z.number().nullable();
const task = z.enum(Object.keys(TASKS) as [string, ...string[]]);
const warnings = z.array(z.string()).describe("What was said on standard error that the user should know.");
const answer = z.record(z.string(), z.unknown()).describe("Names of columns and values, in raw units.");
const scores = z.strictObject({
  name: z.string(),
  kind: z.enum(["tokens", "series", "vector"]),
  steps: z.array(z.string()),
  features: z.array(z.string()).describe("One empty name where a step has one score."),
  scores: z
    .array(number)
    .describe("[steps, features], row by row; of the row of a table, which is one step, by feature."),
});
const scale = z.enum(["logit", "output"]).describe("logit: before the softmax or sigmoid that the network ends with.");
const byUnit = z.array(number).describe("By unit.");
const units = z.array(count);
export const explainReply = z.strictObject({
  verb: z.literal("explain"),
  model: z.string(),
  task,
  run: z.string().nullable().describe("Null for a model file."),
  count: count.describe("Samples of the data."),
  sample: count.describe("Which of them is explained, from 0."),
  reference: answer.describe("What tells the sample: a text, a file, a series and its date."),
  answers: z
    .array(answer)
    .describe("What predict says of it; empty for texts that are continued, and for data of very many samples."),
  outputs: z
    .array(z.strictObject({ name: z.string(), value: number }))
    .describe("What the network answers; of one output for two classes the probabilities of both."),
  output: z
    .strictObject({ name: z.string(), index: count, step: count.nullable(), scale })
    .describe("What is explained; step, from 0, where the network answers at every step."),
  inputs: z.array(
    z.strictObject({
      name: z.string(),
      kind: z.enum(["tokens", "series", "vector"]),
      steps: z.array(z.string()),
      features: z.array(z.string()),
      values: z.array(number).nullable().describe("[steps, features] as the network sees them; null for tokens."),
      unknown: z.array(z.string()).describe("Words that the network does not know."),
      leftOut: count.describe("Steps of the sample that the network does not see."),
    }),
  ),
  attributions: z.array(
    z.strictObject({
      method: z.enum(["integratedGradients", "occlusion", "gradientInput"]),
      output: count,
      scale,
      value: number,
      baseline: number.describe("The output for what the sample is compared with."),
      inputs: z.array(scores),
      sum: number.describe("Of all scores."),
      incompleteness: number.describe("|sum − (value − baseline)| / |value − baseline| of integrated gradients."),
      points: count.nullable().describe("On the path of integrated gradients."),
    }),
  ),
  attention: z
    .strictObject({ source: z.array(z.string()), target: z.array(z.string()), weights: z.array(z.array(number)) })
    .nullable()
    .describe("Of a translation: how much each token that was written looked at each of the source, [target][source]."),
  horizon: z
    .strictObject({
      output: count,
      scale,
      gradient: z.array(number).describe("By lag from the last step back: norm of the output's gradient."),
      occlusion: z.array(number).describe("By lag: how much the output changes when the step is replaced."),
      reach: count.describe("The smallest lag within which `share` of the gradient lies."),
      occlusionReach: count,
      share: number,
      samples: count,
    })
    .nullable()
    .describe("Null where no input has several steps."),
  layers: z
    .array(
      z.strictObject({ layer: z.string(), cell: z.string(), units: count, steps: count, signals: z.array(z.string()) }),
    )
    .describe("Recurrent layers and their signals, whose values are in explain.json."),
  saturation: z.strictObject({
    samples: count,
    gates: z.array(
      z.strictObject({ layer: z.string(), gate: z.string(), steps: count, closed: byUnit, open: byUnit, mean: byUnit }),
    ),
    layers: z.array(
      z.strictObject({
        layer: z.string(),
        cell: z.string(),
        units: count,
        dead: units.describe("Units whose state hardly moves."),
        saturated: units.describe("Units whose state stays at its edge."),
        stuck: z.record(z.string(), z.strictObject({ closed: units, open: units })),
      }),
    ),
  }),
  effects: z
    .array(z.strictObject({ layer: z.string(), unit: count, value: number, change: number, effect: number }))
    .describe("By unit, how the output changes when it is held at its mean; the largest first."),
  matches: z
    .strictObject({
      layer: z.string(),
      from: count,
      to: count,
      units: units.describe("On all through the selected steps."),
      threshold: number,
      passages: z.array(
        z.strictObject({
          sample: count.describe("0: the explained one."),
          from: count,
          to: count,
          shared: units,
          different: count,
          similarity: number,
          steps: z.array(z.string()),
          reference: answer,
        }),
      ),
    })
    .nullable(),
  files: z
    .strictObject({ html: z.string(), json: z.string() })
    .nullable()
    .describe("Null for a model file without --out."),
  warnings,
});
