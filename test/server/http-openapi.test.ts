// The description is valid OpenAPI 3.1, fits what is really sent and answered, and names no response that cannot come.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { z } from "zod";
import { jsonLog, sessions, type AppOptions, type ServedModel } from "sluice/server";
import { classify, forecast, generate, regress } from "sluice/tasks";
import { writeClips, writeHouses, writeNovel, writePrices } from "../cli/samples.js";
import { client, ok, plain, plainBody, servedRun, serverFolder, type Client } from "./http-support.js";

type Schema = Record<string, unknown>;

interface Operation {
  readonly requestBody?: { readonly content: Record<string, { schema?: Schema; example?: unknown }> };
  readonly responses: Record<string, { readonly content?: Record<string, { schema?: Schema }> }>;
}

interface Description {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, Schema> };
}

const folder = serverFolder();
const hooks = { warn: () => undefined };
const token = "a-token-for-tests";
const bearer = { authorization: `Bearer ${token}` };
let models: ServedModel[] = [];

before(async () => {
  for (const write of [writePrices, writeHouses, writeNovel]) write(folder);
  writeClips(folder, "clips", 6);
  const at = (name: string) => join(folder, name);
  const common = { runs: at("runs"), epochs: 1 };
  models = [
    await plain(),
    await servedRun(await forecast.train(at("prices.csv"), { ...common, target: "close", time: "date", lookback: 20, units: 8 }, hooks), "prices"), // prettier-ignore
    await servedRun(await regress.train(at("houses.csv"), { ...common, target: "medv" }, hooks), "houses"),
    await servedRun(await generate.train(at("novel.txt"), { ...common, units: 8, stepsPerEpoch: 5 }, hooks), "novel"),
    await servedRun(await classify.train(at("clips"), { ...common, audio: true, units: 8 }, hooks), "clips.v1"),
  ];
});

const describeApp = async (api: Client, headers: Record<string, string> = {}) =>
  ok<Description>(await api.get("/openapi.json", headers));

/** A check of a value by a schema of the description; references are resolved by hand, since zod reads local ones only in $defs. */
function checkerOf({ components }: Description) {
  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve);
    if (typeof value !== "object" || value === null) return value;
    const { $ref } = value as { $ref?: string };
    if ($ref !== undefined) return resolve(components.schemas[$ref.replace("#/components/schemas/", "")]);
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolve(inner)]));
  };
  // What zod does not read of a schema, it would refuse: content encodings say nothing about the JSON itself.
  const strip = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(strip);
    if (typeof value !== "object" || value === null) return value;
    const { contentEncoding: _, contentMediaType: __, ...rest } = value as Schema;
    // Which of the ways is taken is said by alternatives that only name what is required, which zod does not read either.
    if (Array.isArray(rest["oneOf"]) && rest["oneOf"].every((one: Schema) => "required" in one)) delete rest["oneOf"];
    return Object.fromEntries(Object.entries(rest).map(([key, inner]) => [key, strip(inner)]));
  };
  return (schema: Schema) => z.fromJSONSchema(strip(resolve(schema)) as never);
}

describe("the description", () => {
  for (const options of [
    {},
    { token, basePath: "/ml", limits: { rate: 10 }, hosts: ["localhost"] },
  ] as Partial<AppOptions>[]) {
    test(`is valid OpenAPI 3.1${options.token === undefined ? "" : ", with a token and below a path"}`, async () => {
      const api = client({ models, extensions: [sessions()], ...options });
      const response = await api.get(
        `${options.basePath ?? ""}/openapi.json`,
        options.token === undefined ? {} : bearer,
      );
      const description = await ok<Description>(response);
      const { valid, errors } = await new Validator().validate(description as never);
      assert.ok(valid, JSON.stringify(errors));
      const own = Object.keys(description.paths).filter((path) => /^\/v1\/models\/[^{]+\//.test(path));
      assert.deepEqual(
        own,
        ["plain", "prices", "houses", "clips.v1"].map((name) => `/v1/models/${name}/predict`),
      );
    });
  }

  test("its examples are answered, and the answers are those that it promises", async () => {
    const api = client({ models });
    const description = await describeApp(api);
    const schemaOf = checkerOf(description);
    for (const name of ["plain", "houses", "prices"]) {
      const path = `/v1/models/${name}/predict`;
      const { requestBody, responses } = description.paths[path]!["post"]!;
      const { schema, example } = requestBody!.content["application/json"]!;
      assert.ok(schemaOf(schema!).safeParse(example).success, `${name}: ${JSON.stringify(example)}`);
      const answer = await ok(await api.post(path, example));
      schemaOf(responses["200"]!.content!["application/json"]!.schema!).parse(answer);
    }
    const listed = description.paths["/v1/models"]!["get"]!.responses["200"]!.content!["application/json"]!.schema!;
    schemaOf(listed).parse(await ok(await api.get("/v1/models")));
  });

  test("the classes of an answer are named", async () => {
    const api = client({ models });
    const { components } = await describeApp(api);
    const { properties } = components.schemas["clips.v1.PredictResponse"] as {
      properties: { answers: { items: { properties: Record<string, Schema> } } };
    };
    assert.deepEqual(properties.answers.items.properties["label"]!["enum"], ["high", "low", null]);
    const audio = [readFileSync(join(folder, "clips/low/0.wav")).toString("base64")];
    const answer = await ok(await api.post("/v1/models/clips.v1/predict", { audio }));
    checkerOf(await describeApp(api))({ $ref: "#/components/schemas/clips.v1.PredictResponse" }).parse(answer);
  });

  test("fields have their names, types and units", async () => {
    const { components } = await describeApp(client({ models }));
    const { properties } = components.schemas["prices.PredictRequest"] as {
      properties: { rows: { items: { properties: Schema } } };
    };
    assert.deepEqual(Object.keys(properties.rows.items.properties), ["date", "close"]);
    const audio = components.schemas["clips.v1.PredictRequest"] as { oneOf: Schema[] };
    assert.deepEqual(audio.oneOf, [{ required: ["audio"] }]);
  });
});

test("every response that is described does come", async () => {
  const limits = { maxBody: 5000, maxQueue: 1, rate: 1000 };
  const all = [await plain("plain", 1, { limits }), models[2]!, models[3]!];
  const lines: string[] = [];
  const options = { models: all, limits, token, hosts: ["localhost"], log: jsonLog((line) => void lines.push(line)) };
  const description = await describeApp(client(options), bearer);
  const missing: string[] = [];
  for (const [path, item] of Object.entries(description.paths)) {
    for (const [method, { responses, requestBody }] of Object.entries(item)) {
      const way = { path, method, body: path.includes("generate") ? { prompt: "", length: 3 } : (requestBody?.content["application/json"]?.example ?? {}) }; // prettier-ignore
      for (const status of Object.keys(responses)) {
        const came = await provoke(Number(status), way, options, all);
        if (came !== Number(status)) missing.push(`${method} ${path}: ${status}, got ${came}`);
      }
    }
  }
  assert.deepEqual(missing, []);
});

interface Way {
  readonly path: string;
  readonly method: string;
  readonly body: unknown;
}

/** Does what leads to that status. */
async function provoke(
  status: number,
  { path, method, body }: Way,
  options: AppOptions,
  all: readonly ServedModel[],
): Promise<number> {
  const api = client(status === 500 ? { ...options, models: all.map(broken) } : options);
  const concrete = (name: string) => path.replace("{name}", name);
  const known = concrete(path.startsWith("/problems") ? "internal" : "plain");
  const get = async (at: string, headers: Record<string, string> = bearer) => (await api.get(at, headers)).status;
  const post = async (sent: unknown, headers: Record<string, string> = {}) =>
    (await api.post(path, sent, { ...bearer, ...headers })).status;
  const send = (headers: Record<string, string>) =>
    method === "get" ? get(known, headers) : api.post(known, body, headers).then((response) => response.status);
  if (status === 401) return send({});
  if (status === 403) return send({ authorization: "Bearer other" });
  if (status === 421) return send({ ...bearer, host: "other.example" });
  if (status === 429) {
    const strict = client({ ...options, limits: { ...options.limits, rate: 1 } });
    await strict.get("/metrics", bearer);
    return method === "get" ? (await strict.get(known, bearer)).status : (await strict.post(path, body, bearer)).status;
  }
  if (status === 503 && path === "/readyz") {
    api.app.stop();
    return get(path, {});
  }
  if (method === "get") {
    if (status === 404) return get(concrete("nothing"));
    if (status === 500 && path === "/metrics") return metricsThatFail(options);
    return get(known);
  }
  if (status === 200) return post(body);
  if (status === 400) return post("{");
  if (status === 404) return post({ ...(body as object), model: "nothing" });
  if (status === 406) return post(body, { accept: "image/png" });
  if (status === 413) return post("x".repeat(6000), { "content-length": "6000" });
  if (status === 415) return post("x", { "content-type": "text/plain" });
  if (status === 422) return post({ unknown: 1 });
  if (status === 500) return post(body);
  if (status === 503) {
    api.app.stop();
    return post(body);
  }
  return 0;
}

/** A model that fails at whatever it is asked. */
function broken(served: ServedModel): ServedModel {
  const network = new Proxy(served.model, { get: fail });
  const own = { ...served, model: network, batched: network };
  const get = () => {
    throw new Error("unreadable");
  };
  return Object.defineProperties(own, { loadedAt: { get }, ...(served.signature === null && { signature: { get } }) });
}

async function metricsThatFail(options: AppOptions): Promise<number> {
  const api = client(options);
  Object.assign(api.app.context.metrics, { text: () => { throw new Error("broken"); } }); // prettier-ignore
  return (await api.get("/metrics", bearer)).status;
}

function fail(target: ServedModel["model"], name: string): unknown {
  if (["predict", "predictAll", "preparePrediction"].includes(name))
    return () => Promise.reject(new TypeError("broken"));
  const value: unknown = Reflect.get(target, name, target);
  return typeof value === "function" ? (value.bind(target) as unknown) : value;
}

test("the page for people loads nothing, and shows names as text", async () => {
  const response = await client({ models }).get("/");
  const html = await response.text();
  assert.match(response.headers.get("content-type") ?? "", /text\/html/);
  assert.match(response.headers.get("content-security-policy") ?? "", /default-src 'none'/);
  assert.doesNotMatch(html, /<script|src=|@import|url\(/);
  for (const { name } of models) assert.ok(html.includes(name));
  const field = { name: "<img src=x onerror=alert(1)>", type: "number" } as const;
  const signature = { ...models[2]!.signature!, inputs: [field] };
  const tricky = await client({ models: [{ ...models[2]!, signature }] }).get("/");
  assert.doesNotMatch(await tricky.text(), /<img/);
});

test("a model that writes has nothing to predict", async () => {
  const api = client({ models });
  assert.equal((await api.post("/v1/models/novel/predict", { texts: ["a"] })).status, 422);
  await ok(await api.post("/v1/predict", plainBody(models[0]!)));
});
