import { blankOf, checkSteps, textOf } from "../ops/ctc-labels.js";
import { ctcLoss } from "../ops/ctc-loss.js";
import { fitsShape, showShape, type PartialShape } from "../tensor/shape.js";
import { check, show } from "../util/errors.js";
import { withDefaults } from "../util/named.js";
import type { Loss } from "./loss.js";
import { provideLosses } from "./provided.js";

const DEFAULTS = { blank: 0, zeroInfinity: false };

/**
 * Connectionist temporal classification: −ln p(text | steps) for each sample, over all ways to align the text with the steps, from
 * logits [B, T, K] and texts [B, L] (Graves et al. 2006; `ops.ctcLoss` has the equations). Steps that the model masks do not count.
 * A text is whole numbers, classes without the blank; it ends where its padding begins, negative numbers or the blank. As Keras's
 * `losses.CTC`, the mean over a batch is that of its samples; PyTorch's `reduction="mean"` divides each by the length of its text first.
 * @param options.blank class that stands for no label; default 0, as in Keras 3 and PyTorch; −1 is the last one, as in TensorFlow
 * @param options.zeroInfinity false (default): a sample whose steps are too few for its text is an error; true: it counts as 0
 */
export function ctc(options: Partial<typeof DEFAULTS> = {}): Loss {
  const config = withDefaults("loss ctc", DEFAULTS, options);
  const { blank, zeroInfinity } = config;
  check(Number.isInteger(blank), () => `loss ctc: blank must be a class's number, got ${show(blank)}`);
  check(
    typeof zeroInfinity === "boolean",
    () => `loss ctc: zeroInfinity must be true or false, got ${show(zeroInfinity)}`,
  );
  return {
    className: "ctc",
    config,
    labels: "texts",
    call: (yTrue, yPred, _, mask) => ctcLoss(yPred, yTrue, { ...config, mask: mask ?? null }),
    checkOutput(where, output, activation) {
      check(output.length === 3, () => {
        return `${where}: loss ctc expects an output of all steps, [N, T, K], got ${showShape(output)}; give the last recurrent layer returnSequences: true`;
      });
      check(activation === undefined || activation === "linear", () => {
        return `${where}: loss ctc expects numbers before the softmax, got an output with activation ${show(activation)}; leave it out`;
      });
    },
    checkLabels(where, yTrue, output: PartialShape) {
      const here = `${where}: loss ctc`;
      check(fitsShape(yTrue.shape, [output[0] ?? null, null]), () => {
        return `${here} expects texts [N, L] for an output ${showShape(output)}, got ${showShape(yTrue.shape)}`;
      });
      const [, T, K] = output;
      const form = { K: K!, blank: blankOf(here, blank, K!) };
      for (let i = 0; i < yTrue.shape[0]!; i++) {
        const text = textOf(here, yTrue, i, form);
        if (!zeroInfinity) checkSteps(here, text, T ?? Infinity, i);
      }
    },
  };
}

provideLosses({ ctc });
