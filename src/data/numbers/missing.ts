/** Missing values, NaN, in tables [T, D] in order of time. */
import { check, show } from "../../util/errors.js";
import { checkCount, checkRange } from "../../util/checks.js";
import { definedOnly, withDefaults } from "../../util/named.js";
import { stateless, type Preprocessor } from "./preprocessor.js";
import { likeRows, readRows, type MutableRows, type Rows } from "./rows.js";

export interface Filler extends Preprocessor {
  transform<R extends Rows>(rows: R): MutableRows<R>;
}

export interface FillOptions {
  /** Most values to fill in a row of missing ones; the rest stay missing. Default: all. */
  limit?: number;
}

/** Repeats the last known value, as pandas's ffill; values missing before the first known one stay missing. */
export function forwardFill(options: FillOptions = {}): Filler {
  const { limit } = options;
  return filler("forwardFill", options, (column) => {
    let last = -1;
    return column.map((x, t) => {
      if (!Number.isNaN(x)) last = t;
      return last >= 0 && t - last <= (limit ?? Infinity) ? column[last]! : NaN;
    });
  });
}

/**
 * The straight line between the neighbours that are known, as pandas's interpolate: after the last known value it is repeated, and
 * what is missing before the first stays missing. It looks at later values: where the future must stay unseen, use forwardFill.
 */
export function interpolate(options: FillOptions = {}): Filler {
  const { limit } = options;
  return filler("interpolate", options, (column) => {
    const next = nextKnown(column);
    let last = -1;
    return column.map((x, t) => {
      if (!Number.isNaN(x)) last = t;
      if (last < 0 || t - last > (limit ?? Infinity)) return NaN;
      const [before, after] = [column[last]!, next[t]!];
      if (last === t || after === column.length) return before;
      return before + ((column[after]! - before) * (t - last)) / (after - last);
    });
  });
}

export interface MissingMask extends Preprocessor {
  /** The values with `fill` where they are missing, and a table of equal shape with 1 where they are known, else 0. */
  transform<R extends Rows>(rows: R): { values: MutableRows<R>; mask: MutableRows<R> };
}

/** Tells the model what is known: the mask can stand beside the values as further features. `fill` is 0 by default. */
export function missingMask(options: { fill?: number } = {}): MissingMask {
  const config = withDefaults("missingMask", { fill: 0 }, options);
  const fill = checkRange("missingMask", "fill", config.fill);
  return {
    ...stateless("missingMask", config),
    transform<R extends Rows>(rows: R) {
      const { values, columns } = readRows("missingMask", rows);
      const filled = Float64Array.from(values, (x) => (Number.isNaN(x) ? fill : x));
      const mask = Float64Array.from(values, (x) => (Number.isNaN(x) ? 0 : 1));
      return { values: likeRows(rows, filled, columns), mask: likeRows(rows, mask, columns) };
    },
  };
}

function filler(className: string, options: FillOptions, fill: (column: Float64Array) => Float64Array): Filler {
  const { limit } = withDefaults<{ limit: number | undefined }>(className, { limit: undefined }, options);
  if (limit !== undefined) checkCount(className, "limit", limit);
  return {
    ...stateless(className, definedOnly({ limit })),
    transform<R extends Rows>(rows: R) {
      const { values, rows: T, columns } = readRows(className, rows);
      const flat = Array.isArray(rows) || (rows as { rank: number }).rank === 2;
      check(flat, () => `${className}: expected a table [time, columns], got ${show(rows)}`);
      const out = new Float64Array(values.length);
      for (let j = 0; j < columns; j++) {
        const column = Float64Array.from({ length: T }, (_, t) => values[t * columns + j]!);
        for (const [t, x] of fill(column).entries()) out[t * columns + j] = x;
      }
      return likeRows(rows, out, columns);
    },
  };
}

/** For each step the first known one at or after it, or the length. */
function nextKnown(column: Float64Array): Int32Array {
  const next = new Int32Array(column.length);
  let known = column.length;
  for (let t = column.length - 1; t >= 0; t--) {
    if (!Number.isNaN(column[t]!)) known = t;
    next[t] = known;
  }
  return next;
}
