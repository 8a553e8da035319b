import type { Random, Tensor } from "sluice";
import type { View } from "../protocol.js";

export interface Samples {
  /** [N, T, D], or [N, T] of indices. */
  readonly x: Tensor;
  /** [N, T, 1], or [N, 1] where only the end is asked for; [N, T] of indices. */
  readonly y: Tensor;
}

/** A sample to look at, and what the network answers after each of its steps gives to see. */
export interface Example {
  readonly x: Tensor;
  /** @param outputs [T, K] @param stream from the state after the last step on */
  view(outputs: Float32Array, stream: Continue): View;
}

/** A network that can be stepped on from the example's end. */
export interface Continue {
  readonly random: Random;
  readonly temperature: number;
  /** Forgets everything, then reads what is given, step by step, and gives the last answer. */
  read(frames: Iterable<number>): ArrayLike<number>;
  step(frame: number): ArrayLike<number>;
}

export interface Problem {
  /** Features of a step, or how many kinds of tokens there are. */
  readonly input: { readonly features: number } | { readonly tokens: number };
  readonly head: { readonly units: number; readonly activation: "linear" | "sigmoid" | "softmax" };
  readonly loss: "meanSquaredError" | "binaryCrossentropy" | "sparseCategoricalCrossentropy";
  /** Whether an answer is asked for after each step or at the end alone. */
  readonly everyStep: boolean;
  draw(count: number, steps: number, random: Random): Samples;
  example(steps: number, random: Random): Example;
  /** The loss on these samples of what needs no network. */
  baseline(samples: Samples): number;
  /** Whether an answer is right; left out where answers are only nearer or farther. */
  right?(truth: number, answer: number): boolean;
}
