/** Which option decides by what trials are judged: values of different measures say nothing of each other. */
import type { Prepared, Task, TaskName } from "../../tasks/task.js";
import { check } from "../../util/errors.js";
import { showValue } from "./show.js";
import type { Space } from "./space.js";

interface Deciding {
  readonly option: string;
  /** The measure of a value of the option. */
  of(value: unknown): string;
}

const DECIDING: Partial<Record<TaskName, Deciding>> = {
  forecast: { option: "loss", of: (loss) => (loss === "meanSquaredError" ? "RMSE" : "MAE") },
  generate: { option: "level", of: (level) => (level === "word" ? "perplexity" : "nats a character") },
  transcribe: { option: "level", of: (level) => (level === "word" ? "wordErrorRate" : "characterErrorRate") },
  translate: { option: "targetLevel", of: (level) => (level === "space" ? "tokenErrorRate" : "BLEU or chrF") },
};

/**
 * @param judge by which the prepared trial is judged, where that is known before training
 * @throws SluiceError that names the option of which values are judged by different measures
 */
export function checkMeasures(task: Task, space: Space, { judge }: Pick<Prepared, "judge">): void {
  const { option, of } = DECIDING[task.name] ?? {};
  const dimension = space.find(({ name }) => name === option);
  if (of === undefined || dimension?.kind !== "choice") return;
  // Of several series or targets the measure is another, whatever the loss.
  if (judge && !dimension.values.some((value) => of(value) === judge.name)) return;
  const [first, ...others] = dimension.values;
  const odd = others.find((value) => of(value) !== of(first));
  check(odd === undefined, () => {
    const said = [first, odd].map((value) => `${showValue(value)} by ${of(value)}`).join(", ");
    return `sweep: ${option}: trials could not be compared: ${said}; search with values that are judged by the same measure`;
  });
}
