import { checkOptions, nearest } from "./checks.js";
import { SluiceError, show } from "./errors.js";

/**
 * What is chosen by name and saved with a model: initializers, regularizers, constraints, schedules. `config` is plain JSON,
 * and the factory called `className` makes the same thing of it again.
 */
export interface Named {
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** Makers by name; each takes its own options. */
export type Factories<T extends Named> = Readonly<Record<string, (options: never) => T>>;

/** Makes what a name (default options) or a saved `{ className, config }` stands for. */
export function makeNamed<T extends Named>(where: string, kind: string, factories: Factories<T>, value: unknown): T {
  const [name, config] = typeof value === "string" ? [value, {}] : savedParts(where, kind, value);
  if (!Object.hasOwn(factories, name)) {
    const known = Object.keys(factories);
    const hint = nearest(name, known);
    const tail = hint ? `did you mean ${show(hint)}?` : `known: ${known.join(", ")}`;
    throw new SluiceError(`${where}: there is no ${kind} ${show(name)}; ${tail}`);
  }
  return factories[name]!(config as never);
}

function savedParts(where: string, kind: string, value: unknown): [string, object] {
  const { className, config = {} } = (value ?? {}) as { className?: unknown; config?: unknown };
  if (typeof className === "string" && typeof config === "object" && config !== null) return [className, config];
  throw new SluiceError(`${where}: the ${kind} must be a name or { className, config }, got ${show(value)}`);
}

/** `defaults` overridden by the options that are given (undefined counts as not given); any other name is an error. */
export function withDefaults<C extends object>(where: string, defaults: C, options: Partial<C>): C {
  checkOptions(where, options, Object.keys(defaults));
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(given) };
}

/** Without the options that are not set, so that a saved configuration holds plain JSON. */
export function definedOnly(options: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
