/** Initializers, regularizers and constraints of a file, in Sluice's names. */
import { constraints, initializers, regularizers, resolveInitializer, SluiceError } from "sluice";
import type { Json } from "../../format/json.js";
import { check, show } from "../../util/errors.js";
import { camelCase, Fields } from "./fields.js";

const KINDS = {
  initializer: Object.keys(initializers),
  regularizer: Object.keys(regularizers),
  constraint: Object.keys(constraints),
};

/** kernel_initializer, embeddings_constraint, activity_regularizer, … */
export const WEIGHT_OPTION = /_(initializer|regularizer|constraint)$/;

/**
 * The options of this kind that the file has. An initializer that is not known here is left to the default: it has done its
 * work, the weights are in the file.
 * @throws SluiceError for a regularizer or a constraint that is not known: further training would not be the same
 */
export function foreignWeightOptions(fields: Fields): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const key of fields.keys) {
    const kind = WEIGHT_OPTION.exec(key)?.[1] as keyof typeof KINDS | undefined;
    const value = fields.get(key);
    if (kind === undefined || value === null || value === undefined) continue;
    const named = namedOption(value, kind, `${fields.where}: ${key}`);
    if (named !== undefined) options[camelCase(key)] = named;
  }
  return options;
}

function namedOption(value: Json, kind: keyof typeof KINDS, where: string): unknown {
  const { name, config } = partsOf(value, where);
  const known = KINDS[kind].find(
    (other) =>
      other.toLowerCase() ===
      name
        .replace(/(?<=.)(Regularizer|Initializer)$/, "")
        .replaceAll("_", "")
        .toLowerCase(),
  );
  if (known === undefined) {
    check(kind === "initializer", () => `${where}: there is no ${kind} ${show(name)} here; is it a custom object?`);
    return undefined;
  }
  const options = Object.entries(config).map(([key, option]) => [camelCase(key), typeof option === "string" ? camelCase(option) : option]); // prettier-ignore
  const given = options.filter(([key, option]) => option !== null && !(kind === "initializer" && key === "dtype"));
  const made = { className: known, config: Object.fromEntries(given) };
  return kind === "initializer" && !isKnown(made, where) ? undefined : made;
}

/** Also the options of an initializer may be others than here, such as the distribution "normal". */
function isKnown(made: { className: string; config: object }, where: string): boolean {
  try {
    return resolveInitializer(made as never, where) !== null;
  } catch (cause) {
    if (cause instanceof SluiceError) return false;
    throw cause;
  }
}

function partsOf(value: Json, where: string): { name: string; config: { [name: string]: Json } } {
  if (typeof value === "string") return { name: value, config: {} };
  const fields = new Fields(value, where);
  const config = fields.get("config") ?? {};
  // A registered function of the user's: its name stands where others have their options.
  if (typeof config !== "object" || Array.isArray(config)) return { name: String(config), config: {} };
  return { name: fields.text("class_name"), config: config as { [name: string]: Json } };
}
