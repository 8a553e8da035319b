import type { ConstraintLike } from "../constraints/index.js";
import type { InitializerLike } from "../initializers/index.js";
import type { RegularizerLike } from "../regularizers/index.js";
import type { ParameterOptions } from "./parameter.js";
import { weightChoices } from "./weight-choices.js";

/** The three options that Keras has for each weight, such as `kernelInitializer`, `kernelRegularizer`, `kernelConstraint`. */
export type WeightOptions<W extends string> = { [K in `${W}Initializer`]?: InitializerLike } & {
  [K in `${W}Regularizer`]?: RegularizerLike | null;
} & { [K in `${W}Constraint`]?: ConstraintLike | null };

export type KernelOptions = WeightOptions<"kernel">;
export type RecurrentOptions = WeightOptions<"recurrent">;
export type BiasOptions = WeightOptions<"bias">;

/** The defaults of a weight's options, and what makes a parameter's options of them. */
export function weightOptions<W extends string>(weight: W, initializer: InitializerLike) {
  const key = (what: string) => `${weight}${what}`;
  const defaults = { [key("Initializer")]: initializer, [key("Regularizer")]: null, [key("Constraint")]: null };
  return {
    defaults: defaults as Required<WeightOptions<W>>,
    resolve(config: WeightOptions<W>, where: string): ParameterOptions {
      const options = config as Record<string, unknown>;
      return {
        initializer: weightChoices.initializer(
          options[key("Initializer")] as InitializerLike,
          `${where}: ${key("Initializer")}`,
        ),
        regularizer: weightChoices.regularizer(
          options[key("Regularizer")] as RegularizerLike,
          `${where}: ${key("Regularizer")}`,
        ),
        constraint: weightChoices.constraint(
          options[key("Constraint")] as ConstraintLike,
          `${where}: ${key("Constraint")}`,
        ),
      };
    },
  };
}

export const kernelOptions = weightOptions("kernel", "glorotUniform");
export const recurrentOptions = weightOptions("recurrent", "orthogonal");
export const biasOptions = weightOptions("bias", "zeros");
