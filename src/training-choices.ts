/** Initializers, regularizers and constraints by name. Bundlers keep this import (package.json, sideEffects). */
import { resolveConstraint } from "./constraints/index.js";
import { resolveInitializer } from "./initializers/index.js";
import { provideWeightChoices } from "./layers/weight-choices.js";
import { resolveRegularizer } from "./regularizers/index.js";

provideWeightChoices({
  initializer: resolveInitializer,
  regularizer: resolveRegularizer,
  constraint: resolveConstraint,
});
