import type { Command } from "commander";
import { compareModels, type Compared } from "../../interop/compare.js";
import { aligned } from "../aligned.js";
import { addScreenFlags, verbCommand } from "../command.js";
import { EXIT, UsageError } from "../errors.js";
import { openModelOrRun } from "../model-files.js";
import type { Screen } from "../screen.js";
import { addTorchFlags, checkTorchFlags, torchFlags } from "../torch-flags.js";
import type { Invocation, Reply } from "../verbs.js";

interface Flags {
  against: string;
  tolerance: number;
  seed: number;
}

export async function invoke(): Promise<Invocation> {
  const number = (flag: string, fits: (value: number) => boolean, expected: string) => (text: string) => {
    const value = Number(text);
    if (text.trim() !== "" && fits(value)) return value;
    throw new UsageError(`${flag}: expected ${expected}, got ${JSON.stringify(text)}`, "sluice check");
  };
  const tolerance = number("--tolerance", (value) => value >= 0, "a number from 0");
  const seed = number("--seed", (value) => Number.isSafeInteger(value) && value >= 0, "a whole number from 0");
  const command = verbCommand("check")
    .argument("<model>", "Run, or model file of any system.")
    .requiredOption("--against <model>", "The other one.")
    .option("--tolerance <n>", "Largest difference that is taken for the same (default: 1e-5).", tolerance, 1e-5)
    .option("--seed <n>", "Of the random inputs that both are given (default: 0).", seed, 0);
  addTorchFlags(command);
  return { command: addScreenFlags(command), act: (screen) => checkModels(command, screen) };
}

async function checkModels(command: Command, screen: Screen): Promise<Reply> {
  const [model] = command.processedArgs as [string];
  const { against, tolerance, seed } = command.opts<Flags>();
  const pytorch = torchFlags(command);
  const one = await openModelOrRun(model, { pytorch });
  const other = await openModelOrRun(against, { pytorch });
  checkTorchFlags(command, pytorch, [one.format, other.format]);
  const { inputs, outputs, difference } = await compareModels(one.model, other.model, { seed });
  const same = difference <= tolerance;
  const object = { verb: "check", model, against, seed, tolerance, inputs, outputs, difference, same };
  return { object, text: textOf(object, screen), ...(!same && { exitCode: EXIT.failed }) };
}

function textOf(
  { inputs, outputs, tolerance, same }: Compared & { tolerance: number; same: boolean },
  screen: Screen,
): string {
  const shape = (sizes: readonly number[]) => `[${sizes.join(", ")}]`;
  const fed = inputs.map((input) => `${input.name} ${shape(input.shape)}`).join(", ");
  const rows = outputs.map((output) => [output.name, shape(output.shape), output.difference.toExponential(1)]);
  const verdict = same
    ? `The same within ${tolerance.toExponential()}.`
    : `Not the same: a difference is larger than ${tolerance.toExponential()}.`;
  return [
    `Random inputs: ${fed}`,
    aligned(["output", "shape", "largest difference"], rows, screen.width),
    screen.style.bold(verdict),
  ].join("\n\n");
}
