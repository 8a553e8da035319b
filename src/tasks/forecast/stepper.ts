/** Forecasts, one raw row at a time. */
import type { Model } from "sluice";
import type { Answer } from "../task.js";
import { check, show } from "../../util/errors.js";
import { calendarFeatures } from "../../data/index.js";
import type { Field, RawRow, Signature, Stepper } from "../view.js";
import { dateIn, numberField, numberIn, textIn, timeField } from "../views/fields.js";
import { checkSteppable, whyNotSteppable } from "../views/steppable.js";
import { outlookOf } from "./doubt/outlook.js";
import { ahead, valueColumns } from "./output-names.js";
import type { ForecastPipeline } from "./pipeline.js";
import { decodeOne } from "./samples.js";
import type { Scaling } from "./scaling.js";
import { featuresOf } from "./view.js";

const WHERE = "forecast";

/** What makes a row. @param gaps whether targets and past covariates may be missing */
function fieldsOf({ plan, scaling }: ForecastPipeline, gaps: boolean): Field[] {
  const { roles, cycles } = plan;
  const dated = roles.time === null ? [] : [{ ...timeField(roles.time, plan.dated ?? true), optional: cycles.length === 0 }]; // prettier-ignore
  const known = scaling.series.filter((id) => id !== null);
  const values = known.length > 0 && { values: known }; // without a scale no series is told from another
  const id: Field[] = roles.id === null ? [] : [{ name: roles.id, type: "category", ...values }];
  const said = (roles.categories ?? []).map((name, c): Field => {
    const values = plan.deepar?.categories[c + (roles.id === null ? 0 : 1)]?.values ?? [];
    return { name, type: "category", values };
  });
  const numbers = [...roles.targets, ...roles.past].map((name) => numberField(name, { optional: gaps }));
  const future = roles.future.map((name) => numberField(name, { description: "Known for the steps to come too" }));
  return [...id, ...dated, ...said, ...numbers, ...future];
}

export function signatureOf(pipeline: ForecastPipeline, model: Model): Signature {
  const { roles, lookback, transform, missing, doubt = null } = pipeline.plan;
  const inputs = fieldsOf(pipeline, missing !== "error");
  const told: Field[] = inputs.filter(({ name }) => name === roles.id || name === roles.time);
  const counted: Field[] = roles.time === null ? [{ name: "step", type: "number", description: "Steps ahead" }] : [];
  const values = valueColumns(roles.targets, doubt).map((name) => fieldOf(roles.targets, name));
  const rows = lookback + (transform === "difference" ? 1 : 0);
  return {
    task: pipeline.task,
    sample: "rows",
    inputs,
    rows: { least: rows, most: rows },
    outputs: [...told.map(({ name, type }) => ({ name, type })), ...counted, ...values],
    notSteppable: notSteppable(pipeline, model),
  };
}

/** With the unit of the target that it foresees. */
function fieldOf(targets: readonly string[], name: string, suffix = ""): Field {
  const target = targets.find((one) => name === one) ?? targets.find((one) => name.startsWith(`${one}_q`));
  return { ...numberField(target ?? name), name: name + suffix };
}

/** What of the preprocessing or the network needs more than the rows so far; null where nothing does. */
function notSteppable({ plan, settings }: ForecastPipeline, model: Model): string | null {
  if (plan.deepar) return "it draws paths over the whole horizon and feeds them back; a row has no answer by itself";
  if (settings.future.length > 0) return `it reads ${settings.future.join(", ")} of the whole horizon beside the rows so far`; // prettier-ignore
  if (!settings.level) return "it sees each window less its last value, which is another one after every row (level: true trains one that can be stepped)"; // prettier-ignore
  if (settings.transform === "difference") return "it reads differences between rows, and a row alone has none";
  if (settings.counts) return "its counts are scaled by their mean over the whole window";
  if (plan.doubt?.conformal) return "its intervals are as wide as the last rows moved, all of the window";
  if (model.layers.some(({ name }) => name === "linear"))
    return "a linear model of the whole window stands beside the recurrent layers (linear: false trains one that can be stepped)"; // prettier-ignore
  return whyNotSteppable(model);
}

export function stepperOf(pipeline: ForecastPipeline, model: Model): Stepper {
  checkSteppable(notSteppable(pipeline, model));
  const { plan, settings } = pipeline;
  const { horizon, lookback, transform, doubt = null } = plan;
  const features = featuresOf(settings);
  const reader = new RowReader(pipeline);
  const width = horizon * settings.targets.length;
  const columns = valueColumns(settings.targets, doubt);
  const suffixes = horizon === 1 ? [""] : ahead(horizon).map((step) => ` ${step}`);
  const size = model.outputs[0]!.shape.slice(1).reduce<number>((product, n) => product * n!, 1);
  return {
    // The order of the steps tells their time, unless the calendar is read.
    fields: fieldsOf(pipeline, false).filter(({ optional }) => optional !== true),
    rows: { least: lookback, most: lookback },
    outputs: suffixes.flatMap((suffix) => columns.map((name) => fieldOf(settings.targets, name, suffix))),
    width: features.length,
    encode(row, frame, offset = 0) {
      const { scaled } = reader.read(row);
      for (const [d, name] of features.entries()) frame[offset + d] = scaled[name]![0]!;
    },
    decode(output, offset, row): Answer {
      const { id, scaled } = reader.read(row);
      const own = Float64Array.from({ length: size }, (_, k) => output[offset + k]!);
      const { point, quantiles } = outlookOf(own, { doubt, width, linear: transform === "none" }, (_, values) =>
        decodeOne({ levels: {} }, scaled, settings, reader.scaling, id, 0, values),
      );
      const K = settings.targets.length;
      const values = Array.from({ length: width }, (_, j) => [point[j]!, ...quantiles.map((list) => list[j]!)]).flat();
      const perStep = K * (1 + quantiles.length);
      return Object.fromEntries(values.map((value, v) => [columns[v % perStep]! + suffixes[Math.floor(v / perStep)]!, value])); // prettier-ignore
    },
  };
}

/** A raw row as the network sees it. */
class RowReader {
  readonly scaling: Scaling;
  readonly #known: ReadonlySet<string | null>;

  constructor(private readonly pipeline: ForecastPipeline) {
    this.scaling = pipeline.scaling;
    this.#known = new Set(pipeline.scaling.series);
  }

  read(row: RawRow): { readonly id: string | null; readonly scaled: Readonly<Record<string, Float64Array>> } {
    const { plan } = this.pipeline;
    const { roles, cycles, transform, scaler } = plan;
    const id = roles.id === null ? null : textIn(WHERE, row, roles.id);
    check(scaler === "none" || this.#known.has(id), () => {
      return `${WHERE}: ${roles.id} ${show(id)} is no series of the training part, so its scale is not known`;
    });
    const targets = roles.targets.map((name) => [name, Float64Array.of(levelOf(transform, name, numberIn(WHERE, row, name)))] as const); // prettier-ignore
    const past = roles.past.map((name) => [name, Float64Array.of(numberIn(WHERE, row, name))] as const);
    const turns = cycles.length === 0 ? {} : calendarFeatures([dateIn(WHERE, row, roles.time!)], cycles);
    const inputs = { ...Object.fromEntries([...targets, ...past]), ...turns };
    return { id, scaled: this.scaling.apply(inputs, [{ id, begin: 0, end: 1 }]) };
  }
}

function levelOf(transform: "none" | "log" | "log1p" | "difference", name: string, value: number): number {
  if (transform === "none" || transform === "difference") return value;
  const least = transform === "log" ? 0 : -1;
  check(value > least, () => `${WHERE}: transform ${transform} needs values above ${least}; ${name} is ${value}`);
  return transform === "log" ? Math.log(value) : Math.log1p(value);
}
