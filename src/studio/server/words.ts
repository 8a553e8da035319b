/** Settings as the words of a command, so that what the report tells can be typed again. */
import type { ParallelRequest, SearchRequest, StartRequest } from "../api/index.js";

type Settings = Readonly<Record<string, unknown>>;

/** The flags for settings; null where a value cannot be told by one, such as an empty list. */
export function flagWords(settings: Settings): string[] | null {
  const words = Object.entries(settings).map(([name, value]) => flagWord(kebab(name), value));
  return words.every((word) => word !== null) ? words : null;
}

/** With "=", since a value may begin with "-". */
function flagWord(name: string, value: unknown): string | null {
  if (value === true) return `--${name}`;
  if (value === false) return `--no-${name}`;
  const text = textOf(value);
  return text === null ? null : `--${name}=${text}`;
}

function textOf(value: unknown): string | null {
  if (Array.isArray(value)) return listOf(value.map(scalarOf));
  if (typeof value === "object" && value !== null) return listOf(Object.entries(value).map(pairOf));
  return scalarOf(value);
}

function pairOf([name, value]: [string, unknown]): string | null {
  const text = scalarOf(value);
  const plain = name !== "" && !name.includes("=") && name === name.trim();
  return plain && text !== null && text === text.trim() ? `${name}=${text}` : null;
}

function scalarOf(value: unknown): string | null {
  if (typeof value === "string") return value === "" || value.includes("\0") ? null : value;
  return typeof value === "number" && Number.isFinite(value) ? String(value) : null;
}

/** Items as fields of CSV. */
function listOf(items: readonly (string | null)[]): string | null {
  if (items.length === 0 || items.includes(null)) return null;
  return items
    .map((item) => (/^[^\s,"]+(?: [^\s,"]+)*$/.test(item!) ? item! : `"${item!.replaceAll('"', '""')}"`))
    .join(",");
}

/** What makes a sweep of a training, in words that flags can always tell. */
function searchWords({ space, ...choices }: SearchRequest): string[] {
  return [...space.map((text) => `--space=${text}`), ...(flagWords({ ...choices }) ?? [])];
}

/** How a training is divided. */
function parallelWords({ perSeries = false, workers }: ParallelRequest): string[] {
  return [...(perSeries ? ["--per-series"] : []), ...(workers === undefined ? [] : [`--workers=${workers}`])];
}

/** The verb, and what follows data and settings. */
export function orderOf({ search, parallel = {} }: Pick<StartRequest, "search" | "parallel">): {
  readonly verb: "sweep" | "train";
  readonly more: readonly string[];
} {
  return search ? { verb: "sweep", more: searchWords(search) } : { verb: "train", more: parallelWords(parallel) };
}

/** What a person would type; null where a setting cannot be told by a flag: a configuration file would be needed. */
export function commandOf(
  data: string,
  settings: Settings,
  order: Pick<StartRequest, "search" | "parallel"> = {},
): string | null {
  const flags = flagWords(settings);
  const { verb, more } = orderOf(order);
  return flags && `sluice ${[verb, data, ...flags, ...more].map(quoted).join(" ")}`;
}

/** As a shell takes it. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
