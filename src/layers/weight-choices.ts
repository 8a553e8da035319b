/**
 * Who makes initializers, regularizers and constraints of their names. Training needs them; a bundle that only loads models
 * does without, since its weights come from files, and then carries none of their code.
 */
import type { Constraint, ConstraintLike } from "../constraints/index.js";
import type { Initializer, InitializerLike } from "../initializers/index.js";
import type { Regularizer, RegularizerLike } from "../regularizers/index.js";
import { SluiceError } from "../util/errors.js";

/** `where` opens the error, such as `GRU "gru_1": kernelInitializer`. */
export interface WeightChoices {
  initializer(value: InitializerLike, where: string): Initializer;
  regularizer(value: RegularizerLike | null | undefined, where: string): Regularizer | null;
  constraint(value: ConstraintLike | null | undefined, where: string): Constraint | null;
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
};

export let weightChoices: WeightChoices = fromFile;

/** The full entry points name the makers once. */
export function provideWeightChoices(choices: WeightChoices): void {
  weightChoices = choices;
}
