import * as factories from "./index.js";
import type { LayerSource } from "./registry.js";

/** Every layer of the library, for `loadModel` without a list of layers: a bundle that uses it carries them all. */
export const allLayers: readonly LayerSource[] = Object.values(factories).filter((factory) => "layerClass" in factory);
