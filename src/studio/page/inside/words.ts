/** Words that several parts of the inside page use. */
import { dictionary } from "../../ui/i18n.js";

export const w = dictionary(
  {
    stepOf: "Step {step} of {steps}",
    unitName: "Unit {unit}",
    space: "space",
    line: "new line",
    forward: "{name}, forwards",
    backward: "{name}, backwards",
  },
  {
    stepOf: "第 {step} 步，共 {steps} 步",
    unitName: "单元 {unit}",
    space: "空格",
    line: "换行",
    forward: "{name}，正向",
    backward: "{name}，反向",
  },
);

/** Layers of a bidirectional one say which way they go. */
export function layerName(layer: string): string {
  const [, name, way] = /^(.*)\/(forward|backward)$/.exec(layer) ?? [];
  return name === undefined ? layer : w(way === "forward" ? "forward" : "backward", { name });
}

/** White space is named, so that it can be seen. */
export function stepName(label: string | undefined): string {
  if (label === "\n") return w("line");
  return label !== undefined && label !== "" && label.trim() === "" ? w("space") : (label ?? "");
}
