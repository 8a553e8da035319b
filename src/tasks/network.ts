import { layers, optimizers, type Optimizer, type SymbolicTensor } from "sluice";

/** The options of the network that build its recurrent part. */
export interface RecurrentOptions {
  readonly cell: "gru" | "lstm" | "simpleRnn";
  readonly units: readonly number[];
  readonly bidirectional: boolean;
  readonly dropout: number;
}

const CELLS = { gru: layers.gru, lstm: layers.lstm, simpleRnn: layers.simpleRnn };

/**
 * Stacked recurrent layers, with dropout after each.
 * @param x [B, T, D]
 * @param returnSequences whether the last layer gives all steps, [B, T, H], or the last one, [B, H]; H doubles where it reads both ways
 */
export function recurrentStack(x: SymbolicTensor, options: RecurrentOptions, returnSequences: boolean): SymbolicTensor {
  const { cell, units, bidirectional, dropout } = options;
  return units.reduce((h, width, i) => {
    const layer = CELLS[cell]({ units: width, returnSequences: returnSequences || i < units.length - 1 });
    const out = (bidirectional ? layers.bidirectional({ layer }) : layer).apply(h);
    return dropout > 0 ? layers.dropout({ rate: dropout }).apply(out) : out;
  }, x);
}

/**
 * One recurrent layer, all its steps and what it knows at the end, which with masks or two directions is not the last step's output.
 * @returns sequences [B, T, H] and last [B, H]; H doubles where it reads both ways
 */
export function recurrentWithLast(
  x: SymbolicTensor,
  options: RecurrentOptions,
): { sequences: SymbolicTensor; last: SymbolicTensor } {
  const { cell, units, bidirectional } = options;
  const layer = CELLS[cell]({ units: units.at(-1)!, returnSequences: true, returnState: true });
  const [sequences, ...states] = (bidirectional ? layers.bidirectional({ layer }) : layer).apply(x, "all");
  // An LSTM's states are h and c for each direction; what it knows is h.
  const ends = states.filter((_, i) => cell !== "lstm" || i % 2 === 0);
  return { sequences: sequences!, last: ends.length === 1 ? ends[0]! : layers.concatenate().apply(ends) };
}

/** Adam, or AdamW with weight decay; clipped where `clipNorm` is above 0. */
export function optimizerOf(o: { learningRate: number; weightDecay: number; clipNorm: number }): Optimizer {
  const { learningRate, weightDecay } = o;
  const clipping = o.clipNorm > 0 ? { globalClipNorm: o.clipNorm } : {};
  return weightDecay > 0
    ? optimizers.adamW({ learningRate, weightDecay, ...clipping })
    : optimizers.adam({ learningRate, ...clipping });
}
