/** The entry points that can train import this: pages then fetch the module with gradients, optimizers and threads. */
import { startOver } from "./default-kernels.js";
import { fullEdition } from "./kernels/wasm/full.js";
import { useEdition } from "./kernels/wasm/load.js";

if (useEdition(fullEdition)) startOver();
