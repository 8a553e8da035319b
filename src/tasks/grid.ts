import { check, show } from "../util/errors.js";

/** Values to try, by option. */
export type Grid = Readonly<Record<string, readonly unknown[]>>;

/** More would train for days without anyone having meant it. */
const MOST = 500;

/** Every combination, the last option changing fastest. */
export function combinationsOf(where: string, grid: Grid): Record<string, unknown>[] {
  const options = Object.entries(grid);
  check(options.length > 0, () => `${where}: give values of at least one option to compare`);
  let all: Record<string, unknown>[] = [{}];
  for (const [name, values] of options) {
    const texts = values.map((value) => JSON.stringify(value));
    const twice = texts.find((text, i) => texts.indexOf(text) < i);
    check(values.length > 0, () => `${where}: ${name} has no values`);
    check(twice === undefined, () => `${where}: ${name} has the value ${twice} twice`);
    all = all.flatMap((before) => values.map((value) => ({ ...before, [name]: value })));
    check(all.length <= MOST, () => `${where}: more than ${MOST} combinations`);
  }
  return all;
}

/** "gru-64-32": what tells a combination's run from the others, in letters that a run's name may have. */
export function slugOfValues(values: Readonly<Record<string, unknown>>): string {
  const texts = Object.values(values).map((value) => (Array.isArray(value) ? value.join("-") : String(value)));
  return texts.map((text) => text.replaceAll(/[^\w-]+/g, "_")).join("-");
}

/** "cell gru, units 64, 32" */
export function showValues(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .map(
      ([name, value]) =>
        `${name} ${Array.isArray(value) ? value.join("+") : typeof value === "string" ? value : show(value)}`,
    )
    .join(", ");
}
