/** Moving data: strided boxes, rows by index, and sums along an axis. */
import { arg, argPtr, splitAt } from "./args";

/** Codes of REDUCE. */
const MEAN = 1;
const MAX = 2;

/** Slots: dst, src, accumulate, then six sizes, six strides of dst and six of src, in elements; axes that are missing have size 1 in front. */
export function copyBox(part: i32, parts: i32): void {
  const size0 = arg(3);
  const end = splitAt(size0, part + 1, parts, 1);
  for (let i0 = splitAt(size0, part, parts, 1); i0 < end; i0++)
    for (let i1 = 0; i1 < arg(4); i1++)
      for (let i2 = 0; i2 < arg(5); i2++)
        for (let i3 = 0; i3 < arg(6); i3++)
          for (let i4 = 0; i4 < arg(7); i4++) {
            const to = i0 * arg(9) + i1 * arg(10) + i2 * arg(11) + i3 * arg(12) + i4 * arg(13);
            const from = i0 * arg(15) + i1 * arg(16) + i2 * arg(17) + i3 * arg(18) + i4 * arg(19);
            copyLine(argPtr(0) + (<usize>to << 2), argPtr(1) + (<usize>from << 2));
          }
}

/** The innermost axis. */
function copyLine(to: usize, from: usize): void {
  const n = arg(8);
  const toStep = <usize>arg(14) * 4;
  const fromStep = <usize>arg(20) * 4;
  let i = 0;
  if (toStep == 4 && fromStep == 4) {
    for (; i + 4 <= n; i += 4) {
      const x = v128.load(from);
      v128.store(to, arg(2) ? f32x4.add(v128.load(to), x) : x);
      to += 16;
      from += 16;
    }
  }
  for (; i < n; i++) {
    if (arg(2)) store<f32>(to, load<f32>(to) + load<f32>(from));
    else store<i32>(to, load<i32>(from));
    to += toStep;
    from += fromStep;
  }
}

/** Slots: y, table, index, n, cols. */
export function gatherRows(part: i32, parts: i32): void {
  const width = <usize>arg(4) * 4;
  const end = splitAt(arg(3), part + 1, parts, 1);
  for (let i = splitAt(arg(3), part, parts, 1); i < end; i++) {
    memory.copy(argPtr(0) + <usize>i * width, argPtr(1) + <usize>load<i32>(argPtr(2) + <usize>i * 4) * width, width);
  }
}

/** Every thread adds its columns of all rows, so sums run in the order of i. Slots: dtable, dy, index, n, cols. */
export function scatterAddRows(part: i32, parts: i32): void {
  const cols = arg(4);
  const begin = splitAt(cols, part, parts, 16);
  const end = splitAt(cols, part + 1, parts, 16);
  for (let i = 0; i < arg(3); i++) {
    let to = argPtr(0) + (<usize>load<i32>(argPtr(2) + <usize>i * 4) * cols + begin) * 4;
    let from = argPtr(1) + (<usize>i * cols + begin) * 4;
    let j = begin;
    for (; j + 4 <= end; j += 4) {
      v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
      to += 16;
      from += 16;
    }
    for (; j < end; j++) {
      store<f32>(to, load<f32>(to) + load<f32>(from));
      to += 4;
      from += 4;
    }
  }
}

/** Sums run in float64. Slots: f, y, x, outer, n, inner, accumulate. */
export function reduce(part: i32, parts: i32): void {
  const inner = arg(5);
  const lines = arg(3) * inner;
  const end = splitAt(lines, part + 1, parts, 16);
  let line = splitAt(lines, part, parts, 16);
  while (line < end) {
    const y = argPtr(1) + <usize>line * 4;
    const from = lineStart(line, arg(4), inner);
    if ((line % inner) + 4 <= inner && line + 4 <= end) {
      reduceFour(y, from, <usize>inner * 4);
      line += 4;
    } else {
      reduceOne(y, from, <usize>inner * 4);
      line++;
    }
  }
}

function reduceOne(y: usize, from: usize, step: usize): void {
  const n = arg(4);
  let result: f64 = arg(0) == MAX ? -Infinity : 0;
  for (let k = 0; k < n; k++) {
    const x = <f64>load<f32>(from + <usize>k * step);
    result = arg(0) == MAX ? max(result, x) : result + x;
  }
  if (arg(0) == MEAN) result /= <f64>n;
  store<f32>(y, <f32>(arg(6) ? <f64>load<f32>(y) + result : result));
}

/** Four lines side by side, the same sums. */
function reduceFour(y: usize, from: usize, step: usize): void {
  const n = arg(4);
  let low = f64x2.splat(0);
  let high = low;
  let largest = f32x4.splat(-Infinity);
  for (let k = 0; k < n; k++) {
    const x = v128.load(from);
    if (arg(0) == MAX) {
      largest = f32x4.max(largest, x);
    } else {
      low = f64x2.add(low, f64x2.promote_low_f32x4(x));
      high = f64x2.add(high, f64x2.promote_low_f32x4(i64x2.shuffle(x, x, 1, 1)));
    }
    from += step;
  }
  if (arg(0) == MAX) return v128.store(y, largest);
  if (arg(0) == MEAN) {
    low = f64x2.div(low, f64x2.splat(<f64>n));
    high = f64x2.div(high, f64x2.splat(<f64>n));
  }
  if (arg(6)) {
    const before = v128.load(y);
    low = f64x2.add(low, f64x2.promote_low_f32x4(before));
    high = f64x2.add(high, f64x2.promote_low_f32x4(i64x2.shuffle(before, before, 1, 1)));
  }
  v128.store(y, i64x2.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2));
}

/** Element (o, 0, i) of x [outer, n, inner], o and i from the number of the line. */
@inline
function lineStart(line: i32, n: i32, inner: i32): usize {
  return argPtr(2) + (<usize>(line / inner) * n * inner + (line % inner)) * 4;
}

/** Slots as for reduce; y int32. */
export function argMax(part: i32, parts: i32): void {
  const inner = arg(5);
  const lines = arg(3) * inner;
  const end = splitAt(lines, part + 1, parts, 16);
  for (let line = splitAt(lines, part, parts, 16); line < end; line++) {
    const from = lineStart(line, arg(4), inner);
    let best = 0;
    let largest = load<f32>(from);
    for (let k = 1; k < arg(4); k++) {
      const x = load<f32>(from + <usize>k * inner * 4);
      if (x > largest) {
        largest = x;
        best = k;
      }
    }
    store<i32>(argPtr(1) + <usize>line * 4, best);
  }
}
