/** `sluice/tasks`: from a file to a trained, saved, explained result. */
export { networkOptions, runOptions, splitOptions } from "./common-options.js";
