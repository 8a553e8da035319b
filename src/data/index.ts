/** `sluice/data`: readers of files, preprocessing that is fitted on the training part and saved as JSON; windows, splits, tokenizers. */
export * from "./numbers/index.js";
export * from "./irregular/index.js";
export * from "./text/index.js";
export * from "./table/table.js";
export type { ByteSource, DataSource, Rows as TableRows } from "./readers/source.js";
export { readTable, readTableChunks, tableOf } from "./readers/read-table.js";
export type { ReadOptions, TableFormat } from "./readers/options.js";
export * from "./audio/index.js";
export * from "./ctc/index.js";
export { readLines, readText, type TextOptions } from "./readers/text.js";
export type { Line } from "./readers/lines.js";
export { readTs, type TsData, type TsSeries } from "./readers/ts.js";
export { RowStore, type RowStoreOptions } from "./store/row-store.js";
export { storeWindows, type StoreWindowOptions, type StoreWindows } from "./store/store-windows.js";
export {
  describeColumn,
  describeTable,
  type ColumnFacts,
  type DateFacts,
  type NumberFacts,
  type TableFacts,
  type TextFacts,
} from "./table/describe.js";
