/** The command that does what the form is about to do. */
import type { StartRequest } from "../../api/index.js";
import { flagWords } from "../../server/words.js";

/** Null where a setting cannot be told by a flag: a configuration file would be needed. */
export function commandOf({ task, data, settings }: StartRequest): string | null {
  const flags = flagWords(settings);
  return flags && ["npx sluice train", ...[data, `--task=${task}`, ...flags].map(quoted)].join(" ");
}

/** As a shell takes it. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
