/**
 * Variance scaling: values of mean 0 and variance scale / n, where n is the number of inputs of a unit (fanIn), of outputs
 * (fanOut) or their mean (fanAvg). Sources: LeCun et al. 1998 "Efficient BackProp" (scale 1, fanIn); Glorot & Bengio 2010
 * "Understanding the difficulty of training deep feedforward neural networks", eq. 16 (scale 1, fanAvg); He et al. 2015,
 * arXiv 1502.01852, eq. 10 (scale 2, fanIn).
 */
import type { Shape } from "../tensor/shape.js";
import { checkChoice, checkRange } from "../util/checks.js";
import { check } from "../util/errors.js";
import { withDefaults } from "../util/named.js";
import type { Random } from "../util/random.js";
import { randomInitializer, type Initializer, type Seeded } from "./initializer.js";
import { drawNormal, drawTruncated, drawUniform } from "./random.js";

const MODES = ["fanIn", "fanOut", "fanAvg"] as const;
const DISTRIBUTIONS = ["truncatedNormal", "untruncatedNormal", "uniform"] as const;
/** Standard deviation of the unit normal cut off at ±2, which the truncated draw is divided by. */
const TRUNCATED_STDDEV = 0.87962566103423978;

interface Spread {
  scale: number;
  mode: (typeof MODES)[number];
  distribution: (typeof DISTRIBUTIONS)[number];
}

/** scale 1, mode "fanIn", distribution "truncatedNormal" unless given. */
export function varianceScaling(options: Partial<Spread> & Seeded = {}): Initializer {
  const where = "initializer varianceScaling";
  const defaults = { scale: 1, mode: "fanIn", distribution: "truncatedNormal", seed: undefined } as Spread & Seeded;
  const config = withDefaults(where, defaults, options);
  checkRange(where, "scale", config.scale);
  check(config.scale > 0, () => `${where}: scale must be above 0, got ${config.scale}`);
  checkChoice(where, "mode", config.mode, MODES);
  checkChoice(where, "distribution", config.distribution, DISTRIBUTIONS);
  return randomInitializer("varianceScaling", config, (shape, random) => draw(shape, random, config));
}

/** Uniform in ±√(6 / (fanIn + fanOut)) (Glorot & Bengio 2010). */
export const glorotUniform = preset("glorotUniform", { scale: 1, mode: "fanAvg", distribution: "uniform" });
/** Truncated normal of variance 2 / (fanIn + fanOut) (Glorot & Bengio 2010). */
export const glorotNormal = preset("glorotNormal", { scale: 1, mode: "fanAvg", distribution: "truncatedNormal" });
/** Uniform in ±√(6 / fanIn), for relu (He et al. 2015). */
export const heUniform = preset("heUniform", { scale: 2, mode: "fanIn", distribution: "uniform" });
/** Truncated normal of variance 2 / fanIn, for relu (He et al. 2015). */
export const heNormal = preset("heNormal", { scale: 2, mode: "fanIn", distribution: "truncatedNormal" });
/** Uniform in ±√(3 / fanIn) (LeCun et al. 1998). */
export const lecunUniform = preset("lecunUniform", { scale: 1, mode: "fanIn", distribution: "uniform" });
/** Truncated normal of variance 1 / fanIn (LeCun et al. 1998; for selu, Klambauer et al. 2017). */
export const lecunNormal = preset("lecunNormal", { scale: 1, mode: "fanIn", distribution: "truncatedNormal" });

function preset(className: string, spread: Spread): (options?: Seeded) => Initializer {
  return (options = {}) => {
    const config = withDefaults(`initializer ${className}`, { seed: undefined } as Seeded, options);
    return randomInitializer(className, config, (shape, random) => draw(shape, random, spread));
  };
}

function draw(shape: Shape, random: Random, { scale, mode, distribution }: Spread): Float64Array {
  const [fanIn, fanOut] = fans(shape);
  const n = { fanIn, fanOut, fanAvg: (fanIn + fanOut) / 2 }[mode];
  const variance = scale / Math.max(1, n);
  if (distribution === "uniform") {
    const limit = Math.sqrt(3 * variance);
    return drawUniform(shape, random, -limit, limit);
  }
  const stddev = Math.sqrt(variance);
  if (distribution === "untruncatedNormal") return drawNormal(shape, random, { mean: 0, stddev });
  return drawTruncated(shape, random, { mean: 0, stddev: stddev / TRUNCATED_STDDEV });
}

/** Inputs and outputs of a unit: of a matrix [in, out]; of a convolution [...window, in, out] times the window's size. */
export function fans(shape: Shape): [fanIn: number, fanOut: number] {
  if (shape.length === 0) return [1, 1];
  if (shape.length === 1) return [shape[0]!, shape[0]!];
  const window = shape.slice(0, -2).reduce((product, n) => product * n, 1);
  return [shape.at(-2)! * window, shape.at(-1)! * window];
}
