/** The command that does what the form is about to do. */
import type { StartRequest } from "../../api/index.js";
import * as words from "../../server/words.js";

/** Null where a setting cannot be told by a flag: a configuration file would be needed. */
export function commandOf({ task, data, settings, ...order }: StartRequest): string | null {
  const command = words.commandOf(data, { task, ...settings }, order);
  return command && `npx ${command}`;
}
