// A page that builds and trains a GRU regressor.
import { layers, optimizers, sequential } from "sluice";

export async function train(x, y) {
  const model = sequential([layers.gru({ units: 32, inputShape: [null, 8] }), layers.dense({ units: 1 })]);
  model.compile({ optimizer: optimizers.adam(), loss: "meanSquaredError" });
  return model.fit(x, y, { epochs: 5 });
}
