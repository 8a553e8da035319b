/** Scheduled sampling (Bengio et al. 2015): inputs of training of which some are what the model itself would have said. */
import { currentScope, withScope } from "../../ops/scope.js";
import { slice } from "../../ops/slice.js";
import type { TensorData } from "../../tensor/dtype.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Random } from "../../util/random.js";

/**
 * Tokens [B, T] whose elements from step 1 on are replaced with probability p by a draw from the logits of the step before; padding
 * stays. The logits come from a pass over the given tokens, through which no gradient flows.
 */
export function mixedTokens(tokens: Tensor, logitsOf: (tokens: Tensor) => Tensor, p: number, random: Random): Tensor {
  const scope = currentScope()!;
  const [B, T] = tokens.shape as [number, number];
  const mixed = scope.alloc([B, T], "int32");
  mixed.data.set(tokens.data);
  withScope(scope.kernels, false, () => {
    const logits = logitsOf(tokens);
    const [to, values] = [mixed.data, logits.data];
    const V = logits.shape[2]!;
    for (let i = 0; i < B * T; i++) {
      if (i % T === 0 || to[i] === 0 || random.uniform() >= p) continue;
      to[i] = draw(values, (i - 1) * V, V, random);
    }
  });
  return mixed;
}

/** Step t of the tokens as [B, 1], of which some are drawn from the logits [B, 1, V] of the step before. */
export function sampledTokens(
  tokens: Tensor,
  t: number,
  logitsBefore: (() => Tensor) | null,
  p: number,
  random: Random,
): Tensor {
  const B = tokens.shape[0]!;
  const given = slice(tokens, [0, t], [B, 1]);
  if (!logitsBefore) return given;
  withScope(currentScope()!.kernels, false, () => {
    const logits = logitsBefore();
    const [to, values] = [given.data, logits.data];
    const V = logits.shape[2]!;
    for (let b = 0; b < B; b++) {
      if (to[b] !== 0 && random.uniform() < p) to[b] = draw(values, b * V, V, random);
    }
  });
  return given;
}

/** Of softmax(logits) but for 0, which is padding. */
function draw(logits: TensorData, from: number, V: number, random: Random): number {
  let largest = -Infinity;
  for (let i = 1; i < V; i++) largest = Math.max(largest, logits[from + i]!);
  let sum = 0;
  for (let i = 1; i < V; i++) sum += Math.exp(logits[from + i]! - largest);
  let left = random.uniform() * sum;
  for (let i = 1; i < V - 1; i++) {
    left -= Math.exp(logits[from + i]! - largest);
    if (left < 0) return i;
  }
  return V - 1;
}
