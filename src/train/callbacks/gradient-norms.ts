import type { Layer } from "../../layers/layer.js";
import type { RecurrentCell } from "../../layers/recurrent/cell.js";
import { RecurrentLayer, type RecurrentLayerConfig } from "../../layers/recurrent/recurrent-layer.js";
import { scan, type Scan } from "../../layers/recurrent/scan.js";
import { checkCount, checkOptions } from "../../util/checks.js";
import { check } from "../../util/errors.js";
import type { Callback, TrainingRun } from "../callback.js";

export interface GradientNormsOptions {
  /** Look at every n-th batch. Default: at the first batch of each epoch. */
  every?: number;
}

/** What one recurrent layer showed in one batch. */
export interface GradientNormRecord {
  /** From 0. */
  readonly epoch: number;
  /** From 0 within the epoch. */
  readonly step: number;
  /** The layer's name; of an inner layer "bidirectional/forward_gru". */
  readonly layer: string;
  /** [T] ‖∂L/∂h_t‖ for each step t of the batch's sequences. */
  readonly norms: Float64Array;
}

export interface GradientNorms extends Callback {
  /** One for each layer and batch that was looked at, in order; `plotGradientNorms` draws them. */
  readonly records: readonly GradientNormRecord[];
}

/**
 * How far gradients reach back in time: ‖∂L/∂h_t‖ of every recurrent layer, step by step, L the loss of the batch and the norm over
 * batch and units. Norms that fall towards the first steps tell of vanishing gradients, norms that grow of exploding ones (Pascanu
 * et al. 2013, arXiv 1211.5063). They are those of the training itself, before clipping; a batch that is looked at takes several
 * times as long. Logs of callbacks that follow in the list hold `gradientRatio_<layer>`, the norm at the first step over that
 * at the last one in the last batch that was looked at.
 * @throws SluiceError (in fit) when the model has no recurrent layer
 */
export function gradientNorms(options: GradientNormsOptions = {}): GradientNorms {
  checkOptions("gradientNorms", options, ["every"]);
  const { every } = options;
  if (every !== undefined) checkCount("gradientNorms", "every", every);
  const records: GradientNormRecord[] = [];
  let looking = false;
  let at = { epoch: 0, step: 0 };
  let names = new Map<RecurrentCell, string>();
  let before: Scan | undefined;

  const begin = (cell: RecurrentCell, T: number) => {
    const norms = new Float64Array(T);
    records.push({ ...at, layer: names.get(cell)!, norms });
    return norms;
  };
  const next = (epoch: number, step: number) => {
    at = { epoch, step };
    looking = every === undefined ? step === 0 : step % every === 0;
  };

  return {
    records,
    async onTrainBegin({ model }: TrainingRun) {
      names = new Map(cellsOf(model.layers, ""));
      check(names.size > 0, () => "gradientNorms: the model has no recurrent layer");
      const { observedScan } = await import("../../layers/recurrent/observed.js");
      const observed = observedScan(begin);
      before = model.scan;
      model.scan = (cell, inputs, how, context) => {
        const chosen = looking && context.training && names.has(cell) ? observed : (before ?? scan);
        return chosen(cell, inputs, how, context);
      };
    },
    onEpochBegin: (epoch) => next(epoch, 0),
    onBatchEnd: (step) => next(at.epoch, step + 1),
    onEpochEnd(_, logs) {
      for (const { epoch, layer, norms } of records) {
        const ratio = norms[0]! / norms.at(-1)!;
        if (epoch === at.epoch && Number.isFinite(ratio)) logs[`gradientRatio_${layer}`] = ratio;
      }
    },
    onTrainEnd(_, { model }) {
      if (before) model.scan = before;
      else delete model.scan;
    },
  };
}

/** The cells of all recurrent layers, under the names of the layers. */
function* cellsOf(layers: readonly Layer[], path: string): Generator<[RecurrentCell, string]> {
  for (const layer of layers) {
    const name = `${path}${layer.name}`;
    if (layer instanceof RecurrentLayer) yield [(layer as RecurrentLayer<RecurrentLayerConfig>).cell, name];
    else yield* cellsOf(layer.sublayers, `${name}/`);
  }
}
