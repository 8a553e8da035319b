import type { Layer } from "../layers/layer.js";
import { SluiceError } from "../util/errors.js";

/**
 * Gives every layer without a name one of its own: the class in snake case, then with _1, _2, … as in Keras. A name that came
 * about in this way, in another model that lent the layer, makes way where it is taken.
 */
export function nameLayers(layers: readonly Layer[]): void {
  const taken = new Set<string>();
  for (const layer of layers) {
    if (!layer.config.name) continue;
    if (taken.has(layer.name))
      throw new SluiceError(`model: two layers are named "${layer.name}"; names must be unique`);
    taken.add(layer.name);
  }
  const others = layers.filter((layer) => !layer.config.name);
  const unnamed: Layer[] = [];
  for (const layer of others) {
    if (layer.name === "" || taken.has(layer.name)) unnamed.push(layer);
    else taken.add(layer.name);
  }
  for (const layer of unnamed) {
    layer.name = freeName(snakeCase(layer.className), taken);
    taken.add(layer.name);
  }
}

function freeName(base: string, taken: Set<string>): string {
  if (!taken.has(base)) return base;
  let i = 1;
  while (taken.has(`${base}_${i}`)) i++;
  return `${base}_${i}`;
}

/** SimpleRNN → simple_rnn, Conv1D → conv1d, GRU → gru. */
function snakeCase(className: string): string {
  return className
    .replace(/([a-z])([A-Z][a-z])/g, "$1_$2")
    .replace(/([a-z])(RNN)/g, "$1_$2")
    .toLowerCase();
}
