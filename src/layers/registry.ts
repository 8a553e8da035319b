import { SluiceError, check, show } from "../util/errors.js";
import { nearest } from "../util/checks.js";
import type { Layer, LayerClass } from "./layer.js";

/** A layer in a file: its class by name, and its options. */
export interface StoredLayer {
  className: string;
  config: Record<string, unknown>;
  /** The same number stands at all places of a file where one layer, with one set of weights, is used by several others. */
  shared?: number;
}

/** What may be named in `loadModel(file, { layers })`: a layer's class, or its factory. */
export type LayerSource = LayerClass | { readonly layerClass: LayerClass };

/** Finds classes by name; nothing outside the list that it was made from can be reached. */
export class LayerRegistry {
  readonly #classes = new Map<string, LayerClass>();
  readonly #shared = new Map<number, Layer>();

  constructor(sources: readonly LayerSource[]) {
    for (const source of sources) this.add("layerClass" in source ? source.layerClass : source);
  }

  add(layerClass: LayerClass): void {
    this.#classes.set(layerClass.className, layerClass);
  }

  /** Makes a layer from what a file holds. */
  revive(stored: unknown): Layer {
    check(isStored(stored), () => `model file: expected a layer as {className, config}, got ${show(stored)}`);
    const { className, config, shared } = stored;
    const known = shared === undefined ? undefined : this.#shared.get(shared);
    if (known) return known;
    const found = this.#classes.get(className);
    if (!found) {
      const hint = nearest(className, [...this.#classes.keys()]);
      const also = hint ? `; did you mean ${hint}?` : "";
      throw new SluiceError(
        `model file: no layer class ${show(className)} here; name it in loadModel's option "layers"${also}`,
      );
    }
    const layer = found.revive ? found.revive(config, this) : new found(config as never);
    if (shared !== undefined) this.#shared.set(shared, layer);
    return layer;
  }
}

function isStored(value: unknown): value is StoredLayer {
  if (typeof value !== "object" || value === null) return false;
  const { className, config } = value as Partial<StoredLayer>;
  return typeof className === "string" && typeof config === "object" && config !== null;
}

/** The layers of the file that is being written, to find those that stand at several places. */
let written: Map<Layer, StoredLayer> | null = null;

/** The layer as a file holds it. */
export function storeLayer(layer: Layer): StoredLayer {
  if (!written) return storeAll(layer);
  const known = written.get(layer);
  if (known) {
    known.shared ??= [...written.values()].filter((stored) => stored.shared !== undefined).length;
    const { className, config, shared } = known;
    return { className, config, shared };
  }
  const stored: StoredLayer = { className: layer.className, config: {} };
  written.set(layer, stored);
  stored.config = layer.getConfig();
  return stored;
}

function storeAll(layer: Layer): StoredLayer {
  written = new Map();
  try {
    return storeLayer(layer);
  } finally {
    written = null;
  }
}
