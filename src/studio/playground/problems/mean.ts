/** Mean of what is made of each value. */
export function mean(values: ArrayLike<number>, of: (value: number, i: number) => number = (value) => value): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += of(values[i]!, i);
  return sum / values.length;
}
