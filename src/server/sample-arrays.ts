/** Arrays of samples joined and parted along their first axis, ragged ones too. */
import { Tensor } from "sluice";
import { makeData } from "../tensor/dtype.js";
import { Ragged } from "../tensor/ragged.js";

/** The samples of all, one after the other. */
export function joinSamples(arrays: readonly Tensor[]): Tensor {
  const first = arrays[0]!;
  const size = arrays.reduce((n, t) => n + t.data.length, 0);
  const data = makeData(first.dtype, size);
  let at = 0;
  for (const t of arrays) {
    data.set(t.data, at);
    at += t.data.length;
  }
  if (first instanceof Ragged)
    return new Ragged(data, first.step, Int32Array.from(arrays.flatMap((t) => [...(t as Ragged).lengths])));
  const count = arrays.reduce((n, t) => n + t.shape[0]!, 0);
  return Tensor.of(data, [count, ...first.shape.slice(1)]);
}

/** Samples start … end - 1 in an array of their own: an answer must not hold on to those of other clients. */
export function takeSamples(array: Tensor, start: number, end: number): Tensor {
  if (array instanceof Ragged) {
    const view = array.part(start, end);
    return view.like(view.data.slice());
  }
  const row = array.data.length / array.shape[0]!;
  return Tensor.of(array.data.slice(start * row, end * row), [end - start, ...array.shape.slice(1)]);
}

/** Equal for arrays that can be joined: what the shapes of their samples are. */
export const kindOfSamples = (t: Tensor): string =>
  `${t.dtype} ${t instanceof Ragged ? `ragged ${t.step.join()}` : t.shape.slice(1).join()}`;
