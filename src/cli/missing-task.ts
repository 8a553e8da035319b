import type { Command } from "commander";
import { TASKS } from "../tasks/registry.js";
import { UsageError } from "./errors.js";
import type { Given } from "./settings.js";

/** @throws UsageError that says which tasks there are */
export async function missingTask(command: Command, { data = command.args[0] }: Given): Promise<never> {
  const names = Object.keys(TASKS).join(", ");
  const hint = data === undefined ? "" : `; \`sluice inspect ${data}\` proposes one`;
  throw new UsageError(`--task is needed: one of ${names}${hint}`, command.name());
}
