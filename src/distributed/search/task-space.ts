/** The space of a task's options: names as people write them, values as the task's schema reads them. */
import { z } from "zod";
import { readOptions, unknownOption } from "../../tasks/options.js";
import type { Task } from "../../tasks/task.js";
import { check, show, SluiceError } from "../../util/errors.js";
import { Random } from "../../util/random.js";
import { randomPoint } from "./proposals.js";
import { checkSpace, isActive, readDimension, valueAt, type Dimension, type Point, type Space } from "./space.js";

/** What is usually said for an option. */
const ALIASES: Readonly<Record<string, string>> = { rate: "learningRate" };

/** Stacks `units` so many times. */
const LAYERS = z.int().min(1).max(16);

/** They decide what a value is measured on, or where runs are kept: trials with others could not be compared. */
const SHARED = "target label source horizon id time multiLabel shuffle irregular variable value every validation test testData validationData runs name saveEvery".split(" "); // prettier-ignore

/**
 * Reads `units=32,64`, `layers=1..3`, `rate=log:1e-4..1e-2`; within a value "+" stands for the comma of a list.
 * @throws SluiceError that names the nearest option, or says what is wrong with a value
 */
export function readSpace(task: Task, texts: readonly string[]): Space {
  const schema = schemaOf(task);
  const space = texts.map((text): Dimension => {
    const { name, when, ...rest } = readDimension(text, (own, value) => readValue(text, schema, own, value));
    const known = nameOf(text, schema, name);
    return { ...rest, name: known, ...(when && { when: { ...when, name: nameOf(text, schema, when.name) } }) };
  });
  checkSpace(space);
  return space;
}

/** The task's options, and `layers`. */
function schemaOf({ options }: Task): z.ZodObject {
  return "units" in options.shape ? options.extend({ layers: LAYERS }) : options;
}

function nameOf(text: string, schema: z.ZodObject, given: string): string {
  const name = Object.hasOwn(schema.shape, given) ? given : (ALIASES[given] ?? given);
  if (!Object.hasOwn(schema.shape, name)) throw new SluiceError(`space ${show(text)}: ${unknownOption(given, schema)}`);
  check(!SHARED.includes(name), () => `space ${show(text)}: ${name} must be the same in all trials`);
  return name;
}

/** The first reading that the option takes: a number, yes or no, a list, a text. */
function readValue(text: string, schema: z.ZodObject, given: string, value: string): unknown {
  const name = nameOf(text, schema, given);
  const field = schema.shape[name] as z.ZodType;
  const readings = [...plainOf(value), value.split("+").map((part) => plainOf(part)[0]!)];
  const reading = readings.find((one) => field.safeParse(one).success);
  if (reading === undefined) readOptions(`space ${show(text)}`, z.strictObject({ [name]: field }), { [name]: readings[0] }); // prettier-ignore
  return reading;
}

function plainOf(text: string): unknown[] {
  if (text === "true" || text === "false") return [text === "true", text];
  return text.trim() !== "" && Number.isFinite(Number(text)) ? [Number(text), text] : [text];
}

/** Layers stack the task's own number of units where none are given. */
export function withUnits(task: Task, given: Readonly<Record<string, unknown>>, space: Space): Record<string, unknown> {
  const named = (name: string) => space.some((dimension) => dimension.name === name);
  if (!named("layers") || named("units") || given["units"] !== undefined) return { ...given };
  return { ...given, units: (task.options.shape["units"] as z.ZodType).parse(undefined) };
}

/** All options of a trial. @throws SluiceError where layers cannot be stacked */
export function settingsAt(given: Readonly<Record<string, unknown>>, point: Point): Record<string, unknown> {
  const { layers, ...rest } = point;
  const settings = { ...given, ...rest };
  if (layers === undefined) return settings;
  const units = [settings["units"] ?? []].flat() as unknown[];
  check(units.length === 1, () => `space: layers stack one number of units, got ${units.join("+") || "none"}; give --units, or units in the space`); // prettier-ignore
  return { ...settings, units: Array.from({ length: layers as number }, () => units[0]) };
}

/** What all trials have in common, where the space has no say in it. */
export function commonOf(
  task: Task,
  given: Readonly<Record<string, unknown>>,
  space: Space,
): { seed: number; epochs: number } {
  const read = readOptions("sweep", task.options, settingsAt(given, randomPoint(space, new Random(1))));
  return read as unknown as { seed: number; epochs: number };
}

/**
 * Reads the options of one trial for each value of the space, of a range for both ends, so that a wrong one is known before anything is trained.
 * @param given options that all trials have in common
 * @throws SluiceError that names the option
 */
export function checkSettings(task: Task, given: Readonly<Record<string, unknown>>, space: Space): void {
  for (const dimension of space) {
    const both = given[dimension.name] !== undefined;
    check(!both, () => `sweep: ${dimension.name} is in the space and among the options; leave one of them out`);
    for (const value of edgesOf(dimension)) {
      const point = pointWith(space, dimension, value);
      const where = `space: ${dimension.name} ${show(value)}`;
      if (dimension.name === "layers") readOptions(where, z.strictObject({ layers: LAYERS }), { layers: value });
      readOptions(where, task.options, settingsAt(given, point));
    }
  }
}

/** A point in which the dimension has the value, and those it depends on let it. */
function pointWith(space: Space, wanted: Dimension, value: unknown): Point {
  const point: Record<string, unknown> = {};
  for (const dimension of space) {
    if (dimension === wanted) point[dimension.name] = value;
    else if (isActive(dimension, point))
      point[dimension.name] = dimension.name === wanted.when?.name ? wanted.when.values[0] : edgesOf(dimension)[0];
  }
  return point;
}

function edgesOf(dimension: Dimension): readonly unknown[] {
  // One from the middle: not every option takes what lies between two whole numbers.
  return dimension.kind === "choice" ? dimension.values : [dimension.low, dimension.high, valueAt(dimension, 0.371)];
}
