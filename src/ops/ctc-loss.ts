/**
 * Connectionist temporal classification (Graves, Fernández, Gomez and Schmidhuber 2006, doi 10.1145/1143844.1143891): the loss of
 * a text of which nobody said when each of its labels was spoken.
 */
import type { TensorData } from "../tensor/dtype.js";
import type { TensorLike } from "../tensor/make.js";
import { showShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkOptions } from "../util/checks.js";
import { check } from "../util/errors.js";
import { blankOf, checkSteps, textOf } from "./ctc-labels.js";
import { CtcLattice } from "./ctc-lattice.js";
import { asFloat, op } from "./op.js";

export interface CtcLossOptions {
  /** The class that stands for no label; negative numbers count from the end. Default 0. */
  blank?: number;
  /**
   * What becomes of a sample whose steps are too few for its text: false (default) is an error with the sample's number, true counts
   * it with loss 0 and gradient 0.
   */
  zeroInfinity?: boolean;
  /** [B, T], 1 = use the step, 0 = skip it: ones and then zeros say the lengths of the inputs. Default: all steps count. */
  mask?: TensorLike | null;
  /** [B] labels of each text. Default: a text ends where its padding begins, which is any negative number, or the blank. */
  labelLengths?: TensorLike | null;
}

const WHERE = "ctcLoss";

/**
 * −ln p(l|x), where p(l|x) = Σ_π Π_t softmax(x_t)[π_t] over all paths π of T labels and blanks that become l when repeated labels are
 * merged and blanks left out (eqs. 2 and 3). Computed in float64 by the forward-backward recursion of section 4.1, in
 * O(T·L) time.
 *
 * Logits x [B, T, K] (numbers before the softmax; logarithms of probabilities do as well) and labels [B, L] → [B]. Gradient at the
 * logits: softmax(x_t)[k] − Σ_(s: l'_s = k) p(s at t | l, x) (eq. 16). The blank is class 0, as in PyTorch and Keras 3; TensorFlow's
 * ctc_batch_cost has it last, `blank: -1`.
 * @throws SluiceError when the shapes do not fit, for a label that is no class or stands after the end of its text, and, unless
 *   `zeroInfinity`, for a sample with fewer steps than its labels and the repeats among them need
 */
export function ctcLoss(logits: TensorLike, labels: TensorLike, options: CtcLossOptions = {}): Tensor {
  checkOptions(WHERE, options, ["blank", "zeroInfinity", "mask", "labelLengths"]);
  const { blank = 0, zeroInfinity = false, mask = null, labelLengths = null } = options;
  const extra = [mask, labelLengths].filter((t) => t !== null);
  return op(WHERE, [logits, labels, ...extra], ([x0, l, ...rest], scope) => {
    const x = asFloat(x0!, scope);
    const m = mask === null ? null : rest.shift()!;
    const lengths = labelLengths === null ? null : rest.shift()!;
    checkShapes(x, l!, m, lengths);
    const [B, T, K] = x.shape as [number, number, number];
    const form = { K, blank: blankOf(WHERE, blank, K) };
    const y = scope.alloc([B]);
    const slope = scope.recording && x.tracked ? scope.alloc(x.shape) : null;
    const [loss, data, slopes] = [y.data, x.data, slope?.data.fill(0)];
    const lattice = new CtcLattice(T, K, form.blank);
    for (let b = 0; b < B; b++) {
      const text = textOf(WHERE, l!, b, { ...form, length: lengths?.data[b] });
      const steps = stepsOf(m?.data.subarray(b * T, (b + 1) * T), T);
      if (!zeroInfinity) checkSteps(WHERE, text, steps.length, b);
      const from = b * T * K;
      const value = lattice.run({ data, from }, steps, text, slopes ? { data: slopes, from } : null);
      loss[b] = zeroInfinity && value === Infinity ? 0 : value;
    }
    scope.record([x], [y], () => {
      scope.assignGrad(x, (dx) => scaleSamples(scope.kernels.memory.floats(dx, x.size), y.grad!.data, slope!.data));
    });
    return y;
  });
}

function checkShapes(x: Tensor, labels: Tensor, mask: Tensor | null, lengths: Tensor | null): void {
  const [B, T] = x.shape;
  const fits = x.rank === 3 && labels.rank === 2 && labels.shape[0] === B;
  check(fits, () => {
    return `${WHERE}: expected logits [B, T, K] and labels [B, L], got ${showShape(x.shape)} and ${showShape(labels.shape)}`;
  });
  check(!mask || mask.size === B! * T!, () => {
    return `${WHERE}: expected a mask [${B}, ${T}], got ${showShape(mask!.shape)}`;
  });
  check(!lengths || lengths.size === B, () => {
    return `${WHERE}: expected labelLengths [${B}], got ${showShape(lengths!.shape)}`;
  });
}

/** Places of the steps that count. */
function stepsOf(mask: TensorData | undefined, T: number): number[] {
  const all = Array.from({ length: T }, (_, t) => t);
  return mask ? all.filter((t) => mask[t]) : all;
}

/** dx[b] = dy[b] · slope[b] */
function scaleSamples(dx: TensorData, dy: TensorData, slope: TensorData): void {
  const size = dx.length / dy.length;
  for (let i = 0; i < dx.length; i++) dx[i] = dy[Math.floor(i / size)]! * slope[i]!;
}
