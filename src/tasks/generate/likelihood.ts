import type { Model } from "sluice";
import { Breather } from "../../model/breather.js";
import { check } from "../../util/errors.js";
import type { Ids } from "./id-list.js";

/** Pieces that are read before the first one that is judged, where a part is not read from its beginning. */
const WARM_UP = 256;
const LANES = 32;

/**
 * Mean of -ln P(piece | all before it) over a text, its first piece left out, in nats. The states are carried through the whole
 * text; to be quick, a long text is read in up to 32 places at once, each from 256 pieces before its first judged one.
 * @param model int32 [B, T] → logits [B, T, V]
 */
export async function natsOf(model: Model, ids: Ids): Promise<number> {
  const targets = ids.length - 1;
  check(targets >= 1, () => `generate: a text needs at least 2 characters or words to be judged, got ${ids.length}`);
  const L = Math.max(1, Math.min(LANES, Math.floor(targets / (4 * WARM_UP))));
  const share = Math.ceil(targets / L);
  const stream = model.stream({ batch: L });
  const frame = new Int32Array(L);
  const breather = new Breather();
  let sum = 0;
  for (let s = L > 1 ? -WARM_UP : 0; s < share; s++) {
    if (s === 0) stream.restore(stream.state().map(firstLaneAtRest(L)));
    for (let l = 0; l < L; l++) frame[l] = ids[Math.max(0, Math.min(l * share + s, targets - 1))]!;
    const logits = stream.step(frame).data;
    await breather.breathe();
    if (s < 0) continue;
    for (let l = 0; l < L; l++) {
      const at = l * share + s;
      if (at < targets) sum += surprise(logits, l * (logits.length / L), logits.length / L, ids[at + 1]!);
    }
  }
  return sum / targets;
}

/** Nothing stands before the first lane: it has read filling until now. */
const firstLaneAtRest =
  (L: number) =>
  (state: Float32Array | Float64Array | Int32Array): typeof state =>
    state.fill(0, 0, state.length / L);

/** ln Σ e^x - x[target], in float64. */
function surprise(logits: ArrayLike<number>, from: number, V: number, target: number): number {
  let largest = -Infinity;
  for (let i = from; i < from + V; i++) if (logits[i]! > largest) largest = logits[i]!;
  let sum = 0;
  for (let i = from; i < from + V; i++) sum += Math.exp(logits[i]! - largest);
  return largest + Math.log(sum) - logits[from + target]!;
}
