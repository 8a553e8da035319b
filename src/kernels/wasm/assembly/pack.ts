/** Rearranging an operand of a product into the order in which the microkernel reads it. */

/** Rows of k that are copied before moving to the next columns: whole cache lines are written, few lines are being read. */
const ROWS = 16;

/**
 * dst [⌈N/width⌉, K, width] from an element (k, j) at src + k·kStride + j·columnStride; width is 4 or 8. Columns past the last
 * repeat it, so that no lane ever holds anything unexpected (NaN, denormals).
 */
export function pack(dst: usize, src: usize, kStride: usize, columnStride: usize, K: i32, N: i32, width: i32): void {
  const step = <usize>width * 4;
  for (let k = 0; k < K; k += ROWS) {
    const rows = min(ROWS, K - k);
    const block = src + <usize>k * kStride;
    let panel = dst + <usize>k * step;
    for (let j = 0; j < N; j += width) {
      for (let lane = 0; lane < width; lane += 4) {
        const to = panel + <usize>lane * 4;
        const from = block + <usize>(j + lane) * columnStride;
        if (j + lane + 4 > N) gather(to, step, block, kStride, columnStride, rows, j + lane, N);
        else if (columnStride == 4) copyRows(to, step, from, kStride, rows);
        else if (TRAINS && kStride == 4 && rows == ROWS) transpose(to, step, from, columnStride);
        else gather(to, step, block, kStride, columnStride, rows, j + lane, N);
      }
      panel += <usize>K * step;
    }
  }
}

function copyRows(to: usize, step: usize, from: usize, kStride: usize, rows: i32): void {
  for (; rows >= 4; rows -= 4) {
    const a = v128.load(from);
    const b = v128.load(from + kStride);
    const c = v128.load(from + 2 * kStride);
    const d = v128.load(from + 3 * kStride);
    v128.store(to, a);
    v128.store(to + step, b);
    v128.store(to + 2 * step, c);
    v128.store(to + 3 * step, d);
    to += 4 * step;
    from += 4 * kStride;
  }
  for (; rows > 0; rows--) {
    v128.store(to, v128.load(from));
    to += step;
    from += kStride;
  }
}

function gather(to: usize, step: usize, src: usize, kStride: usize, columnStride: usize, rows: i32, j: i32, N: i32): void {
  for (let lane = 0; lane < 4; lane++) {
    const from = src + <usize>min(j + lane, N - 1) * columnStride;
    for (let i = 0; i < rows; i++) store<f32>(to + <usize>i * step + <usize>lane * 4, load<f32>(from + <usize>i * kStride));
  }
}

/** Four columns, contiguous along k, to ROWS rows of four. */
function transpose(to: usize, step: usize, from: usize, columnStride: usize): void {
  for (let i = 0; i < ROWS; i += 4) {
    const a = v128.load(from);
    const b = v128.load(from + columnStride);
    const c = v128.load(from + 2 * columnStride);
    const d = v128.load(from + 3 * columnStride);
    const ab = i32x4.shuffle(a, b, 0, 4, 1, 5);
    const cd = i32x4.shuffle(c, d, 0, 4, 1, 5);
    const abHigh = i32x4.shuffle(a, b, 2, 6, 3, 7);
    const cdHigh = i32x4.shuffle(c, d, 2, 6, 3, 7);
    v128.store(to, i64x2.shuffle(ab, cd, 0, 2));
    v128.store(to + step, i64x2.shuffle(ab, cd, 1, 3));
    v128.store(to + 2 * step, i64x2.shuffle(abHigh, cdHigh, 0, 2));
    v128.store(to + 3 * step, i64x2.shuffle(abHigh, cdHigh, 1, 3));
    to += 4 * step;
    from += 16;
  }
}
