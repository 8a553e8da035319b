import type { Layer, LayerClass } from "./layer.js";

/** The configuration may be left out when none of its options is needed: `flatten()`. */
type Options<C> = object extends C ? [config?: C] : [config: C];

/** `gru(config)` makes a layer; `gru.layerClass` is what files are read back with. */
export interface LayerFactory<C, L extends Layer = Layer> {
  (...config: Options<C>): L;
  readonly layerClass: LayerClass;
}

export function layerFactory<C, L extends Layer>(layerClass: {
  readonly className: string;
  new (config: C): L;
}): LayerFactory<C, L> {
  const make = (...config: Options<C>) => new layerClass(config[0] as C);
  return Object.assign(make, { layerClass: layerClass as unknown as LayerClass });
}
