/** A cell run over the time axis by small operations, one step after another: for every cell, and the twin of the fused way. */
import { slice } from "../../ops/slice.js";
import { stack } from "../../ops/concat.js";
import { reshape } from "../../ops/reshape.js";
import { where } from "../../ops/where.js";
import { zeros } from "../../ops/create.js";
import { broadcastTo } from "../../ops/broadcast-to.js";
import type { Tensor } from "../../tensor/tensor.js";
import { provideStepwise, type Scan } from "./scan.js";

/** From now on cells without a fused form can be run. */
export function stepwise(): void {
  provideStepwise(scanSteps);
}

const scanSteps: Scan = (cell, inputs, options, context) => {
  const { x, mask, stateDropout } = inputs;
  const [B, T, D] = x.shape as [number, number, number];
  let states = inputs.initial.length > 0 ? [...inputs.initial] : cell.stateSizes.map((H) => zeros([B, H]));
  let output: Tensor | undefined;
  const outputs: Tensor[] = [];
  for (let i = 0; i < T; i++) {
    const t = options.reverse ? T - 1 - i : i;
    const xt = reshape(slice(x, [0, t, 0], [B, 1, D]), [B, D]);
    const [y, ...next] = cell.call([xt, ...states], { ...context, stateDropout });
    if (!mask) [output, states] = [y!, next];
    else {
      const use = slice(mask, [0, t], [B, 1]);
      const idle: Tensor = options.zeroOutputForMask || !output ? zeros(y!.shape) : output;
      output = where(broadcastTo(use, y!.shape), y!, idle);
      states = next.map((s, j) => where(broadcastTo(use, s.shape), s, states[j]!));
    }
    outputs.push(output!);
  }
  const sequence = stack(options.reverse ? outputs.reverse() : outputs, 1);
  return { sequence, last: output!, states };
};
