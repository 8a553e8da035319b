/** Answers as Arrow IPC streams. */
import type * as Arrow from "apache-arrow";
import type { DataType, Vector } from "apache-arrow";
import type { Tensor } from "sluice";
import type { Answer } from "../../tasks/task.js";

type ArrowPackage = typeof Arrow;
type Cell = Answer[string] | undefined;

/** One row an answer, one column a name: numbers, texts, booleans, lists of texts; null where an answer has no such value. */
export async function answersToArrow(answers: readonly Answer[]): Promise<Uint8Array> {
  const arrow = await import("apache-arrow");
  const names = [...new Set(answers.flatMap((answer) => Object.keys(answer)))];
  const columns = names.map((name) => {
    const cells = answers.map((answer) => answer[name] ?? null);
    return [name, arrow.vectorFromArray(cells as never[], typeOf(arrow, cells))] as const;
  });
  return stream(arrow, Object.fromEntries(columns));
}

function typeOf(arrow: ArrowPackage, cells: readonly Cell[]): DataType {
  const first = cells.find((cell) => cell !== null);
  if (Array.isArray(first)) return new arrow.List(new arrow.Field("item", new arrow.Utf8(), false));
  if (typeof first === "number") return new arrow.Float64();
  return typeof first === "boolean" ? new arrow.Bool() : new arrow.Utf8();
}

/** One row a sample, one column an output: numbers, or lists of fixed size in lists of fixed size. */
export async function tensorsToArrow(outputs: Readonly<Record<string, Tensor>>): Promise<Uint8Array> {
  const arrow = await import("apache-arrow");
  const columns = Object.entries(outputs).map(([name, tensor]) => [name, vectorOf(arrow, tensor)] as const);
  return stream(arrow, Object.fromEntries(columns));
}

function vectorOf(arrow: ArrowPackage, { data, shape }: Tensor): Vector {
  const type = data instanceof Int32Array ? new arrow.Int32() : data instanceof Float64Array ? new arrow.Float64() : new arrow.Float32(); // prettier-ignore
  let made = arrow.makeData({
    type: type as Arrow.Float32,
    length: data.length,
    data: data as Float32Array,
  }) as Arrow.Data;
  for (const size of shape.slice(1).reverse()) {
    const list = new arrow.FixedSizeList(size, new arrow.Field("item", made.type, false));
    made = arrow.makeData({ type: list, length: made.length / size, child: made });
  }
  return new arrow.Vector([made]);
}

function stream(arrow: ArrowPackage, columns: Record<string, Vector>): Uint8Array {
  return arrow.tableToIPC(new arrow.Table(columns), "stream");
}
