/** The other of two classes: the network has one output p for both, so what is found out about it is turned round. */
import type { Explanation, NamedAttribution, NamedNumber } from "./explanation.js";

/** Its probability is 1 − p; its logit, ln((1 − p) / p), is minus that of p. */
export function turnedAttribution(attribution: NamedAttribution): NamedAttribution {
  const { scale, value, baseline, sum, inputs } = attribution;
  const turn = (number: number) => (scale === "logit" ? negative(number) : 1 - number);
  return {
    ...attribution,
    value: turn(value),
    baseline: turn(baseline),
    sum: negative(sum),
    inputs: inputs.map((input) => ({ ...input, scores: input.scores.map(negative) })),
  };
}

export function turnedEffects(effects: Explanation["effects"]): Explanation["effects"] {
  return effects.map((one) => ({ ...one, change: negative(one.change) }));
}

export function turnedNumber({ value }: NamedNumber, name: string): NamedNumber {
  return { name, value: 1 - value };
}

/** Zero stays what it is in JSON. */
function negative(value: number): number {
  return 0 - value;
}
