// A signal that arrives one sample at a time: a GRU forecasts the next value of a wave whose frequency drifts, and a fork of
// the stream dreams on by itself while the first one waits. `node build/examples/stream.js 30`
import { layers, Random, sequential, tensor } from "sluice";

const epochs = Number(process.argv[2] ?? 30);
const random = new Random(5);
const T = 60;

/** A chirp with a little noise, from a random phase. */
function chirp(length: number): Float32Array {
  const phase = 6 * random.uniform();
  return Float32Array.from(
    { length },
    (_, t) => Math.sin(phase + t / 5 + (t / 80) ** 2) + 0.02 * (random.uniform() - 0.5),
  );
}

const waves = Array.from({ length: 128 }, () => chirp(T + 1));
const x = waves.map((wave) => Array.from(wave.subarray(0, T), (value) => [value]));
const y = waves.map((wave) => Array.from(wave.subarray(1), (value) => [value])); // at each step the value that follows

const model = sequential(
  [layers.gru({ units: 32, returnSequences: true, inputShape: [null, 1] }), layers.dense({ units: 1 })],
  { seed: 3 },
);
model.compile({ optimizer: "adam", loss: "meanSquaredError" });
await model.fit(tensor(x), tensor(y), { epochs, batchSize: 16, verbose: 0 });

const signal = chirp(T + 20);
const stream = model.stream();
let forecast = 0;
let [squares, naive] = [0, 0];
for (let t = 0; t < T; t++) {
  if (t > 0) {
    squares += (signal[t]! - forecast) ** 2;
    naive += (signal[t]! - signal[t - 1]!) ** 2;
  }
  forecast = stream.step(signal[t]!).item();
}
const rms = (sum: number) => Math.sqrt(sum / (T - 1)).toFixed(3);
console.log(`one step ahead: error ${rms(squares)}; that of repeating the last value: ${rms(naive)}`);

// A fork lives on its own forecasts; the first stream still stands at step T.
const dream = stream.fork();
let value = forecast;
console.log("ahead  truth  forecast");
for (let ahead = 1; ahead <= 20; ahead++) {
  if (ahead % 4 === 0)
    console.log(`${String(ahead).padStart(5)}  ${signal[T - 1 + ahead]!.toFixed(2)}  ${value.toFixed(2)}`);
  value = dream.step(value).item();
}

const begin = performance.now();
for (let i = 0; i < 20_000; i++) stream.step(0.5);
console.log(`${((performance.now() - begin) / 20).toFixed(1)} µs a step`);
