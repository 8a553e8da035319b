import { showShape, sizeOf } from "../tensor/shape.js";
import { checkRange } from "../util/checks.js";
import { check } from "../util/errors.js";
import { withDefaults } from "../util/named.js";
import type { Initializer } from "./initializer.js";

/** All zeros. */
export function zeros(options: object = {}): Initializer {
  const config = withDefaults("initializer zeros", {}, options);
  return { className: "zeros", config, init: (shape) => new Float64Array(sizeOf(shape)) };
}

/** All ones. */
export function ones(options: object = {}): Initializer {
  const config = withDefaults("initializer ones", {}, options);
  return { className: "ones", config, init: (shape) => new Float64Array(sizeOf(shape)).fill(1) };
}

/** One value everywhere; 0 unless given. */
export function constant(options: { value?: number } = {}): Initializer {
  const config = withDefaults("initializer constant", { value: 0 }, options);
  checkRange("initializer constant", "value", config.value);
  return { className: "constant", config, init: (shape) => new Float64Array(sizeOf(shape)).fill(config.value) };
}

/** `gain` (default 1) on the main diagonal of a matrix, zeros elsewhere (for recurrent weights: Le et al. 2015, arXiv 1504.00941). */
export function identity(options: { gain?: number } = {}): Initializer {
  const config = withDefaults("initializer identity", { gain: 1 }, options);
  checkRange("initializer identity", "gain", config.gain);
  return {
    className: "identity",
    config,
    init(shape) {
      check(shape.length === 2, () => `initializer identity: the weight must be a matrix, got ${showShape(shape)}`);
      const [rows, cols] = shape as [number, number];
      const values = new Float64Array(rows * cols);
      for (let i = 0; i < Math.min(rows, cols); i++) values[i * cols + i] = config.gain;
      return values;
    },
  };
}
