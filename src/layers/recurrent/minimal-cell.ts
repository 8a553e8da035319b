import type { MinimalCell } from "../../kernels/gated-scan.js";
import { gatedScan } from "../../ops/gated-scan.js";
import { needSequences } from "../../ops/need-sequences.js";
import { reshape } from "../../ops/reshape.js";
import type { PartialShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Initializer } from "../../initializers/index.js";
import { checkChoice, checkCount, checkRange } from "../../util/checks.js";
import type { LayerConfig } from "../layer.js";
import type { Parameter } from "../parameter.js";
import { biasOptions, kernelOptions, type BiasOptions, type KernelOptions } from "../weight-options.js";
import { RecurrentCell } from "./cell.js";
import { minimalRunner } from "./minimal-runner.js";
import type { CellRunner } from "./scan.js";

export const CANDIDATES = ["linear", "positive"] as const;
export type Candidate = (typeof CANDIDATES)[number];

/** What minGru and minLstm have in common. */
export interface MinimalCellConfig extends LayerConfig, KernelOptions, BiasOptions {
  /** H, the size of the state and the output. */
  units: number;
  /**
   * What becomes of the candidate's a = W x + b: "linear" leaves it, "positive" makes it a + ½ for a ≥ 0 and σ(a) below, as the
   * paper's log-space form needs it (kernels here do not), so that the state is positive too. Default "linear".
   */
  candidate?: Candidate;
  /** Default true. */
  useBias?: boolean;
  /** Where the bias that keeps the state starts: f of minLstm, −z of minGru. 5 remembers some 150 steps at first. Default 0. */
  forgetBias?: number;
  /** Share of the inputs dropped in training, the same ones at every step, 0 to 1. Default 0. */
  dropout?: number;
  /** Seed of the dropout masks; left out, they follow the model's generator. */
  seed?: number | null;
}

export const minimalDefaults = {
  units: undefined,
  candidate: "linear",
  useBias: true,
  forgetBias: 0,
  dropout: 0,
  seed: null,
  ...kernelOptions.defaults,
  ...biasOptions.defaults,
};

/** A cell whose gates and candidate see the input alone; the two kinds differ in how many gates there are. */
export abstract class MinimalRecurrentCell extends RecurrentCell<MinimalCellConfig> {
  abstract readonly kind: MinimalCell;
  readonly stateSizes: readonly number[];
  readonly outputSize: number;
  override readonly dropout: number;
  /** [D, G·H] */
  W!: Parameter;
  /** [G·H] */
  b: Parameter | null = null;

  constructor(config: MinimalCellConfig) {
    super(config, minimalDefaults);
    checkMinimal(this.label, this.config);
    this.stateSizes = [config.units];
    this.outputSize = config.units;
    this.dropout = this.config.dropout!;
    needSequences();
  }

  get positive(): boolean {
    return this.config.candidate === "positive";
  }

  override build([shape]: PartialShape[]): void {
    const { units: H, useBias, forgetBias } = this.config;
    const G = this.kind === "minGru" ? 2 : 3;
    const kernel = kernelOptions.resolve(this.config, this.label);
    this.W = this.addWeight("kernel", [this.lastSize(shape!), G * H], kernel);
    if (!useBias) return;
    const options = biasOptions.resolve(this.config, this.label);
    const first = this.kind === "minGru" ? -forgetBias! : forgetBias!;
    const initializer = first === 0 ? options.initializer : withFirst(options.initializer, first, H);
    this.b = this.addWeight("bias", [G * H], { ...options, initializer });
  }

  computeOutputShape([x]: PartialShape[]): PartialShape[] {
    const shape = [x?.[0] ?? null, this.config.units];
    return [shape, shape];
  }

  call([x, h]: Tensor[]): Tensor[] {
    const [B, D] = x!.shape as [number, number];
    const inputs = { x: reshape(x!, [B, 1, D]), W: this.W, b: this.b, h0: h!, mask: null };
    const [, next] = gatedScan(inputs, {
      cell: this.kind,
      positive: this.positive,
      reverse: false,
      zeroOutputForMask: false,
    });
    return [next, next];
  }

  override runner(): CellRunner {
    return minimalRunner;
  }
}

export function checkMinimal(label: string, config: MinimalCellConfig): void {
  checkCount(label, "units", config.units);
  checkChoice(label, "candidate", config.candidate, CANDIDATES);
  checkRange(label, "forgetBias", config.forgetBias);
  checkRange(label, "dropout", config.dropout, 0, 1);
}

/** The bias as asked for, but `value` for the first gate. */
function withFirst(initializer: Initializer, value: number, H: number): Initializer {
  return { ...initializer, init: (shape, random) => initializer.init(shape, random).fill(value, 0, H) };
}
