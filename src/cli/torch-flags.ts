/** What a state_dict of PyTorch does not hold, as flags. */
import type { Command } from "commander";
import { z } from "zod";
import type { Format } from "../interop/formats.js";
import type { FromPyTorchOptions } from "../interop/pytorch/from-pytorch.js";
import { UsageError } from "./errors.js";
import { addFlags, flagOf, flagsOf, givenFlags } from "./flags.js";
import { checkFlags } from "./settings.js";

const options = z.strictObject({
  order: z.array(z.string()).optional().describe("Modules in the order in which the network uses them; default: the file's."),
  embeddings: z.array(z.string()).optional().describe('Which modules are embeddings; default: those without bias whose name holds "emb".'),
  output: z.enum(["final", "sequence"]).optional().describe("What follows the recurrent layers sees: their last states, or the outputs of all steps; default: final before a Linear."),
  activations: z.record(z.string(), z.string()).optional().describe("Activations after modules, such as fc1=relu."),
  nonlinearity: z.enum(["tanh", "relu"]).optional().describe("Of nn.RNN; default: tanh."),
}); // prettier-ignore

const FLAGS = flagsOf(options);
const HEADING = "PyTorch's state_dicts hold no architecture:";

export function addTorchFlags(command: Command): void {
  addFlags(command, FLAGS, () => HEADING);
}

/** Those that were given. @throws UsageError for a value that is no choice */
export function torchFlags(command: Command): FromPyTorchOptions {
  const given = givenFlags(command, FLAGS);
  checkFlags(command, options, given);
  return given;
}

/** @throws UsageError where flags were given and no file is PyTorch's */
export function checkTorchFlags(command: Command, given: FromPyTorchOptions, formats: readonly Format[]): void {
  const names = Object.keys(given).map(flagOf);
  if (names.length === 0 || formats.includes("pytorch")) return;
  throw new UsageError(
    `${names.join(", ")}: for weights from PyTorch only; other files hold their architecture`,
    command.name(),
  );
}
