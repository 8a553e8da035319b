/** The entry points that can train import this: pages then fetch the module with gradients and optimizers. */
import { needTraining } from "./kernels/wasm/variants.js";

needTraining();
