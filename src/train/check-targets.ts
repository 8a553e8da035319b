import { checkFinite } from "../model/feed.js";
import type { PartialShape } from "../tensor/shape.js";
import type { Model } from "./model.js";
import type { Samples } from "./batches.js";

/** Raises an error, before any work, when targets do not fit the losses: wrong shape, labels outside the classes, NaN. */
export function checkTargets(model: Model, samples: Samples, where: string): void {
  const shapes = model.computeOutputShape(samples.x.map((t) => t.shape as PartialShape));
  for (const [i, { name, loss }] of model.compiled.outputs.entries()) {
    const label = model.outputs.length > 1 ? `${where}: y "${name}"` : `${where}: y`;
    checkFinite(samples.y[i]!, label);
    loss.checkLabels(label, samples.y[i]!, shapes[i]!);
  }
  if (samples.weight) checkFinite(samples.weight, `${where}: sampleWeight`);
}
