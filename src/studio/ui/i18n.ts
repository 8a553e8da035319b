/** English and Chinese: each page has a dictionary of its own, whose keys and parameters the compiler knows. */
import { effect, signal } from "@preact/signals";
import { recall, remember } from "./storage.js";

export type Language = "en" | "zh";

const KEY = "sluice.language";

function startLanguage(): Language {
  const stored = recall(KEY);
  if (stored === "en" || stored === "zh") return stored;
  return navigator.language.startsWith("zh") ? "zh" : "en";
}

/** What the page speaks; texts that were made by `t` in a component change with it. */
export const language = signal<Language>(startLanguage());

effect(() => {
  document.documentElement.lang = language.value === "zh" ? "zh-CN" : "en";
});

export function chooseLanguage(next: Language): void {
  remember(KEY, next);
  language.value = next;
}

/** The names in "{count} {count|epoch|epochs} of {run}": count, run. */
type Names<Text extends string> = Text extends `${string}{${infer Inner}}${infer Rest}`
  ? (Inner extends `${infer Name}|${string}` ? Name : Inner) | Names<Rest>
  : never;

type Arguments<Text extends string> = [Names<Text>] extends [never]
  ? []
  : [parameters: Readonly<Record<Names<Text>, string | number>>];

export type Translate<English extends Readonly<Record<string, string>>> = <Key extends keyof English & string>(
  key: Key,
  ...rest: Arguments<English[Key]>
) => string;

/**
 * Texts of a page. `{name}` stands for a parameter, numbers are written as the language writes them; `{name|run|runs}` stands for
 * one of two words, the first where the number is 1.
 */
export function dictionary<const English extends Readonly<Record<string, string>>>(
  english: English,
  chinese: { readonly [Key in keyof English]: string },
): Translate<English> {
  return (key, ...rest) => {
    const [parameters] = rest as [Readonly<Record<string, string | number>>?];
    const text: string = language.value === "zh" ? chinese[key] : english[key]!;
    return parameters ? fill(text, parameters) : text;
  };
}

function fill(text: string, parameters: Readonly<Record<string, string | number>>): string {
  return text.replaceAll(/\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}/g, (_, name: string, one?: string, many?: string) => {
    const value = parameters[name]!;
    if (one !== undefined) return (Number(value) === 1 ? one : many)!;
    return typeof value === "number" ? value.toLocaleString(locale()) : value;
  });
}

/** As `Intl` names it. */
export const locale = (): string => (language.value === "zh" ? "zh-CN" : "en");
