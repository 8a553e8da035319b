import assert from "node:assert/strict";
import { test } from "node:test";
import { layers, sequential } from "../../src/index.js";
import { attachSound, soundStream, SoundFeatures } from "../../src/streaming/index.js";
import { Random } from "../../src/util/random.js";
import { plainModel, served, WEATHER, type Json } from "./session-support.js";
import { connected, running } from "./websocket-support.js";

const frames = (count: number, seed = 1) => {
  const random = new Random(seed);
  return Array.from({ length: count }, () => [0, 1, 2].map(() => Math.fround(random.uniform() - 0.5)));
};

function expected(given: readonly number[][]): number[][] {
  const stream = plainModel().stream();
  return given.map((frame) => [...stream.step(frame).data]);
}

const outputsOf = (messages: readonly Json[]) => messages.map(({ output }) => output as number[]);

test("messages that come faster than they are computed are answered in their order, each step from the state before it", async (t) => {
  const client = await connected(t, await running(t, [await served("m")]));
  const given = frames(2000);
  for (const values of given) client.send({ values });
  const messages = await client.until(2000);
  assert.deepEqual(messages.map(({ step }) => step as number), given.map((_, i) => i + 1)); // prettier-ignore
  assert.deepEqual(outputsOf(messages), expected(given));
});

test("a message that does not fit is answered in its place, and the stream goes on as if it had not come", async (t) => {
  const client = await connected(t, await running(t, [await served("m")]));
  const [a, b, c] = frames(3);
  client.send({ values: a });
  client.ws.send("{not JSON");
  client.ws.send("[1]");
  client.send({ values: [1, 2] });
  client.send({ values: b });
  client.send(new Uint8Array(7));
  client.send({ values: [c] });
  const messages = await client.until(7);
  const kinds = messages.map(({ problem, step }) => (problem ? String(problem.type) : (step as number)));
  const [invalid, json] = ["/problems/invalid-input", "/problems/malformed-json"];
  assert.deepEqual(kinds, [1, json, invalid, invalid, 2, invalid, 3]);
  assert.deepEqual([messages[0].output, messages[4].output, messages[6].outputs[0]], expected([a!, b!, c!]));
});

test("numbers in, numbers out: float32 both ways, several steps in a message", async (t) => {
  const client = await connected(t, await running(t, [await served("m")]), "?answers=float32");
  const given = frames(5);
  client.send(Buffer.from(Float32Array.from(given[0]!).buffer));
  client.send(Buffer.from(Float32Array.from(given.slice(1).flat()).buffer));
  const messages: Buffer[] = await client.until(2);
  const numbers = messages.flatMap((bytes) => [...new Float32Array(new Uint8Array(bytes).buffer)]);
  assert.deepEqual(numbers, expected(given).flat());
});

test("reset begins anew, after what was sent before it", async (t) => {
  const made = await running(t, [await served("m")]);
  const client = await connected(t, made);
  const [a, b] = frames(2);
  for (const message of [{ values: a }, { reset: true }, { values: b }, { reset: 1 }]) client.send(message);
  const messages = await client.until(4);
  assert.deepEqual([messages[0].step, messages[1], messages[2].step], [1, { step: 0 }, 1]);
  assert.deepEqual([messages[0].output, messages[2].output], [expected([a!])[0], expected([b!])[0]]);
  assert.match(messages[3].problem.detail, /send \{"reset": true\}/);
  const model = made.sessions.model("m");
  assert.equal(model.engine.open, 1);
});

test("raw rows are answered with what they mean; as binary they are the fields' numbers", async (t) => {
  const client = await connected(t, await running(t, [{ ...(await served("m")), stepper: WEATHER }]));
  client.send({ row: { temperature: 20, humidity: 50, sky: "clear" } });
  client.send({ values: [20, 50, "clear"] });
  client.send(Buffer.from(Float32Array.of(20, 50, 0).buffer));
  const messages = await client.until(3);
  assert.equal(messages[0].answer.sky, "clear");
  assert.equal(messages[1].step, 2);
  assert.match(messages[2].problem.detail, /sky: expected clear or cloudy, got 0/);
});

test("16-bit samples of a model that takes numbers are −1 to 1", async (t) => {
  const make = () => sequential([layers.gru({ units: 3, inputShape: [null, 1] })], { seed: 2 });
  const client = await connected(t, await running(t, [await served("m", make())]), "?binary=pcm16");
  client.send(Buffer.from(Int16Array.of(16384, -32768).buffer));
  const [{ outputs }] = await client.until(1);
  const stream = make().stream();
  assert.deepEqual(outputs, [0.5, -1].map((value) => [...stream.step(value).data])); // prettier-ignore
});

function listener() {
  const logMel = { sampleRate: 8000, bands: 8 };
  const features = { logMel, mean: Array(8).fill(-5), deviation: Array(8).fill(3), adapt: 0 };
  const { size } = new SoundFeatures(features);
  const model = sequential(
    [layers.gru({ units: 6, inputShape: [null, size] }), layers.dense({ units: 2, activation: "softmax" })],
    { seed: 5 },
  );
  attachSound(model, { features, labels: ["yes", "no"], background: null, decision: { on: 0.51, off: 0.5, smooth: 0.05 } }); // prettier-ignore
  return model;
}

test("raw 16-bit sound is answered frame by frame, with what is decided, as by soundStream; end and another sound", async (t) => {
  const model = listener();
  const client = await connected(t, await running(t, [await served("ears", model)]), "?binary=pcm16&rate=16000");
  const random = new Random(3);
  const samples = Int16Array.from({ length: 16_000 }, (_, i) => 8000 * Math.sin(i / 9) * (i % 8000 < 4000 ? 1 : 0.01) + 500 * random.uniform()); // prettier-ignore
  const frames: object[] = [];
  let decisions: object[] = [];
  const told = () => {
    const own = decisions.length > 0 ? { decisions } : {};
    decisions = [];
    return own;
  };
  const stream = soundStream(model, {
    inputRate: 16_000,
    onDecision: (decision) => decisions.push(decision),
    onFrame: ([yes, no], time) => frames.push({ step: frames.length + 1, time, scores: { yes, no }, ...told() }),
  });
  stream.push(samples);
  const heard = frames.length;
  stream.end();
  const ended = { step: frames.length, ended: true, ...told() };
  for (let at = 0; at < samples.length; at += 1234) client.send(new Uint8Array(samples.slice(at, at + 1234).buffer));
  client.send(new Uint8Array(3));
  client.send({ end: true });
  const messages = await client.until(frames.length + 2);
  assert.deepEqual(messages.filter(({ problem }) => !problem), [...frames, ended]); // prettier-ignore
  assert.match(messages[heard].problem.detail, /2 bytes each, got 3 bytes/);
  assert.ok(JSON.stringify(messages).includes('"kind":"on"'), "nothing was decided");
});
