/** The entry points that can train import this: pages then fetch the module with gradients, optimizers and threads. */
import { fullEdition } from "./kernels/wasm/full.js";
import { useEdition } from "./kernels/wasm/load.js";
import { renewKernels } from "./ops/backend.js";

if (useEdition(fullEdition)) renewKernels("float32");
