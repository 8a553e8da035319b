import assert from "node:assert/strict";

/** ∂f/∂x by the five-point central difference (error of order ε⁴), x changed in place and put back. */
export function numericGradient(f: () => number, x: number[], epsilon = 1e-4): number[] {
  return x.map((kept, i) => {
    const at = (offset: number) => {
      x[i] = kept + offset * epsilon;
      return f();
    };
    const slope = (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * epsilon);
    x[i] = kept;
    return slope;
  });
}

/** Each pair within `relative` of the larger, with an absolute floor for numbers near zero. */
export function assertClose(actual: number[], expected: number[], what: string, relative = 1e-6, floor = 1e-3): void {
  assert.equal(actual.length, expected.length, `${what}: lengths differ`);
  for (const [i, a] of actual.entries()) {
    const e = expected[i]!;
    const bound = relative * Math.max(Math.abs(a), Math.abs(e), floor);
    assert.ok(Math.abs(a - e) <= bound, `${what}[${i}]: got ${a}, expected ${e}`);
  }
}
