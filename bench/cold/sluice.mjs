/** W4 once: GRU(128), 40 features, 98 steps. */
import { layers, sequential, tensor } from "../../dist/node/index.js";
import { finish } from "./finish.mjs";

const model = sequential([layers.gru({ units: 128, inputShape: [null, 40] })]);
const y = await model.predict(tensor(new Float32Array(98 * 40).fill(0.1), [1, 98, 40]));
if (y.data.length !== 128) throw new Error(`expected 128 numbers, got ${y.data.length}`);
finish();
