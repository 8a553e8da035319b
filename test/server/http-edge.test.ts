// The app without Node: bundled for a worker, it imports nothing of Node's, compiles no wasm at run time, and answers from bytes.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { before, describe, test } from "node:test";
import { promisify } from "node:util";
import { build, type Metafile } from "esbuild";
import { classify, forecast } from "sluice/tasks";
import { writePrices, writeReviews } from "../cli/samples.js";
import { plainModel, SAMPLE, serverFolder } from "./http-support.js";

const folder = serverFolder();

/** What a user writes: models, and the kernels as a module that the platform has compiled. */
const WORKER = `
import { ready, setWasmSource } from "sluice";
import { createApp, openServed } from "sluice/server";
export async function worker(files, kernels) {
  setWasmSource((file) => kernels.get(file));
  await ready();
  const models = [];
  for (const [name, bytes] of files) models.push(await openServed({ name, bytes }));
  return createApp({ models });
}`;

/** What the worker has to do without. */
const MISSING = ["process", "Buffer", "setImmediate", "require", "AbortController"];

/** A platform that compiles no wasm at run time, as edge workers have it. */
const PLATFORM = `
import { readdirSync, readFileSync } from "node:fs";
const print = (text) => process.stdout.write(text);
const files = ["plain", "reviews", "prices"].map((name) => [name, new Uint8Array(readFileSync(name + ".safetensors"))]);
const kernels = new Map();
for (const file of readdirSync("kernels")) {
  const bytes = readFileSync("kernels/" + file);
  if (WebAssembly.validate(bytes)) kernels.set(file, new WebAssembly.Module(bytes));
}
const asked = JSON.parse(readFileSync("asked.json", "utf8"));
// Node's own fetch compiles its parser when it is first used.
await (await fetch("data:,x")).text();
const refuse = () => { throw new Error("no code is made at run time"); };
Object.assign(WebAssembly, { compile: refuse, instantiateStreaming: refuse, compileStreaming: refuse });
const { worker } = await import("./worker/worker.js");
const app = await worker(files, kernels);
const answers = [];
for (const [name, body] of asked) {
  const headers = { "content-type": "application/json" };
  const response = await app.fetch(new Request("https://edge.example/v1/models/" + name + "/predict", { method: "POST", headers, body: JSON.stringify(body) }));
  answers.push({ status: response.status, body: await response.json() });
}
answers.push({ status: (await app.fetch(new Request("https://edge.example/openapi.json"))).status });
print(JSON.stringify(answers));
`;

describe("an edge worker", () => {
  let metafile: Metafile;

  before(async () => {
    writeFileSync(join(folder, "worker.js"), WORKER);
    ({ metafile } = await build({
      stdin: { contents: WORKER, resolveDir: resolve("."), loader: "js" },
      outdir: join(folder, "worker"),
      entryNames: "worker",
      bundle: true,
      splitting: true,
      format: "esm",
      platform: "browser",
      conditions: ["worker", "browser"],
      target: "es2022",
      external: ["node:*"],
      // Node's own Request needs its objects, so they are taken from the worker alone. What an edge worker makes in one request, such as an
      // AbortController, it may not touch in another: the app makes none.
      define: Object.fromEntries(MISSING.map((name) => [name, "undefined"])),
      metafile: true,
      logLevel: "warning",
    }));
  });

  test("the bundle imports nothing of Node's, not even when it is used", () => {
    const all = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
    assert.deepEqual(all.filter((path) => path.startsWith("node:")), []); // prettier-ignore
    assert.ok(Object.keys(metafile.inputs).some((path) => path.endsWith("dist/server/app.js")));
    assert.ok(!Object.keys(metafile.inputs).some((path) => /server\/node\//.test(path)));
  });

  test("it answers as the library does", async () => {
    writePrices(folder);
    writeReviews(folder);
    const common = { runs: join(folder, "runs"), epochs: 1, units: 8 };
    const hooks = { warn: () => undefined };
    const reviews = await classify.train(
      join(folder, "reviews.tsv"),
      { ...common, text: "review", label: "label" },
      hooks,
    );
    const prices = await forecast.train(join(folder, "prices.csv"), { ...common, target: "close", time: "date", lookback: 20 }, hooks); // prettier-ignore
    for (const [name, run] of Object.entries({ reviews, prices }))
      copyFileSync(join(run.folder!, "model.safetensors"), join(folder, `${name}.safetensors`));
    const plain = plainModel();
    await plain.save(join(folder, "plain.safetensors"));
    cpSync("dist/kernels/wasm", join(folder, "kernels"), {
      recursive: true,
      filter: (file) => !/\.(js|ts)$/.test(file),
    });
    const rows = readFileSync(join(folder, "prices.csv"), "utf8").trim().split("\n").slice(1).map((line) => line.split(",")).map(([date, close]) => ({ date: date!, close: Number(close) })); // prettier-ignore
    const texts = ["great fine film", "dull plot"];
    const input = plain.inputs[0]!.node.layer.name;
    const asked = [
      ["plain", { inputs: { [input]: SAMPLE } }],
      ["reviews", { texts }],
      ["prices", { rows }],
    ];
    writeFileSync(join(folder, "asked.json"), JSON.stringify(asked));
    writeFileSync(join(folder, "platform.mjs"), PLATFORM);
    mkdirSync(join(folder, "worker"), { recursive: true });
    const { stdout } = await promisify(execFile)(process.execPath, ["platform.mjs"], {
      cwd: folder,
      maxBuffer: 2 ** 24,
    });
    const answers = JSON.parse(stdout) as {
      status: number;
      body: { outputs: { out: number[][] }; answers: unknown[] };
    }[];
    assert.deepEqual(answers.map(({ status }) => status), [200, 200, 200, 200]); // prettier-ignore
    const round = (_: string, value: unknown) => (typeof value === "number" ? Number(value.toPrecision(4)) : value);
    const plainly = (value: unknown) => JSON.parse(JSON.stringify(value, round)) as unknown;
    assert.deepEqual(plainly(answers[0]!.body.outputs.out), plainly((await plain.predict(SAMPLE)).toArray()));
    assert.deepEqual(plainly(answers[1]!.body.answers), plainly(await reviews.predict(texts as never)));
    assert.deepEqual(plainly(answers[2]!.body.answers), plainly(await prices.predict(rows)));
  });
});
