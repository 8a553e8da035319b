import { SluiceError, check, show } from "../util/errors.js";
import { nearest } from "../util/checks.js";
import type { Layer, LayerClass } from "./layer.js";

/** A layer in a file: its class by name, and its options. */
export interface StoredLayer {
  className: string;
  config: Record<string, unknown>;
}

/** What may be named in `loadModel(file, { layers })`: a layer's class, or its factory. */
export type LayerSource = LayerClass | { readonly layerClass: LayerClass };

/** Finds classes by name; nothing outside the list that it was made from can be reached. */
export class LayerRegistry {
  readonly #classes = new Map<string, LayerClass>();

  constructor(sources: readonly LayerSource[]) {
    for (const source of sources) this.add("layerClass" in source ? source.layerClass : source);
  }

  add(layerClass: LayerClass): void {
    this.#classes.set(layerClass.className, layerClass);
  }

  /** Makes a layer from what a file holds. */
  revive(stored: unknown): Layer {
    check(isStored(stored), () => `model file: expected a layer as {className, config}, got ${show(stored)}`);
    const { className, config } = stored;
    const found = this.#classes.get(className);
    if (!found) {
      const hint = nearest(className, [...this.#classes.keys()]);
      const also = hint ? `; did you mean ${hint}?` : "";
      throw new SluiceError(
        `model file: no layer class ${show(className)} here; name it in loadModel's option "layers"${also}`,
      );
    }
    return found.revive ? found.revive(config, this) : new found(config as never);
  }
}

function isStored(value: unknown): value is StoredLayer {
  if (typeof value !== "object" || value === null) return false;
  const { className, config } = value as Partial<StoredLayer>;
  return typeof className === "string" && typeof config === "object" && config !== null;
}

/** The layer as a file holds it. */
export function storeLayer(layer: Layer): StoredLayer {
  return { className: layer.className, config: layer.getConfig() };
}
