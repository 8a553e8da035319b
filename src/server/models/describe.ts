/** What a model takes and gives, as clients see it. */
import type { Field, Signature } from "../../tasks/view.js";
import { exampleRow } from "../openapi/field-schemas.js";
import { inputFields, outputFields, type ArrayField } from "../predict/array-input.js";
import type { ServedModel } from "../served-model.js";

export interface ModelDescription {
  readonly name: string;
  readonly version: string;
  readonly default: boolean;
  /** Null for a plain model. */
  readonly task: string | null;
  /** What makes a sample; "arrays" for a plain model. */
  readonly sample: Signature["sample"] | "arrays";
  readonly inputs: readonly (Field | ArrayField)[];
  readonly outputs: readonly (Field | ArrayField)[];
  readonly rows: Signature["rows"] | null;
  /** Whether it can be run one step at a time. */
  readonly steppable: boolean;
  readonly notSteppable: string | null;
  /** What a session takes and answers; null where there are none, and for a plain model, whose steps are the numbers of its inputs. */
  readonly step: StepDescription | null;
  readonly parameters: number;
  /** Bytes of its file. */
  readonly size: number;
  /** ISO 8601. */
  readonly loadedAt: string;
}

export interface StepDescription {
  readonly fields: readonly Field[];
  readonly outputs: readonly Field[];
  /** A row that it takes. */
  readonly example: Readonly<Record<string, unknown>>;
}

export function describeModel(served: ServedModel, isDefault: boolean): ModelDescription {
  const { name, version, model, pipeline, signature, stepper, notSteppable, size, loadedAt } = served;
  return {
    name,
    version,
    default: isDefault,
    task: pipeline?.task ?? null,
    sample: signature?.sample ?? "arrays",
    inputs: signature?.inputs ?? inputFields(model),
    outputs: signature?.outputs ?? outputFields(model),
    rows: signature?.rows ?? null,
    steppable: notSteppable === null,
    notSteppable,
    step: stepper && { fields: stepper.fields, outputs: stepper.outputs, example: exampleRow(stepper.fields) },
    parameters: model.parameters.reduce((n, { shape }) => n + shape.reduce((a, b) => a * b, 1), 0),
    size,
    loadedAt: new Date(loadedAt).toISOString(),
  };
}
