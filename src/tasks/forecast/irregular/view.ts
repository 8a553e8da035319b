/** Forecasts of irregular series: windows with names, and what goes in and out. */
import type { Model } from "sluice";
import { observedNames } from "../../irregular.js";
import type { Field, Signature, View } from "../../view.js";
import { numberField, timeField } from "../../views/fields.js";
import { vectorInput, viewOf } from "../../views/named.js";
import { isoOf } from "../frame.js";
import { outputNames } from "../output-names.js";
import { spread } from "../view.js";
import type { IrregularPlan } from "./plan.js";
import type { IrregularSamples } from "./samples.js";

export const NOT_STEPPABLE =
  "it reads steps of equal length, which rows at uneven times fill or leave empty, and the gaps since each variable was last observed";

/** @param most windows, evenly spread; default all */
export function irregularView(model: Model, samples: IrregularSamples, plan: IrregularPlan, most = Infinity): View {
  const { layout, every, dates, variables, targets, horizon } = plan;
  const chosen = spread(Int32Array.from(samples.places.keys()), most);
  const write = (time: number) => (dates ? isoOf(time) : String(time));
  const names = outputNames(targets, horizon, null);
  const steps = Array.from(chosen, (i) => samples.timesOf(i, every).map(write));
  const whose = (i: number) =>
    layout.id === null ? {} : { [layout.id]: samples.grids[samples.places[i]!.series]!.id };
  return viewOf(model, {
    x: samples.inputs(chosen, false),
    references: Array.from(chosen, (i, n) => ({ ...whose(i), [layout.time]: steps[n]!.at(-1)! })),
    inputs: [
      { kind: "series", steps, features: observedNames(variables) },
      vectorInput(chosen.length, names.map((name) => `${name} asked`)), // prettier-ignore
    ],
    outputs: names.map((name) => ({ name })),
  });
}

export function irregularSignature({ layout, variables, targets, dates }: IrregularPlan): Signature {
  const { id, time, variable, value } = layout;
  const told: Field[] = [...(id === null ? [] : [{ name: id, type: "text" } as const]), timeField(time, dates)];
  const long: Field[] = [{ name: variable ?? "", type: "category", values: variables }, numberField(value ?? "value")];
  const wide = variables.map((name) => numberField(name, { optional: true }));
  return {
    task: "forecast",
    sample: "rows",
    inputs: [...told, ...(variable === null ? wide : long)],
    rows: { least: 1, most: null },
    outputs: [...told, ...targets.map((name) => numberField(name))],
    notSteppable: NOT_STEPPABLE,
  };
}
