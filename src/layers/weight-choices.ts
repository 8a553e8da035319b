/**
 * Who makes initializers, regularizers and constraints of their names, and dropout. Training needs them; a bundle that only loads models
 * does without, since its weights come from files, and then carries none of their code.
 */
import type { Constraint, ConstraintLike } from "../constraints/index.js";
import type { Initializer, InitializerLike } from "../initializers/index.js";
import type { Regularizer, RegularizerLike } from "../regularizers/index.js";
import type { Shape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { SluiceError } from "../util/errors.js";
import type { CallContext } from "./layer.js";

/** `where` opens the error, such as `GRU "gru_1": kernelInitializer`. */
export interface WeightChoices {
  initializer(value: InitializerLike, where: string): Initializer;
  regularizer(value: RegularizerLike | null | undefined, where: string): Regularizer | null;
  constraint(value: ConstraintLike | null | undefined, where: string): Constraint | null;
  /** Factors of a recurrent layer's dropout, which only training asks for. */
  dropoutMask(shape: Shape, rate: number, config: { seed?: number | null }, context: CallContext): Tensor | null;
}

const fromFile: WeightChoices = {
  initializer: (_value, where) => ({
    className: "fromFile",
    config: {},
    init() {
      throw new SluiceError(`${where}: here weights come from files only; import from "sluice" to make new ones`);
    },
  }),
  regularizer: () => null,
  constraint: () => null,
  dropoutMask: () => null,
};

export let weightChoices: WeightChoices = fromFile;

/** The full entry points name the makers once. */
export function provideWeightChoices(choices: WeightChoices): void {
  weightChoices = choices;
}
