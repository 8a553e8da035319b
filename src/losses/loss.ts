/**
 * What a loss is, and the one operation that all but one of them are: a function of a row of labels and a row of predictions
 * (the last axis) that gives one number and, in the same pass, its slope at each prediction. Everything in between is done
 * in float64, so that float32 predictions lose nothing to cancellation.
 */
import { asFloat, op } from "../ops/op.js";
import type { TensorData } from "../tensor/dtype.js";
import { showShape, type PartialShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { check } from "../util/errors.js";
import { withDefaults, type Named } from "../util/named.js";
import { checkLabelValues, labelsFit, type LabelKind } from "./labels.js";

export interface Loss extends Named {
  /** What the labels must be. */
  readonly labels: LabelKind;
  /**
   * One value for each sample or time step: y_pred's shape without its last axis. Differentiable in yPred only.
   * @param weighted the values will be weighed or masked, so that one number for the whole batch will not do
   * @param mask int32 [B, T] of the prediction, 1 = use; for losses of whole sequences, which give one value for each sample
   * @throws SluiceError when the shapes do not fit each other
   */
  call(yTrue: Tensor, yPred: Tensor, weighted?: boolean, mask?: Tensor | null): Tensor;
  /** Raises an error when outputs of this shape and activation cannot be what the loss expects. */
  checkOutput(where: string, output: PartialShape, activation?: string): void;
  /** Raises an error when the labels' shape does not fit the output, or names the first label that the loss cannot take. */
  checkLabels(where: string, yTrue: Tensor, output: PartialShape): void;
}

/** One row: labels t from ti on, n predictions p from i on; writes the n slopes to dp from i on and returns the loss. */
export type Row = (t: TensorData, ti: number, p: TensorData, dp: TensorData, i: number, n: number) => number;

export interface LossParts {
  row: Row;
  /** Default "values". */
  labels?: LabelKind;
  /** Replaces the row where there is a kernel for it. */
  call?: (yTrue: Tensor, yPred: Tensor) => Tensor;
  checkOutput?: (where: string, units: number | null, activation: string | undefined) => void;
}

/** Makes the factory of a loss from its name, the defaults of its options, and its row. */
export function defineLoss<C extends object>(name: string, defaults: C, make: (config: C, where: string) => LossParts) {
  return (options: Partial<C> = {}): Loss => {
    const config = withDefaults(`loss ${name}`, defaults, options);
    const { row, labels = "values", call, checkOutput } = make(config, `loss ${name}`);
    return {
      className: name,
      config: config as Record<string, unknown>,
      labels,
      call: call ?? ((yTrue, yPred) => rowLoss(name, labels, yTrue, yPred, row)),
      checkOutput: (where, output, activation) =>
        checkOutput?.(`${where}: loss ${name}`, output.at(-1) ?? null, activation),
      checkLabels: (where, yTrue, output) => checkLabelValues(`${where}: loss ${name}`, labels, yTrue, output),
    };
  };
}

function rowLoss(name: string, labels: LabelKind, yTrue: Tensor, yPred: Tensor, row: Row): Tensor {
  checkShapes(name, labels, yTrue, yPred);
  return op(name, [yTrue, yPred], ([t, p0], scope) => {
    const p = asFloat(p0!, scope);
    const n = p.shape.at(-1)!;
    const rows = n && p.size / n;
    const y = scope.alloc(p.shape.slice(0, -1));
    const slope = scope.alloc(p.shape);
    const [tData, pData, yData, dData] = [t!.data, p.data, y.data, slope.data];
    const perRow = rows && t!.size / rows;
    for (let r = 0; r < rows; r++) yData[r] = row(tData, r * perRow, pData, dData, r * n, n);
    scope.record([p], [y], () =>
      scope.assignGrad(p, (dx) => scaleRows(scope.kernels.memory.floats(dx, p.size), y.grad!.data, slope.data, n)),
    );
    return y;
  });
}

/** dx[r, :] = dy[r] · slope[r, :] */
function scaleRows(dx: TensorData, dy: TensorData, slope: TensorData, n: number): void {
  for (let i = 0; i < dx.length; i++) dx[i] = dy[n === 1 ? i : Math.floor(i / n)]! * slope[i]!;
}

export function checkShapes(name: string, labels: LabelKind, yTrue: Tensor, yPred: Tensor): void {
  check(yPred.rank > 0 && labelsFit(labels, yTrue.shape, yPred.shape), () => {
    return `loss ${name}: labels ${showShape(yTrue.shape)} do not fit predictions ${showShape(yPred.shape)}`;
  });
  check(
    !yTrue.tracked,
    () => `loss ${name}: no gradient flows to the labels; swap the arguments, or detach yTrue with toHost()`,
  );
}

/** A row of the losses that go element by element: the mean of value(t, p), with the slope ∂value/∂p. */
export function meanOf(value: (t: number, p: number) => number, slope: (t: number, p: number) => number): Row {
  return (t, ti, p, dp, i, n) => {
    let sum = 0;
    for (let c = 0; c < n; c++) {
      sum += value(t[ti + c]!, p[i + c]!);
      dp[i + c] = slope(t[ti + c]!, p[i + c]!) / n;
    }
    return sum / n;
  };
}
