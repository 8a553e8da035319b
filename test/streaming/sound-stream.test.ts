/** From samples to decisions: frames and probabilities are those of a whole recording, whatever the chunks. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { layers, loadModel, Random, sequential, tensor, type Model } from "sluice";
import { logMel } from "sluice/data";
import { attachSound, Decider, fitSoundFeatures, SoundFeatures, soundStream, type Decision } from "../../src/streaming/index.js"; // prettier-ignore

const LOG_MEL = { sampleRate: 8000, bands: 12, hop: 0.02, frame: 0.025 };

/** Silence, a tone of 300 Hz, silence, one of 1,500 Hz, silence: 0.4 s each. */
const melody = (rate = 8000) =>
  Float32Array.from({ length: 2 * rate }, (_, i) => {
    const part = Math.floor((5 * i) / (2 * rate));
    const hertz = [0, 300, 0, 1500, 0][part]!;
    return 0.3 * Math.sin((2 * Math.PI * hertz * i) / rate);
  });

const config = (adapt = 0) => fitSoundFeatures([melody()], LOG_MEL, adapt);

/** A network that has learnt which of the two tones it hears, frame by frame. */
async function listener(adapt = 0): Promise<Model> {
  const features = new SoundFeatures(config(adapt));
  const x = features.transform(melody());
  const [T, D] = x.shape as [number, number];
  const y = Int32Array.from({ length: T }, (_, t) => [0, 1, 0, 2, 0][Math.min(4, Math.floor((t * 0.02) / 0.4))]!);
  const model = sequential(
    [layers.gru({ units: 12, returnSequences: true, inputShape: [null, D] }), layers.dense({ units: 3, activation: "softmax" })], // prettier-ignore
    { seed: 2 },
  );
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
  const all = tensor(x.data as Float32Array, [1, T, D]);
  for (let i = 0; i < 150; i++) await model.trainOnBatch(all, tensor(y, [1, T]));
  attachSound(model, { features: features.config, labels: ["nothing", "low", "high"], background: "nothing" });
  return model;
}

test("frames of a recording in chunks are those of the whole one, with and without a mean that follows", () => {
  const property = fc.property(fc.array(fc.integer({ min: 0, max: 700 })), fc.constantFrom(0, 0.5), (sizes, adapt) => {
    const features = new SoundFeatures(config(adapt));
    const whole = features.transform(melody());
    const frames: number[] = [];
    let at = 0;
    for (const size of [...sizes, 16000]) {
      features.push(melody().subarray(at, at + size), (frame) => frames.push(...frame));
      at += size;
    }
    assert.deepEqual(Float32Array.from(frames), whole.data);
  });
  fc.assert(property, { numRuns: 20 });
});

test("features that stay are those of logMel, less the mean of training, by its deviation", () => {
  const { mean, deviation } = config();
  const plain = logMel(LOG_MEL).transform(melody());
  const features = new SoundFeatures(config()).transform(melody());
  for (const [i, x] of plain.data.entries()) {
    const expected = (x - mean[i % 12]!) / deviation[i % 12]!;
    assert.ok(Math.abs(features.data[i]! - expected) < 1e-5, `${i}: ${features.data[i]} instead of ${expected}`);
  }
  assert.ok(Math.abs((features.data as Float32Array).reduce((a, b) => a + b, 0)) < 0.01, "the mean over training is 0");
});

test("a louder microphone adds a constant to every band, which a mean that follows takes away", () => {
  const random = new Random(3);
  const hiss = Float32Array.from({ length: 40000 }, () => 0.1 * (random.uniform() - 0.5));
  const last = (gain: number, adapt: number) => {
    const frames = new SoundFeatures(config(adapt)).transform(hiss.map((v) => gain * v));
    return frames.data.slice(-12);
  };
  const apart = (adapt: number) => {
    const [quiet, loud] = [last(1, adapt), last(8, adapt)];
    return Math.max(...quiet.map((v, i) => Math.abs(v - loud[i]!)));
  };
  assert.ok(apart(0) > 0.5, `${apart(0)}`);
  assert.ok(apart(0.5) < 0.01, `${apart(0.5)}`);
});

test("a model that is loaded from its bytes hears both tones, in floats, in 16-bit numbers and at another rate", async () => {
  const model = await loadModel((await listener()).toBytes());
  const heard = (samples: Float32Array | Int16Array, inputRate?: number) => {
    const decisions: Decision[] = [];
    const ears = soundStream(model, { ...(inputRate && { inputRate }), onDecision: (d) => decisions.push(d) });
    for (let at = 0; at < samples.length; at += 333) ears.push(samples.subarray(at, at + 333) as Float32Array);
    ears.end();
    return decisions;
  };
  const floats = heard(melody());
  assert.deepEqual(floats.map(({ kind, label }) => `${kind} ${label}`), ["on low", "off low", "on high", "off high"]); // prettier-ignore
  const times = floats.map(({ time }) => time);
  for (const [i, expected] of [0.4, 0.8, 1.2, 1.6].entries())
    assert.ok(times[i]! >= expected - 0.05 && times[i]! < expected + 0.25, `${times.join(", ")}`);
  const labelsOf = (list: readonly Decision[]) => list.map(({ kind, label }) => `${kind} ${label}`);
  const ints = heard(Int16Array.from(melody(), (v) => Math.round(32768 * v)));
  assert.deepEqual(labelsOf(ints), labelsOf(floats));
  assert.deepEqual(labelsOf(heard(melody(48000), 48000)), labelsOf(floats));
});

test("the probabilities of a stream are those of predict", async () => {
  const model = await listener(0.5);
  const features = new SoundFeatures(config(0.5));
  const x = features.transform(melody());
  const whole = (await model.predict(tensor(x.data as Float32Array, [1, ...x.shape]))).data;
  const decider = new Decider(["nothing", "low", "high"], 0.02, "nothing");
  const frames: number[][] = [];
  soundStream(model, { onFrame: (smoothed) => frames.push([...smoothed]) }).push(melody());
  assert.equal(frames.length, x.shape[0]);
  for (const [t, frame] of frames.entries()) {
    decider.step(whole.slice(3 * t, 3 * t + 3), () => undefined);
    for (const [k, p] of frame.entries()) assert.ok(Math.abs(p - decider.smoothed[k]!) < 1e-6);
  }
});

test("what is missing or does not fit is named", async () => {
  const plain = sequential([layers.gru({ units: 3, inputShape: [null, 5] })]);
  assert.throws(() => soundStream(plain), /the model does not say how it hears; give it attachSound/);
  const sound = { features: config(), labels: ["a", "b", "c"], background: "a" };
  assert.throws(() => attachSound(plain, sound), /the features have 12 bands, but the model takes 5/);
  const two = sequential([layers.gru({ units: 2, inputShape: [null, 12] })]);
  assert.throws(() => attachSound(two, sound), /gives 2 probabilities, but there are 3 labels: a, b, c/);
  assert.throws(
    () => new SoundFeatures({ ...config(), mean: [1] }),
    /mean must be 12 numbers, one for each band, got \[1\]/,
  );
  assert.throws(() => fitSoundFeatures([], LOG_MEL), /the recordings have no frame/);
  const both = sequential([layers.bidirectional({ layer: layers.gru({ units: 2 }), inputShape: [null, 12] })]);
  attachSound(both, { ...sound, labels: ["a", "b", "c", "d"] });
  assert.throws(() => soundStream(both), /cannot be run step by step/);
});
