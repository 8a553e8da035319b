/** A model file of another system for the terminal, and for --json. */
import type { ModelDescription } from "../interop/describe.js";
import { FORMAT_NAMES } from "../interop/formats.js";
import { aligned } from "./aligned.js";
import { quoted } from "./command-line.js";
import { figure, size } from "./figures.js";
import type { Screen } from "./screen.js";
import { plain, plainLines, wrap } from "./text-width.js";

/** Weights that are shown; --json has all of them. */
const SHOWN = 24;

export function descriptionObject(source: string, description: ModelDescription): object {
  return { verb: "inspect", kind: "model-file", source, ...description };
}

export function descriptionText(source: string, description: ModelDescription, screen: Screen): string {
  const { format, bytes, parameters, summary, weights, conventions, unsupported } = description;
  const { bold } = screen.style;
  const list = (title: string, lines: readonly string[]) => {
    const text = lines.map((line) => wrap(plain(line), screen.proseWidth, "  ")).join("\n");
    return lines.length === 0 ? [] : [`${bold(title)}\n${text}`];
  };
  const head = [
    ["Source", `${source} (${FORMAT_NAMES[format]})`],
    ["File", size(bytes)],
    ["Parameters", figure(parameters)],
  ];
  const next = unsupported.length === 0 && format !== "sluice";
  return [
    aligned(null, head, screen.width),
    ...(summary === null ? list("Weights", weightLines(weights)) : [plainLines(summary)]),
    ...list("Conventions", conventions),
    ...list("Cannot be opened", unsupported),
    ...(next ? [`${bold("Next:")}\n  sluice import ${quoted(source)} --out model.safetensors`] : []),
  ].join("\n\n");
}

function weightLines(weights: ModelDescription["weights"]): string[] {
  const lines = weights.slice(0, SHOWN).map(({ name, shape }) => `${name} [${shape.join(", ")}]`);
  return weights.length > SHOWN ? [...lines, `and ${weights.length - SHOWN} more`] : lines;
}
