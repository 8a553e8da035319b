/** The weights of a PyTorch module by name, from either form in which they travel. */
import { readSafetensors } from "../../format/safetensors.js";
import { check } from "../../util/errors.js";
import type { ModelFile } from "../model-file.js";
import { readPt, type PyTorchTensor } from "./read-pt.js";

export type StateDict = ReadonlyMap<string, PyTorchTensor>;

/** @throws SluiceError for what is neither safetensors nor a zip of torch.save */
export function readStateDict({ bytes, name }: ModelFile): StateDict {
  // A safetensors file's first bytes are a length, which may look like anything; behind it stands JSON.
  const isSafetensors = bytes[8] === 0x7b;
  const [first, second] = bytes;
  const isTorch = (first === 0x50 && second === 0x4b) || (first === 0x80 && second! <= 5);
  if (isTorch && !isSafetensors) return withoutWrapper(readPt(bytes, name));
  const { tensors } = readSafetensors(bytes, name);
  const all = [...tensors].map(([key, { data, shape }]) => {
    return [key, { data: data instanceof Float32Array ? data : Float32Array.from(data), shape }] as const;
  });
  check(all.length > 0, () => `${name}: it holds no tensors`);
  return withoutWrapper(new Map(all));
}

/** Prefixes that training programs put before all names: DataParallel, torch.compile, checkpoints, Lightning. */
const WRAPPERS = ["module.", "_orig_mod.", "state_dict.", "model_state_dict.", "model."];

function withoutWrapper(tensors: ReadonlyMap<string, PyTorchTensor>): StateDict {
  // A checkpoint's optimizer state has no names of weights; what is kept are the weights.
  const own = [...tensors].filter(([name]) => !/^optimizer(_state_dict)?\./.test(name));
  const wrapper = WRAPPERS.find((prefix) => own.length > 0 && own.every(([name]) => name.startsWith(prefix)));
  if (wrapper === undefined) return new Map(own);
  return withoutWrapper(new Map(own.map(([name, tensor]) => [name.slice(wrapper.length), tensor])));
}
