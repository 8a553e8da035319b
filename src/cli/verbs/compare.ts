import type { Invocation } from "../verbs.js";
import { addScreenFlags, verbCommand } from "../command.js";
export async function invoke(): Promise<Invocation> {
  const command = addScreenFlags(verbCommand("compare").argument("<what>"));
  return { command, act: async () => ({ object: {}, text: "" }) };
}
