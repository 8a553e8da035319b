/** Initializers, regularizers and constraints by name, dropout of recurrent layers, and cells that run step by step. Bundlers keep this import (package.json, sideEffects). */
import { resolveConstraint } from "./constraints/index.js";
import { resolveInitializer } from "./initializers/index.js";
import { stepwise } from "./layers/recurrent/stepwise.js";
import { drawSeed } from "./layers/seed.js";
import { provideWeightChoices } from "./layers/weight-choices.js";
import { dropoutMask } from "./ops/dropout.js";
import { resolveRegularizer } from "./regularizers/index.js";

stepwise();
provideWeightChoices({
  initializer: resolveInitializer,
  regularizer: resolveRegularizer,
  constraint: resolveConstraint,
  dropoutMask: (shape, rate, config, context) => dropoutMask(shape, rate, drawSeed(config, context)),
});
