/**
 * What an HDF5 file holds, as far as models need it: attributes of groups that are texts, and arrays of numbers. Runs where
 * libhdf5 runs, in Node in a worker, and so imports nothing but types.
 */
import type { Attribute, Dataset, Group, h5wasm } from "h5wasm";

export type Hdf5Library = typeof h5wasm;

export interface Hdf5Array {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** By their path, without a leading "/". */
export interface Hdf5Content {
  /** path of a group ("" for the root) → name of the attribute → its texts */
  readonly attributes: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;
  readonly arrays: ReadonlyMap<string, Hdf5Array>;
}

/** What a file may ask for; limits.ts states the numbers. */
export interface Hdf5Limits {
  /** Groups and arrays. */
  readonly objects: number;
  /** Groups within groups. */
  readonly depth: number;
  /** Bytes of all arrays. */
  readonly bytes: number;
  readonly rank: number;
}

/** What is wrong with a file; everything else that is thrown here is libhdf5's. */
export class Hdf5Problem extends Error {}

/** Not weights: moments of optimizers may be twice as large as the model. */
const SKIPPED = ["optimizer_weights", "optimizer"];
const ATTRIBUTES = /^(keras_version|backend|model_config|training_config|(layer|weight)_names\d*)$/;
const PATH = "/model.h5";

/** @param bytes belong to this function from now on */
export async function readHdf5Content(
  library: Hdf5Library,
  bytes: Uint8Array,
  limits: Hdf5Limits,
): Promise<Hdf5Content> {
  const { FS } = await library.ready;
  // Emscripten's file takes the bytes over instead of copying them; its types do not know the option.
  FS.writeFile(PATH, bytes, { canOwn: true } as { flags?: string });
  try {
    const file = new library.File(PATH, "r");
    if (file.file_id < 0n) throw new Hdf5Problem("no HDF5 file, or cut off");
    try {
      return new Walk(library, limits).from(file);
    } finally {
      file.close();
    }
  } finally {
    FS.unlink(PATH);
  }
}

class Walk {
  readonly #attributes = new Map<string, ReadonlyMap<string, readonly string[]>>();
  readonly #arrays = new Map<string, Hdf5Array>();
  #objects = 0;
  #bytes = 0;

  constructor(
    readonly library: Hdf5Library,
    readonly limits: Hdf5Limits,
  ) {}

  from(root: Group): Hdf5Content {
    this.#group(root, "", 0);
    return { attributes: this.#attributes, arrays: this.#arrays };
  }

  #group(group: Group, path: string, depth: number): void {
    const { limits } = this;
    require(depth <= limits.depth, path, `more than ${limits.depth} groups within each other; a link may form a cycle`);
    this.#attributes.set(path, textsOf(group, path));
    for (const key of group.keys()) {
      if (depth === 0 && SKIPPED.includes(key)) continue;
      this.#objects += 1;
      require(this.#objects <= limits.objects, path, `more than ${limits.objects} objects; a link may form a cycle`);
      const child = path === "" ? key : `${path}/${key}`;
      const entity = group.get(key);
      if (entity instanceof this.library.Group) this.#group(entity, child, depth + 1);
      else if (entity instanceof this.library.Dataset) this.#arrays.set(child, this.#array(entity, child));
      else throw new Hdf5Problem(`${show(child)}: a link that leads nowhere, or out of the file`);
    }
  }

  #array(dataset: Dataset, path: string): Hdf5Array {
    const { limits } = this;
    const { shape, size, type, virtual_sources: sources } = dataset.metadata;
    require(shape !== null && shape.length <= limits.rank, path, `an array of ${shape?.length ?? "no"} dimensions`);
    require(sources === undefined || sources.length === 0, path, "an array that is made of other files");
    require(type === 0 || type === 1, path, `expected numbers, got HDF5 type class ${type}`);
    const count = shape!.reduce((product, n) => product * n, 1);
    this.#bytes += count * Math.max(size, 4);
    require(this.#bytes <= limits.bytes, path, `an array [${shape!.join(", ")}]: more than the file can hold`);
    const data = floats(count === 0 ? new Float32Array() : dataset.value);
    require(data !== undefined && data.length === count, path, `cannot be read as ${count} numbers`);
    return { data: data!, shape: shape! };
  }
}

function floats(value: unknown): Float32Array | undefined {
  if (value instanceof Float32Array) return value;
  if (value instanceof BigInt64Array || value instanceof BigUint64Array) return Float32Array.from(value, Number);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return Float32Array.from(value as Float64Array);
  return typeof value === "number" || typeof value === "bigint" ? Float32Array.of(Number(value)) : undefined;
}

function textsOf(group: Group, path: string): ReadonlyMap<string, readonly string[]> {
  const texts = new Map<string, readonly string[]>();
  for (const [name, attribute] of Object.entries(group.attrs)) {
    if (ATTRIBUTES.test(name)) texts.set(name, listOf(attribute, `${path}@${name}`));
  }
  return texts;
}

/** An empty list is written as an empty array of numbers. */
function listOf({ value }: Attribute, path: string): readonly string[] {
  if (typeof value === "string") return [value];
  const list = Array.isArray(value) ? value : ArrayBuffer.isView(value) && value.byteLength === 0 ? [] : undefined;
  require(list?.every((text) => typeof text === "string") ?? false, path, "expected a text or a list of texts");
  return list as string[];
}

function require(condition: boolean, path: string, what: string): asserts condition {
  if (!condition) throw new Hdf5Problem(`${show(path)}: ${what}`);
}

const show = (path: string) => JSON.stringify(`/${path.slice(0, 200)}`);
