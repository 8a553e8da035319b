/** Regression: rows and sequences as the network sees them, and one row at a time. */
import { tensor, type Model } from "sluice";
import { columnOf, type Column, type Table } from "../../data/index.js";
import { isoOf } from "../forecast/frame.js";
import type { Field, RawRow, Signature, Stepper, View } from "../view.js";
import { numberField, numberIn, textIn } from "../views/fields.js";
import { numbered, vectorInput, viewOf, type NamedInput } from "../views/named.js";
import { checkSteppable, whyNotSteppable } from "../views/steppable.js";
import { groupsOf, type Groups } from "./groups.js";
import type { RegressParts } from "./pipeline.js";
import { inputsOf, samplesOf } from "./samples.js";

const WHERE = "regress";

export function regressView(model: Model, table: Table, { roles, encoder, summary }: RegressParts): View {
  const groups = groupsOf(WHERE, table, roles);
  const N = groups.begins.length - 1;
  const features = encoder.names;
  const steps: NamedInput = { kind: "series", steps: stepsOf(table, groups, roles.time), features };
  const summed = [...features.map((name) => `${name}, last`), ...features.map((name) => `${name}, mean`)];
  return viewOf(model, {
    x: inputsOf(samplesOf(WHERE, table, groups, encoder), summary),
    references: Array.from({ length: N }, (_, i) => (groups.ids ? { [roles.id!]: groups.ids[i]! } : { row: i + 1 })),
    inputs: summary ? [steps, vectorInput(N, summed)] : [steps],
    outputs: [{ name: roles.target }],
  });
}

/** Of a plain table the one row that a sample is. */
function stepsOf(table: Table, { order, begins, ids }: Groups, time: string | null): string[][] {
  const column = time === null ? null : columnOf(WHERE, table, time);
  return Array.from({ length: begins.length - 1 }, (_, i) => {
    if (ids === null) return [`row ${i + 1}`];
    const rows = order.subarray(begins[i], begins[i + 1]);
    if (column === null) return numbered(rows.length);
    return Array.from(rows, (row) =>
      column.type === "date" ? isoOf(column.values[row]!) : String(column.values[row]),
    );
  });
}

export function regressSignature(model: Model, parts: RegressParts): Signature {
  const { roles, encoder } = parts;
  const told: Field[] = roles.id === null ? [] : [{ name: roles.id, type: "text" }];
  const time: Field[] = roles.time === null ? [] : [{ name: roles.time, type: "date", description: "Orders the rows" }];
  return {
    task: WHERE,
    sample: roles.id === null ? "row" : "rows",
    inputs: [...told, ...time, ...encoder.fields],
    ...(roles.id !== null && { rows: { least: 1, most: null } }),
    outputs: [...told, numberField(roles.target)],
    notSteppable: notSteppable(model, parts),
  };
}

function notSteppable(model: Model, { roles, summary }: RegressParts): string | null {
  if (roles.id === null) return "each row is a sample of its own; there is nothing to carry from one to the next";
  if (summary) return "a linear model of the whole sequence stands beside the recurrent layers (linear: false trains one that can be stepped)"; // prettier-ignore
  return whyNotSteppable(model);
}

export function regressStepper(model: Model, parts: RegressParts): Stepper {
  checkSteppable(notSteppable(model, parts));
  const { roles, encoder, scaler } = parts;
  const { fields } = encoder;
  const raw = (value: number) => scaler.inverse(tensor(Float64Array.of(value), [1, 1], "float64")).data[0]!;
  return {
    fields,
    rows: { least: 1, most: null },
    outputs: [numberField(roles.target)],
    width: encoder.width,
    encode(row, frame, offset = 0) {
      const table: Table = {
        source: "row",
        length: 1,
        placeOf: () => "row",
        columns: fields.map((field) => columnIn(row, field)),
      };
      frame.set(encoder.encode(WHERE, table, Int32Array.of(0)), offset);
    },
    decode: (output, offset) => ({ [roles.target]: raw(output[offset]!) }),
  };
}

function columnIn(row: RawRow, { name, type, optional }: Field): Column {
  const empty = optional === true && (row[name] ?? null) === null;
  if (type === "number") return { name, type, values: Float64Array.of(empty ? NaN : numberIn(WHERE, row, name)) };
  return { name, type: "text", values: [empty ? null : textIn(WHERE, row, name)] };
}
