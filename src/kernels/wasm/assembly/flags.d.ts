/** Given to asc by scripts/build-wasm.mjs: false in the modules that only run models, whose callers give no argument of training. */
declare const TRAINS: bool;
/** True in the modules that also hold the kernels of ragged batches and of the rarer layers (sequence/). */
declare const SEQUENCES: bool;
