import type { Part } from "./parts.js";

/** A Python file that defines the module, loads its weights and runs it; it needs torch and safetensors. */
export function moduleClass(parts: readonly Part[], weightsFile: string): string {
  const inits = parts.filter(({ init }) => init !== null).map(({ name, init }) => `        self.${name} = ${init}`);
  const lines = parts.flatMap(({ forward }) => forward).map((line) => `        ${line}`);
  return `"""Made by Sluice. \`python thisfile.py\` loads the weights and prints the module; \`load()\` gives it to a program.

Inputs come with the batch first: [B, T, D], or [B, T] whole numbers where an embedding begins.
"""
import torch
from safetensors.torch import load_file
from torch import nn


class SluiceModule(nn.Module):
    def __init__(self):
        super().__init__()
${inits.length > 0 ? inits.join("\n") : "        pass"}

    def forward(self, h):
${lines.length > 0 ? `${lines.join("\n")}\n` : ""}        return h


def load(path=${JSON.stringify(weightsFile)}):
    module = SluiceModule()
    module.load_state_dict(load_file(path))
    return module.eval()


if __name__ == "__main__":
    print(load())
`;
}
