import { bring } from "../../ops/backend.js";
import type { RecurrentOptions } from "../../ops/recurrent.js";
import type { Shape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { SluiceError } from "../../util/errors.js";
import { Layer, type CallContext, type LayerConfig } from "../layer.js";
import type { Parameter } from "../parameter.js";
import { weightChoices } from "../weight-choices.js";
import type { CellRunner } from "./scan.js";

/** What a cell is told beside input and states. */
export interface CellContext extends CallContext {
  /** [B, H] factors on the state before it meets the recurrent weights, the same at every step; null = none. */
  readonly stateDropout: Tensor | null;
}

/** A cell as one operation over all steps: which kernel, and the weights it takes. */
export interface FusedCell extends Omit<RecurrentOptions, "reverse" | "zeroOutputForMask"> {
  readonly W: Parameter;
  readonly U: Parameter;
  readonly b: Parameter | null;
}

/**
 * One time step of a recurrent layer. `call([x, ...states])` with x [B, D] gives [output, ...newStates]; the layer `rnn({ cell })`
 * runs it over the time axis. To write one, extend this class as you would `Layer`.
 */
export abstract class RecurrentCell<C extends LayerConfig = LayerConfig> extends Layer<C> {
  /** Sizes of the states, such as [H] or [H, H]. */
  abstract readonly stateSizes: readonly number[];
  /** Size of the output. */
  abstract readonly outputSize: number;
  abstract override call(inputs: Tensor[], context: CellContext): Tensor[];
  /** Share of the inputs dropped in training, the same ones at every step. */
  readonly dropout: number = 0;
  /** Share of the state dropped in training before it meets the recurrent weights, the same at every step. */
  readonly recurrentDropout: number = 0;
  /** The cell as one fused operation, or null when a setting has no fused form. */
  get fused(): FusedCell | null {
    return null;
  }
  /** For a cell with an operation of its own over all steps: how it is run. Left out: by the fused operation, else step by step. */
  runner?(): CellRunner;

  /** With layerNormalization: a gain, and how the cell then runs, which is fetched while the layer is made. */
  protected normalize(gain: string, shape: Shape): void {
    this.addWeight(gain, shape, { initializer: weightChoices.initializer("ones", this.label) });
    this.runner = () => {
      throw new SluiceError(`${this.label}: await ready() first`);
    };
    bring(import("./normalized-cell.js").then(({ normalizedCell }) => Object.assign(this, normalizedCell(this))));
  }
}
