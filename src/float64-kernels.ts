/** Makes the reference kernels the ones that compute in float64. Bundlers keep this import (package.json, sideEffects). */
import { createReferenceKernels } from "./kernels/reference/index.js";
import { provideKernels } from "./ops/backend.js";

provideKernels("float64", { create: createReferenceKernels });
