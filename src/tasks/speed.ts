/** What a network costs in time, on this machine. */
import { model, type Callback, type Model } from "sluice";
import { RecurrentLayer } from "../layers/recurrent/recurrent-layer.js";
import { whyNotSteppable } from "./views/steppable.js";

/** Times the epochs of one training, validation included. */
export class EpochTimer implements Callback {
  readonly #seconds: number[] = [];
  #begin = 0;

  onEpochBegin(): void {
    this.#begin = performance.now();
  }

  onEpochEnd(): void {
    this.#seconds.push((performance.now() - this.#begin) / 1000);
  }

  /** Of the epochs that ended; null where none did. */
  get median(): number | null {
    return this.#seconds.length === 0 ? null : medianOf(this.#seconds);
  }
}

/** Milliseconds before rounds are timed: the first network of several must not pay for the compiler of all. */
const WARM_UP = 100;
/** Of a round at least, so that the clock's own grain does not count. */
const ROUND = 5;
const ROUNDS = 9;

/**
 * Microseconds that `model.stream()` takes for one step of one sequence, the median of several rounds. Where other layers need the whole
 * window, such as a linear model beside the network, it is that of the recurrent layers alone; null where these cannot be run so either.
 */
export function stepMicroseconds(network: Model): number | null {
  const steppable = [network, recurrentPart(network)].find((part) => part !== null && whyNotSteppable(part) === null);
  return steppable ? streamMicroseconds(steppable) : null;
}

/** From the inputs to the last recurrent layer. */
function recurrentPart({ inputs, nodes }: Model): Model | null {
  const last = nodes.findLast(({ layer }) => layer instanceof RecurrentLayer);
  if (!last) return null;
  const [outputs] = last.outputs;
  const needed = new Set(nodesBefore(last));
  return model({ inputs: inputs.filter(({ node }) => needed.has(node)), outputs: outputs! });
}

function nodesBefore(node: Model["nodes"][number]): Model["nodes"][number][] {
  return [node, ...node.inputs.flatMap((input) => nodesBefore(input.node))];
}

function streamMicroseconds(model: Model): number {
  const stream = model.stream();
  // int32 [batch, time], [batch, features] without time, or [batch, time, features …].
  const frames = model.inputs.map(({ shape, dtype }) => {
    const features = dtype === "int32" ? [1] : shape.length === 2 ? shape.slice(1) : shape.slice(2);
    return new Float32Array(features.reduce<number>((product, n) => product * n!, 1));
  });
  const run = (steps: number) => {
    const begin = performance.now();
    for (let i = 0; i < steps; i++) stream.step(...frames);
    return performance.now() - begin;
  };
  for (let spent = 0; spent < WARM_UP;) spent += run(100);
  let steps = 100;
  while (run(steps) < ROUND) steps *= 2;
  return medianOf(Array.from({ length: ROUNDS }, () => (1000 * run(steps)) / steps));
}

function medianOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
