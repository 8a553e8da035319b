/** One step of an optimizer; equations in kernels.ts. All share the slots: p, g, three states (0 where absent), n, then numbers. */
import { arg, argFloat, argPtr, splitAt } from "./args";
import { flush, fma, storeLanes } from "./simd";

/** Moments below this become zero, before they are denormals. */
const SMALLEST_MOMENT: f32 = 1e-30;

@inline
function number(i: usize): v128 {
  return f32x4.splat(argFloat(6 + i));
}

@inline
function begin(part: i32, parts: i32): i32 {
  return splitAt(arg(5), part, parts, 16);
}

/** State 1 is v. Numbers: lr, momentum, nesterov. */
export function sgd(part: i32, parts: i32): void {
  const end = begin(part + 1, parts);
  for (let i = begin(part, parts); i < end; i += 4) {
    const at = <usize>i * 4;
    const step = f32x4.mul(number(0), v128.load(argPtr(1) + at));
    const v = argPtr(2) + at;
    let move = f32x4.neg(step);
    if (argPtr(2)) {
      move = f32x4.sub(f32x4.mul(number(1), v128.load(v)), step);
      storeLanes(v, move, end - i);
    }
    if (argFloat(8) != 0) move = f32x4.sub(f32x4.mul(number(1), move), step);
    const p = argPtr(0) + at;
    storeLanes(p, f32x4.add(v128.load(p), move), end - i);
  }
}

/** States m and v. Numbers: lrT, β1, 1 - β1, β2, 1 - β2, epsT, cm, cg. */
export function adam(part: i32, parts: i32): void {
  const end = begin(part + 1, parts);
  for (let i = begin(part, parts); i < end; i += 4) {
    const at = <usize>i * 4;
    const p = argPtr(0) + at;
    const g = v128.load(argPtr(1) + at);
    const m = flush(fma(number(1), v128.load(argPtr(2) + at), f32x4.mul(number(2), g)), SMALLEST_MOMENT);
    const v = flush(fma(number(3), v128.load(argPtr(3) + at), f32x4.mul(f32x4.mul(number(4), g), g)), SMALLEST_MOMENT);
    storeLanes(argPtr(2) + at, m, end - i);
    storeLanes(argPtr(3) + at, v, end - i);
    const top = f32x4.mul(number(0), fma(number(6), m, f32x4.mul(number(7), g)));
    storeLanes(p, f32x4.sub(v128.load(p), f32x4.div(top, f32x4.add(f32x4.sqrt(v), number(5)))), end - i);
  }
}

/** States v, a, m. Numbers: lr, ρ, 1 - ρ, momentum, eps. */
export function rmsprop(part: i32, parts: i32): void {
  const end = begin(part + 1, parts);
  for (let i = begin(part, parts); i < end; i += 4) {
    const at = <usize>i * 4;
    const p = argPtr(0) + at;
    const g = v128.load(argPtr(1) + at);
    const v = flush(fma(number(1), v128.load(argPtr(2) + at), f32x4.mul(f32x4.mul(number(2), g), g)), SMALLEST_MOMENT);
    storeLanes(argPtr(2) + at, v, end - i);
    let d = v;
    if (argPtr(3)) {
      const a = flush(fma(number(1), v128.load(argPtr(3) + at), f32x4.mul(number(2), g)), SMALLEST_MOMENT);
      storeLanes(argPtr(3) + at, a, end - i);
      d = f32x4.sub(v, f32x4.mul(a, a));
    }
    let step = f32x4.div(f32x4.mul(number(0), g), f32x4.sqrt(f32x4.add(d, number(4))));
    if (argPtr(4)) {
      step = flush(fma(number(3), v128.load(argPtr(4) + at), step), SMALLEST_MOMENT);
      storeLanes(argPtr(4) + at, step, end - i);
    }
    storeLanes(p, f32x4.sub(v128.load(p), step), end - i);
  }
}

/** State s. Numbers: lr, eps. */
export function adagrad(part: i32, parts: i32): void {
  const end = begin(part + 1, parts);
  for (let i = begin(part, parts); i < end; i += 4) {
    const at = <usize>i * 4;
    const p = argPtr(0) + at;
    const g = v128.load(argPtr(1) + at);
    const s = fma(g, g, v128.load(argPtr(2) + at));
    storeLanes(argPtr(2) + at, s, end - i);
    storeLanes(p, f32x4.sub(v128.load(p), f32x4.div(f32x4.mul(number(0), g), f32x4.sqrt(f32x4.add(s, number(1))))), end - i);
  }
}
