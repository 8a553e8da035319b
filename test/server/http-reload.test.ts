// A model file that is replaced under load: no request is lost; rubbish leaves the old model as it is, and the log says why.
import assert from "node:assert/strict";
import { renameSync, truncateSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { after, test } from "node:test";
import { layers, sequential } from "sluice";
import { jsonLog } from "sluice/server";
import { serve, type Serving } from "sluice/server/node";
import { inputName, plainBody, plainModel, SAMPLE, serverFolder } from "./http-support.js";

const folder = serverFolder();
const running: Serving[] = [];
after(async () => {
  for (const one of running) await one.close();
});

type Line = Readonly<Record<string, string>>;

/** Serves `m.safetensors` of its own folder; files are looked at when the test says so. */
async function start(name: string): Promise<{ serving: Serving; file: string; lines: Line[]; version(): string }> {
  const file = join(folder, `${name}.safetensors`);
  await plainModel(1).save(file);
  const lines: Line[] = [];
  const log = jsonLog((line) => lines.push(JSON.parse(line) as Line));
  const serving = await serve({ models: [{ name: "m", path: file }], port: 0, grace: 1, reload: 3_600_000, log });
  running.push(serving);
  return { serving, file, lines, version: () => serving.app.context.models.get().version };
}

/** A file is read when it has not changed between two looks. */
async function settle({ watch }: Serving): Promise<void> {
  await watch!.look();
  await watch!.look();
}

async function replaceBy(file: string, bytes: Uint8Array | string): Promise<void> {
  writeFileSync(`${file}.new`, bytes);
  renameSync(`${file}.new`, file);
}

test("a reload under load loses no request, and each answer is of the version that it names", async () => {
  const { serving, file, version } = await start("load");
  const served = serving.app.context.models.get();
  const body = JSON.stringify(plainBody(served));
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const outputs = new Map<string, number[]>();
  const load = { going: true, answered: 0 };
  const failures: string[] = [];
  const client = async () => {
    while (load.going) {
      const { status, text } = await post(agent, serving.port, body);
      if (status !== 200) failures.push(`${status} ${text}`);
      else {
        const { version: of, outputs: own } = JSON.parse(text) as { version: string; outputs: { out: number[][] } };
        const known = outputs.get(of) ?? own.out[0]!;
        // Not to the last bit: samples are computed in batches of any size.
        if (!near(known, own.out[0]!)) failures.push(`two answers of version ${of}`);
        outputs.set(of, known);
      }
      load.answered += 1;
    }
  };
  const clients = Array.from({ length: 16 }, client);
  const seen = [version()];
  for (const seed of [2, 3, 4, 5]) {
    await replaceBy(file, await plainModel(seed).toBytes());
    await settle(serving);
    seen.push(version());
    const before = load.answered;
    while (load.answered < before + 50) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  load.going = false;
  await Promise.all(clients);
  agent.destroy();
  assert.deepEqual(failures, []);
  assert.equal(new Set(seen).size, 5);
  assert.deepEqual([...outputs.keys()].sort(), [...seen].sort());
  const truth = await plainModel(5).predict(SAMPLE);
  assert.ok(near(outputs.get(seen[4]!)!, [...truth.data]));
});

const near = (a: readonly number[], b: readonly number[]) => a.every((value, i) => Math.abs(value - b[i]!) < 1e-5);

function post(agent: Agent, port: number, body: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const sent = request(
      { agent, port, host: "127.0.0.1", path: "/v1/predict", method: "POST", headers },
      (response) => {
        let text = "";
        response.on("data", (data: Buffer) => (text += data.toString()));
        response.on("end", () => resolve({ status: response.statusCode!, text }));
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}

test("rubbish, a cut file, a network that fails, none at all: the old model goes on, and a good one is taken again", async () => {
  const { serving, file, lines, version } = await start("rubbish");
  const first = version();
  const rejected = () => lines.filter(({ event }) => event === "model rejected");
  const good = await plainModel(2).toBytes();
  const weights = plainModel(3);
  const nan = await broken();
  for (const [i, bytes] of ["rubbish", good.subarray(0, good.length >> 1), "", nan].entries()) {
    await replaceBy(file, bytes);
    await settle(serving);
    assert.equal(version(), first);
    assert.equal(rejected().length, i + 1);
    assert.equal((await fetch(`${serving.url}/readyz`)).status, 200);
  }
  assert.match(rejected()[3]!["reason"]!, /not finite/);
  for (const line of rejected()) assert.equal(line["serving"], first);
  await settle(serving);
  assert.equal(rejected().length, 4, "the same rubbish is not tried again");
  rmSync(file);
  await settle(serving);
  assert.equal(version(), first);
  writeFileSync(file, await weights.toBytes());
  await settle(serving);
  assert.notEqual(version(), first);
  assert.equal(lines.filter(({ event }) => event === "model reloaded").length, 1);
  const metrics = await (await fetch(`${serving.url}/metrics`)).text();
  assert.match(metrics, /sluice_model_loads_total\{model="m",outcome="rejected"\} 5/);
  assert.match(metrics, /sluice_model_loads_total\{model="m",outcome="loaded"\} 2/);
});

/** A model whose weights are not finite in the file: what was written by a training that went wrong. */
async function broken(): Promise<Uint8Array> {
  const bytes = new Uint8Array(await plainModel(2).toBytes());
  const header = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  for (let at = 8 + header; at + 4 <= bytes.length; at += 4) new DataView(bytes.buffer).setFloat32(at, NaN, true);
  return bytes;
}

test("a file that is still being written is left alone until it stays as it is", async () => {
  const { serving, file, lines, version } = await start("growing");
  const first = version();
  const bytes = await plainModel(2).toBytes();
  writeFileSync(file, bytes.subarray(0, 100));
  await serving.watch!.look();
  writeFileSync(file, bytes.subarray(0, 300));
  await serving.watch!.look();
  assert.equal(version(), first);
  writeFileSync(file, bytes);
  await settle(serving);
  assert.notEqual(version(), first);
  assert.deepEqual(lines.filter(({ event }) => event === "model rejected"), []); // prettier-ignore
  truncateSync(file, 10);
  writeFileSync(file, bytes);
  const second = version();
  await settle(serving);
  assert.equal(version(), second, "the same file again is the same version");
});

test("a new version may take something else: the description follows", async () => {
  const { serving, file } = await start("other");
  const wider = sequential([layers.gru({ units: 4, inputShape: [null, 5] }), layers.dense({ units: 1 })], { seed: 1 });
  await replaceBy(file, await wider.toBytes());
  await settle(serving);
  const served = serving.app.context.models.get();
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ inputs: { [inputName(served)]: [[[1, 2, 3, 4, 5]]] } });
  assert.equal((await fetch(`${serving.url}/v1/predict`, { method: "POST", headers, body })).status, 200);
  const { models } = (await (await fetch(`${serving.url}/v1/models`)).json()) as {
    models: { inputs: { shape: number[] }[] }[];
  };
  assert.deepEqual(models[0]!.inputs[0]!.shape, [null, 5]);
});
