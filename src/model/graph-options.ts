import type { FloatDType } from "../tensor/dtype.js";

/** Options of a whole model, beside its layers. */
export interface ModelOptions {
  name?: string;
  /** Seed of everything random: initial weights, dropout, shuffling. Left out, it is drawn and can be read from `model.seed`. */
  seed?: number;
  /** float32 computes on the fast kernels, float64 on the plain reference kernels. Default "float32". */
  dtype?: FloatDType;
}
