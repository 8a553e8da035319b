/** `sluice/data`: preprocessing that is fitted on the training part and saved as JSON; windows, splits, tokenizers, padding. */
export * from "./numbers/index.js";
export * from "./text/index.js";
export * from "./table/table.js";
export type { DataSource } from "./readers/source.js";
