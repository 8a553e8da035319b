import { readFileSync } from "node:fs";
import { inflateSync } from "node:zlib";

export interface Values {
  data: number[];
  shape: number[];
  dtype: "int32" | "float32";
}

export interface KerasCase {
  file: string;
  inputs: Values[];
  outputs: Values[];
  /** How often the model is called before its outputs are compared. */
  calls: number;
  /** For a file of weights alone. */
  architecture?: object;
}

/** What scripts/oracles/keras_interop.py made. */
export function kerasFixture() {
  const { cases, files } = JSON.parse(readFileSync("test/fixtures/keras/interop.json", "utf8")) as {
    cases: KerasCase[];
    files: Record<string, string>;
  };
  const bytesOf = (file: string) => new Uint8Array(inflateSync(Buffer.from(files[file]!, "base64")));
  return { cases, files: Object.keys(files), bytesOf };
}
