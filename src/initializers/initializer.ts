import type { Shape } from "../tensor/shape.js";
import { checkRange } from "../util/checks.js";
import { SluiceError } from "../util/errors.js";
import { definedOnly, type Named } from "../util/named.js";
import { Random } from "../util/random.js";

/** Draws the first values of a weight, row-major. All chance comes from `random`, unless the initializer has a seed of its own. */
export interface Initializer extends Named {
  init(shape: Shape, random: Random): Float64Array;
}

/** An initializer as users write it: a name, a saved form, a made one, or a function of their own. */
export type InitializerLike =
  string | { className: string; config?: object } | Initializer | ((shape: Shape, random: Random) => ArrayLike<number>);

export interface Seeded {
  /** A seed of its own; left out, values come from the model's generator. */
  seed?: number | undefined;
}

/** One that draws: with `seed`, from a fresh generator each time, so that the same shape gets the same values again. */
export function randomInitializer(
  className: string,
  config: Seeded & object,
  draw: (shape: Shape, random: Random) => Float64Array,
): Initializer {
  const { seed } = config;
  if (seed !== undefined) checkRange(`initializer ${className}`, "seed", seed);
  return {
    className,
    config: definedOnly(config),
    init: (shape, random) => draw(shape, seed === undefined ? random : new Random(seed)),
  };
}

/** A user's function; a saved model can name it, but not bring it back. */
export function customInitializer(f: (shape: Shape, random: Random) => ArrayLike<number>): Initializer {
  return {
    className: "custom",
    config: { name: f.name },
    init: (shape, random) => Float64Array.from(f(shape, random)),
  };
}

/** What a saved user's function becomes: the weights come from the file, so it only fails when new ones are asked for. */
export function lostInitializer({ name = "" }: { name?: string }): Initializer {
  return {
    className: "custom",
    config: { name },
    init() {
      throw new SluiceError(
        `initializer: "${name}" was a function of the program that saved the model and cannot draw new weights here`,
      );
    },
  };
}
