/** All layers, under the names that users write: `layers.gru({ units: 64 })`. */
export { dense } from "./dense.js";
export { input } from "./input.js";
export { gru } from "./recurrent/gru.js";
export { gruCell } from "./recurrent/gru-cell.js";
