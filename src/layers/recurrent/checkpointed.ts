/** How layers with checkpointEvery run over time. `fit` fetches this file when a model has such a layer. */
import { recurrentInPieces, type PieceOptions } from "../../ops/recurrent-pieces.js";
import { timeStep } from "../../ops/time-step.js";
import { where } from "../../ops/where.js";
import { tensor } from "../../tensor/make.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkCount } from "../../util/checks.js";
import { check } from "../../util/errors.js";
import type { Layer } from "../layer.js";
import type { FusedCell } from "./cell.js";
import { scanTapePieces } from "./tape-pieces.js";
import { RecurrentLayer, type RecurrentLayerConfig } from "./recurrent-layer.js";
import { scan, type Scan, type ScanInputs, type ScanOptions, type ScanResult } from "./scan.js";

/** Keeps the states between pieces where the layer asks for it; others run as ever. */
export const checkpointedScan: Scan = (cell, inputs, options, context) => {
  const { checkpointEvery, ...whole } = options;
  const { fused } = cell;
  if (!checkpointEvery || checkpointEvery >= inputs.x.shape[1]!) return scan(cell, inputs, whole, context);
  if (fused) return scanPieces(fused, inputs, options, { every: checkpointEvery });
  const { sequence, states } = scanTapePieces(cell, cell.runner!(), inputs, whole, context, checkpointEvery);
  return { sequence, states, last: lastOutput(sequence, states[0]!, inputs.mask, options) };
};

/** @throws SluiceError for a count that is none, or a cell that the kernels do not know */
export function checkCheckpoints(layers: readonly Layer[]): void {
  for (const layer of layers) {
    checkCheckpoints(layer.sublayers);
    const { checkpointEvery } = layer.config as RecurrentLayerConfig;
    if (!(layer instanceof RecurrentLayer) || (checkpointEvery ?? null) === null) continue;
    checkCount(layer.label, "checkpointEvery", checkpointEvery);
    const { cell } = layer as RecurrentLayer<RecurrentLayerConfig>;
    check(cell.fused !== null || cell.runner?.().inPieces === true, () => {
      return `${layer.label}: checkpointEvery needs gru, lstm or simpleRnn with activations that their kernels have (linear, sigmoid, tanh, relu, hardSigmoid)`;
    });
  }
}

/** A fused cell over the time axis, piece by piece. */
export function scanPieces(
  { W, U, b, ...kernel }: FusedCell,
  inputs: ScanInputs,
  { reverse, zeroOutputForMask, returnSequences = false }: ScanOptions,
  how: Pick<PieceOptions, "every" | "observe">,
): ScanResult {
  const options = { ...kernel, ...how, reverse, zeroOutputForMask, returnSequences };
  const { sequence, states } = recurrentInPieces({ ...inputs, W, U, b }, options);
  return { sequence, states, last: lastOutput(sequence, states[0]!, inputs.mask, { reverse, zeroOutputForMask }) };
}

/** The output of the step that ran last: where that is masked it may be zeros in place of the state. */
function lastOutput(
  sequence: Tensor | null,
  state: Tensor,
  mask: Tensor | null,
  { reverse, zeroOutputForMask }: ScanOptions,
): Tensor {
  if (!mask) return state;
  const [B, T] = mask.shape as [number, number];
  const end = reverse ? 0 : T - 1;
  if (sequence) return timeStep(sequence, end);
  const used = mask.data;
  const shows = (row: number) =>
    zeroOutputForMask ? used[row * T + end] : +used.subarray(row * T, (row + 1) * T).includes(1);
  const shown = tensor(
    Int32Array.from({ length: B }, (_, row) => shows(row)!),
    [B, 1],
  );
  return where(shown, state, 0);
}
