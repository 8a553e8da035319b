// A GRU layer written from the library's tensor operations: what it takes to add a layer of one's own, with initializers,
// regularizers, returnSequences and returnState. The gradient comes by itself. It computes what layers.gru computes (a test holds
// it to that), step by step instead of in one fused kernel. custom-gru.ts trains it.
import {
  type InitializerLike,
  Layer,
  type LayerConfig,
  ops,
  type Parameter,
  type PartialShape,
  type RegularizerLike,
  resolveInitializer,
  resolveRegularizer,
  type Tensor,
} from "sluice";

export interface MyGRUConfig extends LayerConfig {
  units: number;
  kernelInitializer?: InitializerLike;
  recurrentInitializer?: InitializerLike;
  biasInitializer?: InitializerLike;
  kernelRegularizer?: RegularizerLike | null;
  recurrentRegularizer?: RegularizerLike | null;
  /** Outputs of all steps [B, T, H] instead of the last one [B, H]. */
  returnSequences?: boolean;
  /** Also the last state [B, H], as a second output. */
  returnState?: boolean;
}

export class MyGRU extends Layer<MyGRUConfig> {
  static override readonly className = "MyGRU";
  #W!: Parameter;
  #U!: Parameter;
  #b!: Parameter;

  constructor(config: MyGRUConfig) {
    // The second argument lists every option with its default; other names are refused.
    super(config, {
      units: undefined,
      kernelInitializer: "glorotUniform",
      recurrentInitializer: "orthogonal",
      biasInitializer: "zeros",
      kernelRegularizer: null,
      recurrentRegularizer: null,
      returnSequences: false,
      returnState: false,
    });
  }

  override build([x]: PartialShape[]): void {
    const { units: H, kernelInitializer, recurrentInitializer, biasInitializer } = this.config;
    const { kernelRegularizer, recurrentRegularizer } = this.config;
    this.#W = this.addWeight("kernel", [this.lastSize(x!), 3 * H], {
      initializer: resolveInitializer(kernelInitializer!, `${this.label}: kernelInitializer`),
      regularizer: resolveRegularizer(kernelRegularizer, `${this.label}: kernelRegularizer`),
    });
    this.#U = this.addWeight("recurrentKernel", [H, 3 * H], {
      initializer: resolveInitializer(recurrentInitializer!, `${this.label}: recurrentInitializer`),
      regularizer: resolveRegularizer(recurrentRegularizer, `${this.label}: recurrentRegularizer`),
    });
    const initializer = resolveInitializer(biasInitializer!, `${this.label}: biasInitializer`);
    this.#b = this.addWeight("bias", [2, 3 * H], { initializer });
  }

  computeOutputShape([x]: PartialShape[]): PartialShape[] {
    this.checkRank(x, 3, "[batch, time, features]");
    const [B, T] = x!;
    const state = [B!, this.config.units];
    const output = this.config.returnSequences ? [B!, T!, this.config.units] : state;
    return this.config.returnState ? [output, state] : [output];
  }

  call([x, initial]: Tensor[]): Tensor[] {
    const H = this.config.units;
    const [B, T] = x!.shape as [number, number, number];
    const [b, c] = ops.unstack(this.#b);
    const all = ops.unstack(ops.add(ops.matmul(x!, this.#W), b!), 1); // the inputs' share of all T steps in one product
    let h = initial ?? ops.zeros([B, H]);
    const outputs: Tensor[] = [];
    for (let t = 0; t < T; t++) {
      const [xz, xr, xg] = ops.split(all[t]!, 3);
      const [hz, hr, hg] = ops.split(ops.add(ops.matmul(h, this.#U), c!), 3);
      const z = ops.sigmoid(ops.add(xz!, hz!));
      const r = ops.sigmoid(ops.add(xr!, hr!));
      const g = ops.tanh(ops.add(xg!, ops.mul(r, hg!)));
      h = ops.add(ops.mul(z, h), ops.mul(ops.sub(1, z), g));
      outputs.push(h);
    }
    const output = this.config.returnSequences ? ops.stack(outputs, 1) : h;
    return this.config.returnState ? [output, h] : [output];
  }
}
