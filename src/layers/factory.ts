import type { Layer, LayerClass } from "./layer.js";

/** `gru(config)` makes a layer; `gru.layerClass` is what files are read back with. */
export interface LayerFactory<C, L extends Layer = Layer> {
  (config: C): L;
  readonly layerClass: LayerClass;
}

export function layerFactory<C, L extends Layer>(layerClass: {
  readonly className: string;
  new (config: C): L;
}): LayerFactory<C, L> {
  return Object.assign((config: C) => new layerClass(config), { layerClass: layerClass as unknown as LayerClass });
}
