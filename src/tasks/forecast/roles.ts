import { columnOf, type Table } from "../../data/index.js";
import { check, show } from "../../util/errors.js";

/** Which column plays which part. */
export interface Roles {
  readonly time: string | null;
  readonly id: string | null;
  readonly targets: readonly string[];
  /** Covariates known up to the present. */
  readonly past: readonly string[];
  /** Covariates known in the future too. */
  readonly future: readonly string[];
  /** What says of each series what it is. */
  readonly categories?: readonly string[];
}

interface Wanted {
  readonly target: readonly string[];
  readonly time?: string | undefined;
  readonly id?: string | undefined;
  readonly past?: "all" | readonly string[] | undefined;
  readonly future?: readonly string[] | undefined;
  readonly categories?: readonly string[] | undefined;
}

/** @throws SluiceError for a column that is not there, one with two parts, or more than one that could be the time */
export function rolesOf(where: string, table: Table, wanted: Wanted): Roles {
  const { target: targets, id = null, future = [], categories } = wanted;
  for (const name of [...targets, ...future, ...(categories ?? []), ...(id === null ? [] : [id])])
    columnOf(where, table, name);
  const time = wanted.time ?? onlyDate(where, table, [...targets, ...future, id]);
  if (time !== null) columnOf(where, table, time);
  const taken = [...targets, ...future, ...(categories ?? []), time, id];
  const rest = table.columns.filter((c) => c.type === "number" && !taken.includes(c.name));
  const past = wanted.past === "all" ? rest.map((c) => c.name) : (wanted.past ?? []);
  for (const name of past) columnOf(where, table, name);
  const all = [...targets, ...past, ...future, ...(categories ?? []), time, id].filter((name) => name !== null);
  const twice = all.find((name, i) => all.indexOf(name) < i);
  check(twice === undefined, () => {
    return `${where}: column ${show(twice)} has two parts; target, time, id, past, future and categories must name different ones`;
  });
  return { time, id, targets, past, future, ...(categories && { categories }) };
}

function onlyDate(where: string, table: Table, taken: readonly (string | null)[]): string | null {
  const dates = table.columns.filter((c) => c.type === "date" && !taken.includes(c.name)).map((c) => c.name);
  check(dates.length <= 1, () => {
    return `${where}: ${table.source} has several columns of dates; say with time which one counts: ${dates.join(", ")}`;
  });
  return dates[0] ?? null;
}
