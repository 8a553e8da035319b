/** What may be tried: by option its values, or a range, and on what it depends. */
import { nearest } from "../../util/checks.js";
import { check, show, SluiceError } from "../../util/errors.js";

/** One option of the space. */
export type Dimension = {
  readonly name: string;
  /** Only in trials where another option, which stands before it, has one of these values. */
  readonly when?: { readonly name: string; readonly values: readonly unknown[] };
} & (
  | { readonly kind: "choice"; readonly values: readonly unknown[] }
  /** Numbers from low to high; `log`: each factor is as likely as another. */
  | {
      readonly kind: "range";
      readonly low: number;
      readonly high: number;
      readonly log: boolean;
      readonly whole: boolean;
    }
);

export type Space = readonly Dimension[];
export type Range = Dimension & { readonly kind: "range" };
export type Choice = Dimension & { readonly kind: "choice" };

/** The values of one trial; an option whose condition is not met is not in it. */
export type Point = Readonly<Record<string, unknown>>;

/**
 * Reads one dimension: `units=32,64,128`, `layers=1..3`, `dropout=0..0.5`, `rate=log:1e-4..1e-2`, and with a condition behind "?",
 * `recurrentDropout=0..0.5?cell=gru,lstm`. A range of two whole numbers is one of whole numbers, unless it is written with a point (`0.0..1.0`).
 * @param read gives a value of the option for its text
 * @throws SluiceError that says what is wrong with it
 */
export function readDimension(text: string, read: (name: string, text: string) => unknown): Dimension {
  const where = `space ${show(text)}`;
  const { name, values, condition } = partsOf(text);
  check(name !== undefined && values !== "", () => `${where}: expected NAME=VALUE,VALUE or NAME=LOW..HIGH`);
  const when = condition === undefined ? {} : { when: readCondition(where, condition, read) };
  const range = /^(?<log>log:)?(?<low>[^.,]*?(?:\.\d[^.,]*)?)\.\.(?<high>[^,]+)$/.exec(values)?.groups;
  if (!range) {
    check(!values.includes(".."), () => `${where}: expected a range LOW..HIGH, got ${show(values)}`);
    const list = values.split(",").map((value) => read(name, value));
    check(new Set(list.map((value) => JSON.stringify(value))).size === list.length, () => `${where}: a value stands twice`); // prettier-ignore
    return { name, kind: "choice", values: list, ...when };
  }
  const [low, high] = [range["low"]!, range["high"]!].map((end) => numberOf(where, end)) as [number, number];
  check(low < high, () => `${where}: the low end must be below the high one, got ${low} and ${high}`);
  const log = range["log"] !== undefined;
  check(!log || low > 0, () => `${where}: a range of logarithms must be above 0, got ${low}`);
  const whole = [range["low"]!, range["high"]!].every((end) => /^-?\d+$/.test(end));
  return { name, kind: "range", low, high, log, whole, ...when };
}

function partsOf(text: string): { name?: string; values: string; condition?: string } {
  const { name, values, condition } = /^(?<name>\w+)=(?<values>[^?]*)(?:\?(?<condition>.*))?$/.exec(text)?.groups ?? {};
  return { ...(name && { name }), values: values ?? "", ...(condition !== undefined && { condition }) };
}

function readCondition(where: string, text: string, read: (name: string, text: string) => unknown) {
  const { name, values } = partsOf(text);
  check(name !== undefined && values !== "", () => `${where}: expected a condition NAME=VALUE,VALUE behind "?", got ${show(text)}`); // prettier-ignore
  return { name, values: values.split(",").map((value) => read(name, value)) };
}

function numberOf(where: string, text: string): number {
  const value = Number(text);
  check(text.trim() !== "" && Number.isFinite(value), () => `${where}: expected a number, got ${show(text)}`);
  return value;
}

/** @throws SluiceError for an option that stands twice, or a condition on one that does not stand before it */
export function checkSpace(space: Space): void {
  check(space.length > 0, () => "space: give values or a range of at least one option");
  const before: Dimension[] = [];
  for (const dimension of space) {
    const { name, when } = dimension;
    check(before.every((one) => one.name !== name), () => `space: ${name} stands twice`); // prettier-ignore
    if (when) checkCondition(name, when, before);
    before.push(dimension);
  }
}

function checkCondition(name: string, when: NonNullable<Dimension["when"]>, before: readonly Dimension[]): void {
  const on = before.find((one) => one.name === when.name);
  if (!on) {
    const hint = nearest(when.name, before.map((one) => one.name)); // prettier-ignore
    throw new SluiceError(`space: ${name} depends on ${when.name}, which must stand before it${hint ? `; did you mean ${hint}?` : ""}`); // prettier-ignore
  }
  if (on.kind !== "choice")
    throw new SluiceError(`space: ${name} depends on ${on.name}, of which values must be listed${listOf(on)}`);
  const odd = when.values.find((value) => !on.values.some((known) => same(known, value)));
  check(odd === undefined, () => `space: ${name} depends on ${on.name} ${show(odd)}, which is not among its values`);
}

/** How a range of few whole numbers is written as a list. */
function listOf(range: Range): string {
  const few = range.whole && range.high - range.low < 20;
  return few ? `: write ${range.name}=${listedValues(range).join(",")}` : "";
}

export const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Whether the dimension counts for a trial with these values so far. */
export function isActive({ when }: Dimension, point: Point): boolean {
  return when === undefined || when.values.some((value) => same(value, point[when.name]));
}

/** The value at u, from 0 to 1: of a choice the one whose share u lies in. */
export function valueAt(dimension: Dimension, u: number): unknown {
  if (dimension.kind === "choice")
    return dimension.values[Math.min(dimension.values.length - 1, Math.floor(u * dimension.values.length))];
  const { low, high, log, whole } = dimension;
  const [from, to] = endsOf(dimension);
  const value = log ? Math.exp(from + (to - from) * u) : from + (to - from) * u;
  return Math.min(high, Math.max(low, whole ? Math.round(value) : value));
}

/** Where a value of a range lies, from 0 to 1. */
export function placeOf(dimension: Range, value: number): number {
  const [from, to] = endsOf(dimension);
  return ((dimension.log ? Math.log(value) : value) - from) / (to - from);
}

/** Of whole numbers half a number beyond the ends, so that each has the same share; as logarithms where these are drawn. */
function endsOf({ low, high, log, whole }: Range): [number, number] {
  const ends = whole ? [low - 0.5, high + 0.5] : [low, high];
  return ends.map((end) => (log ? Math.log(end) : end)) as [number, number];
}

/** A point of which each active dimension is chosen by `choose`, in order. */
export function pointOf(space: Space, choose: (dimension: Dimension) => unknown): Point {
  const point: Record<string, unknown> = {};
  for (const dimension of space) if (isActive(dimension, point)) point[dimension.name] = choose(dimension);
  return point;
}

/** Points one after another, the last dimension changing fastest. @param space of choices and ranges of whole numbers */
export function* pointsOf(space: Space, point: Point = {}): Generator<Point> {
  const [dimension, ...rest] = space;
  if (dimension === undefined) yield point;
  else if (!isActive(dimension, point)) yield* pointsOf(rest, point);
  else for (const value of listedValues(dimension)) yield* pointsOf(rest, { ...point, [dimension.name]: value });
}

/** Whether there are only so many points: what a condition names can always be met. */
export const isFiniteSpace = (space: Space): boolean => space.every((one) => one.kind === "choice" || one.whole);

/** How many points there are, or `most` where there are more. */
export function countPoints(space: Space, most: number): number {
  if (!isFiniteSpace(space)) return most;
  let count = 0;
  for (const _ of pointsOf(space)) if (++count >= most) break;
  return count;
}

/** What is the same for equal points alone. */
export const keyOf = (point: Point): string => JSON.stringify(point);

/** Every combination, the last dimension changing fastest. @throws SluiceError for a range that is not of few whole numbers */
export function allPoints(space: Space): Point[] {
  for (const dimension of space) checkListed(dimension);
  const most = MOST_POINTS + 1;
  check(countPoints(space, most) < most, () => `space: more than ${MOST_POINTS} combinations`);
  return [...pointsOf(space)];
}

/** More would train for weeks without anyone having meant it. */
const MOST_POINTS = 10_000;

function checkListed(dimension: Dimension): void {
  const listed = dimension.kind === "choice" || dimension.whole;
  check(listed, () => `space: a grid needs the values of ${dimension.name}: list them, ${dimension.name}=A,B,C`);
}

function listedValues(dimension: Dimension): readonly unknown[] {
  if (dimension.kind === "choice") return dimension.values;
  const { low, high } = dimension;
  return Array.from({ length: high - low + 1 }, (_, i) => low + i);
}
