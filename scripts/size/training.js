// A page that builds and trains a GRU regressor. It names its layers from "sluice/layers": a bundler keeps only those, while
// some (esbuild) keep the whole of a namespace that is exported again, as `layers` is by "sluice".
import { optimizers, sequential } from "sluice";
import { dense, gru } from "sluice/layers";

export async function train(x, y) {
  const model = sequential([gru({ units: 32, inputShape: [null, 8] }), dense({ units: 1 })]);
  model.compile({ optimizer: optimizers.adam(), loss: "meanSquaredError" });
  return model.fit(x, y, { epochs: 5 });
}
