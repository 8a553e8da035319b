import { columnOf, type Table } from "../../data/index.js";
import { check, show } from "../../util/errors.js";
import type { RegressOptions } from "./options.js";

/** A column of features: numbers, or texts of which each becomes a column of 0 and 1. */
export interface Feature {
  readonly name: string;
  readonly type: "number" | "text";
}

/** What each column of the table is for. */
export interface Roles {
  readonly target: string;
  readonly features: readonly Feature[];
  readonly id: string | null;
  readonly time: string | null;
}

/** A column of more different texts is a name or a note, not a category, unless it is asked for. */
const MOST_CATEGORIES = 50;

/**
 * The columns that were asked for, or all that can be used: numbers, and texts of at most 50 kinds.
 * @throws SluiceError for a column that is not there, or cannot be used
 */
export function rolesOf(
  where: string,
  table: Table,
  options: Pick<RegressOptions, "target" | "features" | "id" | "time">,
  warn: (message: string) => void,
): Roles {
  const { target, id = null, time = null } = options;
  for (const name of [target, id, time]) if (name !== null) columnOf(where, table, name);
  check(time === null || id !== null, () => `${where}: time orders the rows of a sequence; give id too`);
  const taken = [target, id, time];
  const given = options.features?.map((name) => {
    check(!taken.includes(name), () => `${where}: column ${show(name)} cannot be a feature and target, id or time too`);
    return asked(where, table, name);
  });
  const features = given ?? usable(table, taken, warn);
  check(features.length > 0, () => `${where}: ${table.source} has no columns to find ${show(target)} out from`);
  return { target, features, id, time };
}

function asked(where: string, table: Table, name: string): Feature {
  const { type } = columnOf(where, table, name);
  check(type !== "date", () => {
    return `${where}: column ${show(name)} of ${table.source} holds dates, which are no features; turn them into numbers first, or leave them out`;
  });
  return { name, type };
}

function usable(table: Table, taken: readonly (string | null)[], warn: (message: string) => void): Feature[] {
  return table.columns.flatMap(({ name, type, values }): Feature[] => {
    if (taken.includes(name)) return [];
    const why =
      type === "date"
        ? "it holds dates"
        : type === "text" && new Set(values).size > MOST_CATEGORIES
          ? `it has more than ${MOST_CATEGORIES} different texts`
          : null;
    if (why === null) return [{ name, type: type as Feature["type"] }];
    warn(`column ${show(name)} is left out: ${why}`);
    return [];
  });
}
