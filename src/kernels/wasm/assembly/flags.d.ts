/** Given to asc by scripts/build-wasm.mjs: false in the modules that only run models, whose callers give no argument of training. */
declare const TRAINS: bool;
