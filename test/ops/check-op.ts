/**
 * Checks of one operation on one set of inputs. The expectation, forward and gradient, is PyTorch's (scripts/oracles/torch_ops.py);
 * the gradient is also compared with central differences, each kernel set with the reference, and both ways of running with
 * each other.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Kernels } from "../../src/kernels/kernels.js";
import { createReferenceKernels } from "../../src/kernels/reference/index.js";
import { loadKernels } from "../../src/kernels/wasm/load-node.js";
import * as ops from "../../src/ops.js";
import { provideKernels } from "../../src/ops/backend.js";
import { withScope } from "../../src/ops/scope.js";
import type { FloatDType } from "../../src/tensor/dtype.js";
import { tensor, type Tensor } from "../../src/ops.js";
import { sizeOf } from "../../src/tensor/shape.js";
import { assertClose, numericGradient } from "../reference/numeric.js";

export const reference = createReferenceKernels();
export const FAST: Record<string, Kernels> = {
  relaxed: loadKernels(),
  simd: loadKernels({ relaxed: false, shared: false }),
};
/** The project's bound between a kernel set and the reference: difference over the largest element. */
const KERNEL_TOLERANCE = 1e-5;

interface Packed {
  shape: number[];
  data: number[];
  int?: boolean;
}

export interface OpCase {
  name: string;
  inputs: Packed[];
  outputs: Packed[];
  /** Weights of the outputs in the loss that is differentiated; absent where nothing is differentiable. */
  upstream?: Packed[];
  /** null for inputs without a gradient */
  gradients?: (Packed | null)[];
}

export type Run = (...x: Tensor[]) => Tensor | Tensor[];

export function readCases(name: string): OpCase[] {
  const url = new URL(`../../../test/fixtures/${name}.json`, import.meta.url);
  return (JSON.parse(readFileSync(url, "utf8")) as { cases: OpCase[] }).cases;
}

/** Makes `kernels` the ones that compute in float32, and the reference those in float64. */
export function useKernels(kernels: Kernels): void {
  provideKernels("float32", { create: () => kernels });
  provideKernels("float64", { create: () => reference });
}

export function checkOp(c: OpCase, run: Run): void {
  useKernels(FAST["relaxed"]!);
  const exact = outputsOf(c, run, "float64");
  assert.deepEqual(exact.map(described), c.outputs.map(expectedOf), "shapes and dtypes");
  for (const [i, y] of exact.entries()) assertClose(Array.from(y.data), c.outputs[i]!.data, `output ${i}`, 1e-11, 1);
  const gradients = c.upstream ? gradientsOf(c, run, "float64") : [];
  if (c.upstream) {
    checkAgainstTorch(c, gradients);
    checkDifferences(c, run, gradients);
  }
  checkInScope(c, run, exact, reference);
  for (const [name, kernels] of Object.entries(FAST)) {
    useKernels(kernels);
    const fast = outputsOf(c, run, "float32");
    for (const [i, y] of fast.entries()) assertNear(y, exact[i]!, `${name}: output ${i}`);
    checkInScope(c, run, fast, kernels);
    if (!c.upstream) continue;
    for (const [i, g] of gradientsOf(c, run, "float32").entries())
      assertNear(g, gradients[i]!, `${name}: gradient ${i}`);
  }
}

const described = (t: Tensor) => ({ shape: t.shape, int: t.dtype === "int32" });
const expectedOf = (t: Packed) => ({ shape: t.shape, int: t.int === true });

function unpack({ shape, data, int }: Packed, float: FloatDType): Tensor {
  return tensor(data, shape, int ? "int32" : float);
}

const listed = (y: Tensor | Tensor[]): Tensor[] => (Array.isArray(y) ? y : [y]);

function outputsOf(c: OpCase, run: Run, float: FloatDType): Tensor[] {
  return listed(run(...c.inputs.map((x) => unpack(x, float))));
}

/** Gradients of Σ upstream · output at the float inputs, in their order. */
function gradientsOf(c: OpCase, run: Run, float: FloatDType): Tensor[] {
  const all = c.inputs.map((x) => unpack(x, float));
  const isFloat = c.inputs.map((x) => !x.int);
  const loss = (...leaves: Tensor[]) => {
    let next = 0;
    const outputs = listed(run(...all.map((t, i) => (isFloat[i] ? leaves[next++]! : t))));
    const terms = outputs.map((y, i) => ops.sum(ops.mul(y, unpack(c.upstream![i]!, float))));
    return terms.reduce((total, term) => ops.add(total, term));
  };
  const gradient: Tensor | Tensor[] = ops.grad(loss)(...all.filter((_, i) => isFloat[i]));
  return listed(gradient);
}

function checkAgainstTorch(c: OpCase, gradients: readonly Tensor[]): void {
  const expected = c.gradients!.filter((g) => g !== null);
  assert.deepEqual(gradients.map((g) => g.shape), expected.map((g) => g.shape), "shapes of the gradients"); // prettier-ignore
  for (const [i, g] of gradients.entries()) {
    assertClose(Array.from(g.data), expected[i]!.data, `gradient ${i}`, 1e-11, 1);
  }
}

function checkDifferences(c: OpCase, run: Run, gradients: readonly Tensor[]): void {
  if (kinked.some((word) => c.name.includes(word))) return;
  const floats = c.inputs.filter((x) => !x.int);
  const loss = () => {
    const outputs = outputsOf(c, run, "float64");
    return outputs.reduce((sum, y, i) => sum + dot(y.data, c.upstream![i]!.data), 0);
  };
  for (const [i, x] of floats.entries()) {
    const numeric = numericGradient(loss, x.data);
    assertClose(Array.from(gradients[i]!.data), numeric, `gradient ${i} against central differences`);
  }
}

/** Cases that stand on a kink, or are meant to differ from the slope of what is computed. */
const kinked = ["with ties", "of 0", "stopGradient", "large numbers"];

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Inside of a scope the operation must give the very same bits as outside. */
function checkInScope(c: OpCase, run: Run, eager: readonly Tensor[], kernels: Kernels): void {
  const inside = withScope(kernels, false, (scope) => {
    const placed = c.inputs.map((x) => scope.place(unpack(x, kernels.memory.float)));
    return listed(run(...placed)).map((t) => t.toHost());
  });
  assert.deepEqual(inside.map(contents), eager.map(contents));
}

/** Without the dtype: with int32 inputs alone, floats come out as float32 outside of a scope. */
const contents = (t: Tensor) => ({ ...described(t), data: Array.from(t.data) });

function assertNear(fast: Tensor, exact: Tensor, what: string): void {
  assert.deepEqual(described(fast), described(exact), what);
  let largest = 1e-2;
  for (const v of exact.data) largest = Math.max(largest, Math.abs(v));
  for (let i = 0; i < sizeOf(exact.shape); i++) {
    const [got, expected] = [fast.data[i]!, exact.data[i]!];
    assert.ok(
      Math.abs(got - expected) <= KERNEL_TOLERANCE * largest,
      `${what}[${i}]: got ${got}, expected ${expected}`,
    );
  }
}
