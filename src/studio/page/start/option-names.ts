/** What options are called: in English by their names in configurations, in Chinese by a list that is fetched when it is needed. */
import { effect, signal } from "@preact/signals";
import type { OptionForm, Proposal } from "../../api/index.js";
import { language } from "../../ui/i18n.js";
import { written } from "../run/run-details.js";

type Names = Readonly<Record<string, readonly [name: string, help: string]>>;

const chinese = signal<Names | null>(null);

effect(() => {
  if (language.value !== "zh" || chinese.peek()) return;
  void import("./option-names-zh.js").then(({ OPTIONS_ZH }) => (chinese.value = OPTIONS_ZH));
});

const inChinese = (name: string) => (language.value === "zh" ? chinese.value?.[name] : undefined);

/** "batchSize": "Batch size" */
export function nameOf(option: string): string {
  const words = option.replaceAll(
    /([a-z])([A-Z])/g,
    (_, before: string, after: string) => `${before} ${after.toLowerCase()}`,
  );
  return inChinese(option)?.[0] ?? `${words[0]!.toUpperCase()}${words.slice(1)}`;
}

/** Reasons come in English from the command line; in Chinese the settings are told instead. */
export function whyOf({ options, why }: Proposal): string {
  if (language.value !== "zh") return why;
  return Object.entries(options)
    .map(([name, value]) => `${nameOf(name)}：${written(value)}`)
    .join("，");
}

/** Where the form has a field for what a flag says at the command line. */
const HERE: Readonly<Record<string, string>> = {
  id: "Column that says which series a row belongs to; one model learns from all, unless “Threads and series” gives each its own.",
  shards:
    "Parts that each batch is cut into, for several threads; the last bits depend on it. Default with threads: 4.",
};

export function helpOf({ name, description }: OptionForm): string {
  return inChinese(name)?.[1] ?? HERE[name] ?? description;
}
