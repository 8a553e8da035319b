/**
 * The files of `torch.save`: a zip (stored) whose `<name>/data.pkl` is a pickle of containers and of tensors that point to
 * `<name>/data/<key>`, raw values in the byte order of `<name>/byteorder` (torch/serialization.py). Files of PyTorch before 1.6
 * are one bare pickle and are refused.
 */
import { sizeOf, stridesOf, type Shape } from "../../tensor/shape.js";
import { check, show, SluiceError } from "../../util/errors.js";
import { LIMITS } from "../limits.js";
import { readZip } from "../zip.js";
import { readPickle, type PickleWorld } from "./pickle.js";

export interface PyTorchTensor {
  readonly data: Float32Array;
  readonly shape: Shape;
}

/** A storage that is named by a tensor; read when the tensor is made. */
interface Storage {
  readonly kind: keyof typeof STORAGES;
  readonly key: string;
}

/** A name of the closed list: what it stands for is decided when it is called. */
class Name {
  constructor(readonly name: string) {}
}

const STORAGES = {
  FloatStorage: (bytes: Uint8Array) => new Float32Array(aligned(bytes, 4)),
  DoubleStorage: (bytes: Uint8Array) => Float32Array.from(new Float64Array(aligned(bytes, 8))),
  HalfStorage: (bytes: Uint8Array) => Float32Array.from(new Uint16Array(aligned(bytes, 2)), halfToNumber),
  BFloat16Storage: (bytes: Uint8Array) => {
    const words = Uint32Array.from(new Uint16Array(aligned(bytes, 2)), (word) => word << 16);
    return new Float32Array(words.buffer);
  },
  LongStorage: (bytes: Uint8Array) => Float32Array.from(new BigInt64Array(aligned(bytes, 8)), Number),
  IntStorage: (bytes: Uint8Array) => Float32Array.from(new Int32Array(aligned(bytes, 4))),
} as const;

const FUNCTIONS = ["collections OrderedDict", "torch._utils _rebuild_tensor_v2", "torch._utils _rebuild_parameter"];

/** All tensors of the file by their path in it, such as "gru.weight_ih_l0". */
export function readPt(bytes: Uint8Array, name: string): Map<string, PyTorchTensor> {
  const old = bytes[0] === 0x80;
  check(
    !old,
    () => `${name}: written by torch before 1.6, as a bare pickle; load and save it again with a newer torch`,
  );
  const entries = readZip(bytes, name);
  const pickle = [...entries.keys()].find((entry) => /^[^/]+\/data\.pkl$/.test(entry));
  check(pickle !== undefined, () => `${name}: a zip file, but none of torch.save: there is no <name>/data.pkl`);
  const folder = pickle.replace(/data\.pkl$/, "");
  const order = entries.get(`${folder}byteorder`);
  check(order === undefined || new TextDecoder().decode(order) === "little", () => {
    return `${name}: its values are big-endian; save it again on a little-endian machine`;
  });
  const root = readPickle(entries.get(pickle)!, worldOf(entries, `${folder}data/`, name), name);
  const tensors = new Map<string, PyTorchTensor>();
  collect(root, "", tensors, name);
  return tensors;
}

/** A checkpoint often keeps its weights under "state_dict" or "model", beside epoch and optimizer, which are not read. */
function collect(value: unknown, path: string, into: Map<string, PyTorchTensor>, name: string): void {
  if (isTensor(value)) into.set(path, value);
  else if (value instanceof Map) {
    for (const [key, child] of value) {
      if (typeof key === "string") collect(child, path === "" ? key : `${path}.${key}`, into, name);
    }
  }
  check(into.size <= LIMITS.nodes, () => `${name}: more than ${LIMITS.nodes} tensors`);
}

function isTensor(value: unknown): value is PyTorchTensor {
  return typeof value === "object" && value !== null && "shape" in value && "data" in value;
}

function worldOf(entries: ReadonlyMap<string, Uint8Array>, folder: string, file: string): PickleWorld {
  return {
    global(module, name, where) {
      const full = `${module} ${name}`;
      if (FUNCTIONS.includes(full)) return new Name(full);
      if (module === "torch" && Object.hasOwn(STORAGES, name)) return new Name(name);
      throw new SluiceError(
        `${where}: refused: the file names ${module}.${name}, which could run code. Save only the weights: ` +
          `torch.save(model.state_dict(), path)`,
      );
    },
    persistent(id, where) {
      const [tag, kind, key] = Array.isArray(id) ? (id as unknown[]) : [];
      const fits = tag === "storage" && kind instanceof Name && kind.name in STORAGES && typeof key === "string";
      check(fits, () => `${where}: expected ("storage", type, key, …), got ${show(id)}`);
      return { kind: (kind as Name).name, key } as Storage;
    },
    reduce(callee, args, where) {
      check(callee instanceof Name, () => `${where}: refused: it calls ${show(callee)}`);
      if (callee.name === "collections OrderedDict") return new Map();
      if (callee.name === "torch._utils _rebuild_parameter") return args[0];
      check(
        callee.name === "torch._utils _rebuild_tensor_v2",
        () => `${where}: refused: it calls torch.${callee.name}`,
      );
      return rebuildTensor(args, entries, folder, `${file}: ${where.replace(`${file}: `, "")}`);
    },
  };
}

/** torch._utils._rebuild_tensor_v2(storage, storage_offset, size, stride, …) */
function rebuildTensor(
  [storage, offset, size, stride]: readonly unknown[],
  entries: ReadonlyMap<string, Uint8Array>,
  folder: string,
  where: string,
): PyTorchTensor {
  const { kind, key } = storage as Storage;
  const shape = wholeNumbers(size, "size", where);
  const strides = wholeNumbers(stride, "stride", where);
  check(Number.isInteger(offset) && (offset as number) >= 0, () => `${where}: storage offset ${show(offset)}`);
  check(shape.length === strides.length && shape.length <= LIMITS.rank, () => `${where}: ${shape.length} dimensions`);
  const count = sizeOf(shape);
  check(count <= LIMITS.elements, () => `${where}: a tensor of ${count} elements`);
  const bytes = entries.get(`${folder}${key}`);
  check(bytes !== undefined, () => `${where}: there is no entry ${folder}${key}`);
  const values = STORAGES[kind](bytes);
  const last = shape.reduce((sum, n, i) => sum + (n - 1) * strides[i]!, offset as number);
  check(count === 0 || last < values.length, () => {
    return `${where}: a tensor [${shape}] reaches to element ${last} of ${values.length}`;
  });
  return { data: gather(values, offset as number, shape, strides), shape };
}

/** Row-major values of a tensor with any strides; a view where they are row-major already. */
function gather(values: Float32Array, offset: number, shape: Shape, strides: readonly number[]): Float32Array {
  const count = sizeOf(shape);
  const plain = stridesOf(shape);
  if (shape.every((n, i) => n === 1 || strides[i] === plain[i])) return values.subarray(offset, offset + count);
  const out = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    let at = offset;
    for (let d = 0; d < shape.length; d++) at += (Math.floor(i / plain[d]!) % shape[d]!) * strides[d]!;
    out[i] = values[at]!;
  }
  return out;
}

function wholeNumbers(value: unknown, what: string, where: string): number[] {
  const fits = Array.isArray(value) && value.every((n) => Number.isInteger(n) && n >= 0);
  check(fits, () => `${where}: ${what} must be whole numbers, got ${show(value)}`);
  return value as number[];
}

function aligned(bytes: Uint8Array, width: number): ArrayBuffer {
  return bytes.slice(0, bytes.length - (bytes.length % width)).buffer;
}

/** IEEE 754 binary16. */
function halfToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
