import { input, layers, type SymbolicTensor } from "sluice";
import { check } from "../../util/errors.js";
import type { Branch, FittedPart, MixedSettings } from "./part.js";

/** The network up to one vector for each sample. */
export interface Fused {
  readonly inputs: readonly SymbolicTensor[];
  /** [B, C] */
  readonly joined: SymbolicTensor;
  readonly initial: Branch["initial"];
}

/** Units of the layer in which the kinds meet. */
const MEETING = 64;

/**
 * A branch for each kind, and what they say joined: late fusion (their vectors side by side, absent ones zero, with dropout of whole
 * kinds). With crossAttention each kind that has steps is also asked by the others: their vectors make a query, which attends to the
 * steps (multiplicative attention, Luong et al. 2015), and what it finds stands beside the kind's own vector.
 */
export function fuse(where: string, fitted: readonly FittedPart[], settings: MixedSettings): Fused {
  const branches = fitted.map((part) => part.branch(settings));
  const present = input({ shape: [branches.length], name: "present" });
  const fusion = layers.lateFusion({ dropout: settings.kindDropout });
  const vectors = settings.fusion === "late" ? branches.map(({ vector }) => vector) : attended(where, branches);
  const met = layers.dense({ units: MEETING, activation: "silu" }).apply(fusion.apply([present, ...vectors]));
  return {
    inputs: [present, ...branches.flatMap(({ inputs }) => inputs)],
    joined: settings.dropout > 0 ? layers.dropout({ rate: settings.dropout }).apply(met) : met,
    initial: Object.assign({}, ...branches.map(({ initial }) => initial)) as Branch["initial"],
  };
}

function attended(where: string, branches: readonly Branch[]): SymbolicTensor[] {
  check(branches.length > 1 && branches.some(({ steps }) => steps !== null), () => {
    return `${where}: fusion "crossAttention" needs two kinds of input or more, one of them with steps (text, series, audio)`;
  });
  return branches.map(({ vector, steps }, m) => {
    if (!steps) return vector;
    const others = branches.filter((_, n) => n !== m).map((branch) => branch.vector);
    const asked = others.length > 1 ? layers.concatenate().apply(others) : others[0]!;
    const units = steps.shape[2]!;
    const query = layers.reshape({ targetShape: [1, units] }).apply(layers.dense({ units }).apply(asked));
    const found = layers.flatten().apply(layers.attention({ useScale: true }).apply([query, steps]));
    return layers.concatenate().apply([vector, found]);
  });
}
