import { sizeOf, type Shape } from "../tensor/shape.js";
import { checkRange } from "../util/checks.js";
import { check } from "../util/errors.js";
import { withDefaults } from "../util/named.js";
import { normal } from "../util/normal.js";
import type { Random } from "../util/random.js";
import { randomInitializer, type Initializer, type Seeded } from "./initializer.js";

/** Normal deviates; mean 0, stddev 0.05 unless given. */
export function randomNormal(options: { mean?: number; stddev?: number } & Seeded = {}): Initializer {
  const config = normalOptions("randomNormal", options);
  return randomInitializer("randomNormal", config, (shape, random) => drawNormal(shape, random, config));
}

/** Normal deviates, drawn again while they are more than two standard deviations off; mean 0, stddev 0.05 unless given. */
export function truncatedNormal(options: { mean?: number; stddev?: number } & Seeded = {}): Initializer {
  const config = normalOptions("truncatedNormal", options);
  return randomInitializer("truncatedNormal", config, (shape, random) => drawTruncated(shape, random, config));
}

/** Uniform in [minval, maxval); -0.05 and 0.05 unless given. */
export function randomUniform(options: { minval?: number; maxval?: number } & Seeded = {}): Initializer {
  const where = "initializer randomUniform";
  const config = withDefaults(where, { minval: -0.05, maxval: 0.05, seed: undefined as number | undefined }, options);
  checkRange(where, "minval", config.minval);
  checkRange(where, "maxval", config.maxval);
  check(config.minval <= config.maxval, () => {
    return `${where}: minval must not exceed maxval, got ${config.minval} and ${config.maxval}`;
  });
  return randomInitializer("randomUniform", config, (shape, random) => {
    return drawUniform(shape, random, config.minval, config.maxval);
  });
}

export interface NormalConfig {
  mean: number;
  stddev: number;
}

export function drawNormal(shape: Shape, random: Random, { mean, stddev }: NormalConfig): Float64Array {
  return new Float64Array(sizeOf(shape)).map(() => mean + stddev * normal(random));
}

export function drawTruncated(shape: Shape, random: Random, { mean, stddev }: NormalConfig): Float64Array {
  return new Float64Array(sizeOf(shape)).map(() => {
    for (;;) {
      const deviate = normal(random);
      if (Math.abs(deviate) <= 2) return mean + stddev * deviate;
    }
  });
}

export function drawUniform(shape: Shape, random: Random, low: number, high: number): Float64Array {
  return new Float64Array(sizeOf(shape)).map(() => low + (high - low) * random.uniform());
}

function normalOptions(className: string, options: { mean?: number; stddev?: number } & Seeded) {
  const where = `initializer ${className}`;
  const config = withDefaults(where, { mean: 0, stddev: 0.05, seed: undefined as number | undefined }, options);
  checkRange(where, "mean", config.mean);
  checkRange(where, "stddev", config.stddev, 0);
  return config;
}
