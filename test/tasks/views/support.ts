import assert from "node:assert/strict";
import { Ragged, type Model, type Tensor } from "sluice";
import type { Answer } from "../../../src/tasks/task.js";
import type { RawRow, Stepper, View } from "../../../src/tasks/view.js";
import { sampleOf } from "../../../src/tasks/views/named.js";

/** Names have the lengths of the arrays, and single samples give what they give beside the others. @returns what the network gives */
export async function checkedOutput(model: Model, view: View): Promise<Tensor> {
  const arrays = (Array.isArray(view.x) ? view.x : [view.x]) as readonly Tensor[];
  assert.equal(view.references.length, view.count);
  assert.deepEqual(view.inputs.map(({ name }) => name), model.inputs.map((t) => t.node.layer.name)); // prettier-ignore
  assert.equal(arrays.length, view.inputs.length);
  for (const [k, { kind, steps, starts, features }] of view.inputs.entries()) {
    const x = arrays[k]!;
    assert.equal(x.shape[0], view.count);
    assert.equal(steps.length, view.count);
    assert.equal(starts.length, view.count);
    const width = x.shape.slice(kind === "vector" ? 1 : 2).reduce((a, b) => a * b, 1);
    assert.equal(features.length, kind === "tokens" ? 0 : width, `${kind} ${features.join()}`);
    for (const [i, names] of steps.entries()) {
      if (kind === "vector") assert.equal(names.length, 0);
      else if (x instanceof Ragged) assert.equal(names.length, x.lengths[i]);
      else assert.ok(names.length > 0 && names.length <= x.shape[1]!);
      assert.ok(names.every((name) => typeof name === "string" && name !== ""), names.join()); // prettier-ignore
    }
  }
  const output = (await model.predict(view.x)) as Tensor;
  const each = output.shape.slice(1).reduce((a, b) => a * b, 1);
  assert.equal(each % view.outputs.length, 0, `${each} numbers, ${view.outputs.length} names`);
  assert.equal(new Set(view.outputs.map(({ name }) => name)).size, view.outputs.length);
  for (let i = 0; i < Math.min(3, view.count); i++) {
    const alone = (await model.predict(sampleOf(view, i).x)) as Tensor;
    const beside = output instanceof Ragged ? output.sequence(i).data : output.data.subarray(i * each, (i + 1) * each);
    near(alone.data, beside.subarray(0, alone.size), 1e-5);
  }
  return output;
}

export function near(actual: ArrayLike<unknown>, expected: ArrayLike<unknown>, tolerance = 1e-5): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) {
    const [a, b] = [Number(actual[i]), Number(expected[i])];
    assert.ok(Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b)), `at ${i}: ${a}, expected ${b}`);
  }
}

/** The answers after each row, from a state of zeros; frames and outputs at odd places, as a server's batches have them. */
export function stepThrough(model: Model, stepper: Stepper, rows: readonly RawRow[]): Answer[] {
  const stream = model.stream();
  const frame = new Float32Array(stepper.width + 3);
  return rows.map((row) => {
    stepper.encode(row, frame, 3);
    const { data } = stream.step(frame.subarray(3));
    const output = new Float32Array(data.length + 2);
    output.set(data, 2);
    const answer = stepper.decode(output, 2, row);
    assert.deepEqual(Object.keys(answer), stepper.outputs.map(({ name }) => name)); // prettier-ignore
    return answer;
  });
}
