// Predictions over HTTP are those of the library: JSON and Arrow, arrays, rows, texts and recordings, alone and together.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import * as arrow from "apache-arrow";
import fc from "fast-check";
import { Random } from "sluice";
import { DEFAULT_LIMITS, openServed, ServerMetrics, type ServedModel } from "sluice/server";
import { classify, forecast, regress, translate, type Answer, type Run } from "sluice/tasks";
import { taskInput } from "../../src/server/predict/task-input.js";
import { writeClips, writeHouses, writePairs, writePrices, writeReviews } from "../cli/samples.js";
import { client, inputName, ok, plain, plainBody, plainModel, problem, SAMPLE, servedRun, serverFolder, type Client } from "./http-support.js"; // prettier-ignore

const ARROW = "application/vnd.apache.arrow.stream";
const hooks = { warn: () => undefined };

interface Answers {
  readonly model: string;
  readonly version: string;
  readonly answers: Answer[];
}

const near = (a: readonly number[], b: readonly number[]) => {
  assert.equal(a.length, b.length);
  for (const [i, value] of a.entries()) assert.ok(Math.abs(value - b[i]!) < 1e-6, `${value} is not ${b[i]}`);
};

describe("a plain model", () => {
  let served: ServedModel;
  let api: Client;
  let expected: number[];

  before(async () => {
    served = await plain();
    api = client({ models: [served] });
    expected = [...(await plainModel().predict(SAMPLE)).data];
  });

  test("takes nested arrays, and flat ones with their shape", async () => {
    const { outputs, model, version } = await ok<{ outputs: { out: number[][] }; model: string; version: string }>(
      await api.post("/v1/predict", plainBody(served)),
    );
    near(outputs.out[0]!, expected);
    assert.deepEqual([model, version], ["plain", served.version]);
    const flat = { shape: [1, 2, 3], data: SAMPLE.flat(2) };
    const again = await ok<{ outputs: { out: number[][] } }>(
      await api.post("/v1/models/plain/predict", plainBody(served, flat)),
    );
    near(again.outputs.out[0]!, expected);
  });

  test("takes and gives Arrow: lists of fixed size, lists, two batches", async () => {
    const step = new arrow.FixedSizeList(3, new arrow.Field("item", new arrow.Float32(), false));
    for (const type of [
      new arrow.FixedSizeList(2, new arrow.Field("item", step, false)),
      new arrow.List(new arrow.Field("item", step, false)),
    ]) {
      const vector = (rows: unknown[]) => arrow.vectorFromArray(rows as never[], type as never) as arrow.Vector;
      const name = inputName(served);
      const [a, b] = [SAMPLE[0], [[0, 0, 1], [1, 0, 0]]]; // prettier-ignore
      const table = new arrow.Table({ [name]: vector([a]) }).concat(new arrow.Table({ [name]: vector([b, a]) }));
      assert.equal(table.batches.length, 2);
      const body = arrow.tableToIPC(table, "stream");
      const response = await api.post("/v1/predict", body, {
        "content-type": ARROW,
        accept: `${ARROW}, application/json;q=0.5`,
      });
      assert.equal(response.status, 200);
      assert.equal(response.headers.get("content-type"), ARROW);
      assert.equal(response.headers.get("x-model-version"), served.version);
      const answer = arrow.tableFromIPC(new Uint8Array(await response.arrayBuffer())).getChild("out")!;
      const truth = await plainModel().predict([a, b, a] as number[][][]);
      near(
        [...answer].flatMap((row) => [...(row as Iterable<number>)]),
        [...truth.data],
      );
    }
  });

  test("takes 64-bit integers, as pandas makes them", async () => {
    const step = new arrow.FixedSizeList(3, new arrow.Field("item", new arrow.Int64(), false));
    const type = new arrow.FixedSizeList(1, new arrow.Field("item", step, false));
    const vector = arrow.vectorFromArray([[[1n, 2n, -3n]]], type) as arrow.Vector;
    const body = arrow.tableToIPC(new arrow.Table({ [inputName(served)]: vector }), "stream");
    const { outputs } = await ok<{ outputs: { out: number[][] } }>(await api.post("/v1/predict", body, { "content-type": ARROW })); // prettier-ignore
    near(outputs.out[0]!, [...(await plainModel().predict([[[1, 2, -3]]])).data]);
  });

  test("names what does not fit, and where", async () => {
    const ask = (body: unknown) => api.post("/v1/predict", body);
    const wide = await problem(await ask(plainBody(served, [[[1, 2]]])), "invalid-input", 422);
    assert.match(wide.detail, /must be \[null, null, 3\], got \[1, 1, 2\]/);
    const ragged = await problem(await ask(plainBody(served, [[[1, 2, 3], [1, 2]]])), "invalid-input", 422); // prettier-ignore
    assert.equal(ragged.errors?.[0]?.pointer, `#/inputs/${inputName(served)}`);
    const { errors } = await problem(await ask({ inputs: { other: SAMPLE } }), "invalid-input", 422);
    assert.deepEqual(errors?.map(({ pointer }) => pointer), ["#/inputs/other", `#/inputs/${inputName(served)}`]); // prettier-ignore
    await problem(await ask({ inputs: SAMPLE }), "invalid-input", 422);
    await problem(await ask({ ...plainBody(served), extra: 1 }), "invalid-input", 422);
    await problem(await ask(plainBody(served, [[["1", 2, 3]]])), "invalid-input", 422);
    await problem(await ask(plainBody(served, { shape: [1, 1, 3], data: [1, 2] })), "invalid-input", 422);
    await problem(await ask(plainBody(served, [])), "invalid-input", 422);
    await problem(await ask([]), "invalid-input", 422);
  });
});

describe("series that are classified", () => {
  const folder = serverFolder();
  const random = new Random(1);
  const steps = (rising: boolean) =>
    Array.from({ length: 12 }, (_, t) => (rising ? t : 12 - t) / 12 + random.uniform() / 5);
  const series = Array.from({ length: 60 }, (_, i) => steps(i % 2 === 0));
  const options = { runs: join(folder, "runs"), epochs: 1, units: 8, label: "kind" };
  const plainly = (value: unknown) =>
    JSON.parse(
      JSON.stringify(value, (_, one: unknown) => (typeof one === "number" ? Number(one.toPrecision(4)) : one)),
    ) as unknown;

  test("each row of the file a series: steps come as rows, samples as lists of them", async () => {
    const names = Array.from({ length: 12 }, (_, t) => `t${t}`);
    const rows = series.map((values, i) => ({ kind: i % 2 === 0 ? "up" : "down", ...Object.fromEntries(names.map((name, t) => [name, values[t]!])) })); // prettier-ignore
    const run = await classify.train(rows, { ...options, wide: true }, hooks);
    const served = await servedRun(run, "wide");
    const api = client({ models: [served] });
    const [field] = served.signature!.inputs;
    const asked = [steps(true), steps(false).slice(3)];
    const samples = asked.map((values) => values.map((value) => ({ [field!.name]: value })));
    const answer = await ok<{ samples: Answer[][] }>(await api.post("/v1/predict", { samples }));
    const wanted = await run.predict(asked as never);
    const labels = (list: readonly Answer[]) => plainly(list.map(({ label, probability }) => [label!, probability!]));
    assert.deepEqual(labels(answer.samples.flat()), labels(wanted));
    await problem(await api.post("/v1/predict", { rows: [{ [field!.name]: null }, { [field!.name]: 1 }] }), "invalid-input", 422); // prettier-ignore
  });

  test("rows that belong to a series by their id", async () => {
    const long = (list: readonly (readonly number[])[]) =>
      list.flatMap((values, i) => values.map((value) => ({ series: `s${i}`, value })));
    const rows = series.flatMap((values, i) => values.map((value) => ({ series: `s${i}`, value, kind: i % 2 === 0 ? "up" : "down" }))); // prettier-ignore
    const run = await classify.train(rows, { ...options, id: "series", features: ["value"] }, hooks);
    const api = client({ models: [await servedRun(run, "long")] });
    const asked = long([steps(true), steps(false).slice(3)]);
    const { answers } = await ok<Answers>(await api.post("/v1/predict", { rows: asked }));
    assert.deepEqual(plainly(answers), plainly(await run.predict(asked)));
    assert.equal(answers.length, 2);
  });
});

test("requests at the same time are computed in one call, and each gets its own answer", async () => {
  const metrics = new ServerMetrics();
  const served = await openServed({ name: "m", bytes: await plainModel().toBytes(), metrics });
  const api = client({ models: [served], metrics });
  const inputs = Array.from({ length: 20 }, (_, i) => [[[i / 10, 1, -i / 5]]]);
  const answers = await Promise.all(
    inputs.map(
      async (x) =>
        (await ok<{ outputs: { out: number[][] } }>(await api.post("/v1/predict", plainBody(served, x)))).outputs
          .out[0]!,
    ),
  );
  const truth = await plainModel().predict(inputs.map(([x]) => x!));
  near(answers.flat(), [...truth.data]);
  assert.equal(metrics.batchSize.count({ model: "m" }), 1);
  // Other lengths of time cannot be computed together.
  const longer = [[[1, 1, 1], [2, 2, 2]]]; // prettier-ignore
  await Promise.all([api.post("/v1/predict", plainBody(served, longer)), api.post("/v1/predict", plainBody(served))]);
  await Promise.all([
    api.post(
      "/v1/predict",
      plainBody(
        served,
        [longer[0]![0]!].map((row) => [row]),
      ),
    ),
    api.post("/v1/predict", plainBody(served)),
  ]);
  assert.equal(metrics.batchSize.count({ model: "m" }), 4);
});

test("one request that does not fit leaves the others of its batch alone", async () => {
  const served = await plain();
  const api = client({ models: [served] });
  const [good, bad] = await Promise.all([
    api.post("/v1/predict", plainBody(served)),
    api.post("/v1/predict", plainBody(served, [[[1, 2]]])),
  ]);
  await ok(good);
  await problem(bad, "invalid-input", 422);
});

describe("models of tasks", () => {
  const folder = serverFolder();
  const runs: Record<string, Run> = {};
  let api: Client;
  const rows = () =>
    readFileSync(join(folder, "prices.csv"), "utf8")
      .trim()
      .split("\n")
      .slice(1, 41)
      .map((line) => line.split(","))
      .map(([date, close]) => ({ date: date!, close: Number(close) }));

  before(async () => {
    for (const write of [writePrices, writeReviews, writeHouses, writePairs]) write(folder);
    writeClips(folder, "clips", 6);
    const at = (name: string) => join(folder, name);
    const common = { runs: at("runs"), epochs: 1 };
    runs["prices"] = await forecast.train(at("prices.csv"), { ...common, target: "close", time: "date", lookback: 20, horizon: 3, units: 8 }, hooks); // prettier-ignore
    runs["reviews"] = await classify.train(at("reviews.tsv"), { ...common, text: "review", label: "label", units: 8 }, hooks); // prettier-ignore
    runs["clips"] = await classify.train(at("clips"), { ...common, audio: true, units: 8 }, hooks);
    runs["houses"] = await regress.train(at("houses.csv"), { ...common, target: "medv" }, hooks);
    runs["pairs"] = await translate.train(at("pairs.tsv"), { ...common, source: "en", target: "de", units: 8 }, hooks);
    const models = [];
    for (const [name, run] of Object.entries(runs)) models.push(await servedRun(run, name));
    api = client({ models });
  });

  const ask = async (name: string, body: unknown) =>
    (await ok<Answers>(await api.post(`/v1/models/${name}/predict`, body))).answers;
  /** What the library says, in JSON: dates as texts, numbers to the last bit that batches leave alone. */
  const same = (got: unknown, wanted: unknown) => {
    const round = (_: string, value: unknown) =>
      typeof value === "number" ? Math.fround(Number(value.toPrecision(5))) : value;
    assert.deepEqual(JSON.parse(JSON.stringify(got, round)), JSON.parse(JSON.stringify(wanted, round)));
  };

  test("forecast: rows, columns, several samples", async () => {
    const wanted = await runs["prices"]!.predict(rows());
    same(await ask("prices", { rows: rows() }), wanted);
    const columns = { date: rows().map(({ date }) => date), close: rows().map(({ close }) => close) };
    same(await ask("prices", { columns }), wanted);
    const response = await api.post("/v1/models/prices/predict", { samples: [rows(), rows().slice(0, 30)] });
    const { samples } = await ok<{ samples: Answer[][] }>(response);
    same(samples, [wanted, await runs["prices"]!.predict(rows().slice(0, 30))]);
  });

  test("forecast: Arrow in and out", async () => {
    const table = arrow.tableFromArrays({ date: rows().map(({ date }) => new Date(date)), close: Float64Array.from(rows(), ({ close }) => close) }); // prettier-ignore
    const headers = { "content-type": ARROW, accept: ARROW };
    const response = await api.post("/v1/predict?model=prices", arrow.tableToIPC(table, "stream"), headers);
    assert.equal(response.status, 200, await response.clone().text());
    const answers = arrow.tableFromIPC(new Uint8Array(await response.arrayBuffer())).toArray().map((row) => row.toJSON() as Answer); // prettier-ignore
    same(answers, await runs["prices"]!.predict(rows()));
  });

  test("classify: texts, also such that look like dates", async () => {
    const texts = ["great fine film", "2024-01-01"];
    same(await ask("reviews", { texts }), await runs["reviews"]!.predict(texts as never));
    same(
      await ask("reviews", { rows: [{ review: "dull plot" }] }),
      await runs["reviews"]!.predict(["dull plot"] as never),
    );
  });

  test("classify: recordings as WAV files, as samples, and as the body itself", async () => {
    const file = readFileSync(join(folder, "clips/low/0.wav"));
    const wanted = await runs["clips"]!.predict(new Uint8Array(file));
    same(await ask("clips", { audio: [file.toString("base64")] }), wanted);
    const pcm = { pcm: file.subarray(44).toString("base64"), sampleRate: 8000 };
    same(await ask("clips", { audio: [pcm, pcm] }), [...wanted, ...wanted]);
    const raw = await api.post("/v1/models/clips/predict", new Uint8Array(file), { "content-type": "audio/wav" });
    same((await ok<Answers>(raw)).answers, wanted);
  });

  test("a recording that lasts too long, or is none", async () => {
    const strict = client({ models: [await servedRun(runs["clips"]!, "clips")], limits: { maxLength: 20 } });
    const wav = (body: Uint8Array) => strict.post("/v1/predict", body, { "content-type": "audio/wav" });
    await problem(await wav(new Uint8Array(readFileSync(join(folder, "clips/low/0.wav")))), "too-long", 422);
    await problem(await wav(new TextEncoder().encode("RIFF, but no recording at all, and none behind it")), "invalid-input", 422); // prettier-ignore
    await problem(await wav(new Uint8Array(0)), "invalid-input", 422);
    await problem(await strict.post("/v1/predict", { audio: [{ pcm: "AAAA", sampleRate: 8000 }] }), "invalid-input", 422); // prettier-ignore
    await problem(await strict.post("/v1/predict", { audio: [{ pcm: "AAA=", sampleRate: 1e9 }] }), "invalid-input", 422); // prettier-ignore
    await problem(await strict.post("/v1/predict", { audio: ["no base64"] }), "invalid-input", 422);
  });

  test("regress and translate", async () => {
    const houses = [{ rooms: 6, age: 50 }, { rooms: 7, age: 20 }]; // prettier-ignore
    same(await ask("houses", { rows: houses }), await runs["houses"]!.predict(houses));
    const texts = ["two red houses.", "four blue cars."];
    const wanted = await runs["pairs"]!.predict(texts.map((en) => ({ en })), { beamWidth: 2 }); // prettier-ignore
    same(await ask("pairs", { texts, options: { beamWidth: 2 } }), wanted);
  });

  test("nothing of a client becomes a path", async () => {
    const path = join(folder, "clips/low/0.wav");
    const to = (name: string, body: unknown) => api.post(`/v1/models/${name}/predict`, body);
    await problem(await to("clips", { texts: [path] }), "invalid-input", 422);
    await problem(await to("clips", { rows: [{ audio: path }] }), "invalid-input", 422);
    await problem(await to("clips", { audio: [path] }), "invalid-input", 422);
    await problem(await to("clips", { audio: path }), "invalid-input", 422);
    await problem(await to("prices", { rows: join(folder, "prices.csv") }), "invalid-input", 422);
    await problem(await to("prices", { samples: [join(folder, "prices.csv")] }), "invalid-input", 422);
    same(await ask("reviews", { texts: [join(folder, "reviews.tsv")] }), await runs["reviews"]!.predict([join(folder, "reviews.tsv")] as never)); // prettier-ignore
    const table = arrow.tableFromArrays({ audio: [path] });
    const arrowed = await api.post("/v1/models/clips/predict", arrow.tableToIPC(table, "stream"), { "content-type": ARROW }); // prettier-ignore
    await problem(arrowed, "not-supported", 422);
  });

  test("no JSON whatever makes the server fail", async () => {
    const names = Object.keys(runs);
    const cell = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom(0, -1, 1e308, "", "2024-01-01", "a", null, true),
    );
    const field = fc.constantFrom("date", "close", "rooms", "age", "review", "en", "audio", "pcm", "sampleRate", "x");
    const row = fc.dictionary(field, cell, { maxKeys: 4 });
    const list = fc.array(fc.oneof(cell, row), { maxLength: 25 });
    const way = fc.constantFrom("rows", "columns", "samples", "texts", "audio", "inputs", "options", "model", "other");
    const body = fc.dictionary(way, fc.oneof(cell, list, fc.array(list, { maxLength: 3 }), fc.dictionary(field, list)), { maxKeys: 3 }); // prettier-ignore
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), fc.oneof(fc.jsonValue(), body), async (name, sent) => {
        const response = await api.post(`/v1/models/${name}/predict`, JSON.stringify(sent));
        assert.ok([200, 400, 404, 422].includes(response.status), `${response.status} ${JSON.stringify(sent)}`);
      }),
      { numRuns: 500 },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("houses", "reviews"),
        fc.array(row, { minLength: 1, maxLength: 5 }),
        async (name, rows) => {
          const known = name === "houses" ? ["rooms", "age"] : ["review"];
          const fitting = rows.map((one) => Object.fromEntries(known.map((key) => [key, one[key] ?? null])));
          const { status } = await api.post(`/v1/models/${name}/predict`, JSON.stringify({ rows: fitting }));
          assert.ok([200, 400, 422].includes(status), `${status} ${JSON.stringify(fitting)}`);
        },
      ),
      { numRuns: 200 },
    );
  });

  test("a model whose rows name recordings is not asked: they would be files of the server", () => {
    const { signature } = api.app.context.models.get("houses");
    const inputs = [...signature!.inputs, { name: "clip", type: "audio" }] as const;
    const ask = () => taskInput({ ...signature!, inputs }, { rows: [{ clip: "/etc/passwd" }] }, DEFAULT_LIMITS);
    assert.throws(ask, { kind: "not-supported" });
  });

  test("fields that are missing are pointed at where they would stand", async () => {
    const pointers = async (name: string, body: unknown) => {
      const { errors } = await problem(await api.post(`/v1/models/${name}/predict`, body), "invalid-input", 422);
      return errors?.map(({ pointer }) => pointer);
    };
    const undated = rows().map(({ date }) => ({ date }));
    assert.deepEqual(await pointers("prices", { rows: undated }), ["#/rows/0/close"]);
    assert.deepEqual(await pointers("prices", { samples: [rows(), undated] }), ["#/samples/1/0/close"]);
    assert.deepEqual(await pointers("prices", { columns: { date: undated.map(({ date }) => date) } }), ["#/columns/close"]); // prettier-ignore
    // Each row of a table is a sample.
    assert.deepEqual(await pointers("houses", { rows: [{ rooms: 6, age: 5 }, { rooms: 6 }, {}] }), ["#/rows/1/age", "#/rows/2/rooms", "#/rows/2/age"]); // prettier-ignore
    assert.deepEqual(await pointers("houses", { columns: { rooms: [6, "x"], age: [1, 2] } }), ["#/columns/rooms/1"]);
    assert.deepEqual(await pointers("houses", { columns: { rooms: [6, 7], age: [1] } }), ["#/columns/age"]);
    assert.deepEqual(await pointers("houses", { rows: [{ rooms: 6, age: 5 }], extra: 1 }), ["#/extra"]);
    assert.deepEqual(await pointers("pairs", { texts: ["two"], options: { format: "csv" } }), ["#/options/format"]);
    // A pointer in a URI is percent-encoded; the sentence is for reading.
    const body = { rows: [{ rooms: 6, age: 5, "5 % / 收": 1 }] };
    const { errors, detail } = await problem(await api.post("/v1/models/houses/predict", body), "invalid-input", 422);
    assert.equal(errors?.[0]?.pointer, "#/rows/0/5%20%25%20~1%20%E6%94%B6");
    assert.ok(detail.startsWith("#/rows/0/5 % ~1 收: the model takes no field"), detail);
  });

  test("every value that does not fit is pointed at", async () => {
    const bad = rows().map((row, i) => (i === 3 ? { ...row, close: "dear" } : i === 5 ? { ...row, closee: 1 } : row));
    const { errors } = await problem(await api.post("/v1/models/prices/predict", { rows: bad }), "invalid-input", 422);
    assert.deepEqual(errors?.map(({ pointer }) => pointer), ["#/rows/3/close", "#/rows/5/closee"]); // prettier-ignore
    assert.match(errors?.[1]?.detail ?? "", /did you mean "close"/);
    const short = await problem(
      await api.post("/v1/models/prices/predict", { rows: rows().slice(0, 4) }),
      "invalid-input",
      422,
    );
    assert.match(short.detail, /20/);
    await problem(await api.post("/v1/models/houses/predict", { rows: [], columns: {} }), "invalid-input", 422);
    await problem(await api.post("/v1/models/houses/predict", {}), "invalid-input", 422);
    await problem(
      await api.post("/v1/models/houses/predict", { columns: { rooms: [1, 2], age: [1] } }),
      "invalid-input",
      422,
    );
    await problem(await api.post("/v1/models/houses/predict", { rows: [{ rooms: 6, age: 5 }], options: { beamWidth: 1 } }), "invalid-input", 422); // prettier-ignore
    await problem(await api.post("/v1/models/pairs/predict", { texts: ["two"], options: { format: "csv" } }), "invalid-input", 422); // prettier-ignore
    await problem(await api.post("/v1/models/pairs/predict", { texts: ["two"], options: { beamWidth: 1e9 } }), "invalid-input", 422); // prettier-ignore
  });
});
