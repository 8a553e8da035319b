// Every limit, and who may ask: each with its status code and a problem document.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as arrow from "apache-arrow";
import { jsonLog, type ServedModel } from "sluice/server";
import { fromBase64 } from "../../src/server/predict/base64.js";
import { client, inputName, ok, plain, plainBody, problem, SAMPLE } from "./http-support.js";

const ARROW = "application/vnd.apache.arrow.stream";
let served: ServedModel;
before(async () => {
  served = await plain();
});

describe("bodies", () => {
  test("beyond the limit: 413, at once where the header says so, else when the bytes have come", async () => {
    const api = client({ models: [served], limits: { maxBody: 1000 } });
    const long = JSON.stringify(plainBody(served)).padEnd(1001);
    await problem(await api.post("/v1/predict", long, { "content-length": "1001" }), "body-too-large", 413);
    let pulled = 0;
    const endless = new ReadableStream({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(400));
      },
    });
    await problem(await api.post("/v1/predict", endless), "body-too-large", 413);
    assert.ok(pulled < 10, `${pulled} pieces were read`);
    await ok(await api.post("/v1/predict", JSON.stringify(plainBody(served)).padEnd(1000)));
  });

  test("malformed JSON, JSON that means two things, and text that is none: 400", async () => {
    const api = client({ models: [served] });
    const bad = ["", "{", "nul", "[1,]", '{"a":1}{', '{"inputs":1,"inputs":2}', '{"__proto__":{}}', "[".repeat(70) + "]".repeat(70)]; // prettier-ignore
    for (const body of bad) await problem(await api.post("/v1/predict", body), "malformed-json", 400);
    await problem(await api.post("/v1/predict", Uint8Array.of(0x22, 0xff, 0x22)), "malformed-json", 400);
    await problem(await api.post("/v1/generate", "{"), "malformed-json", 400);
    await problem(await api.post("/v1/predict", "{}", { "content-length": "many" }), "bad-request", 400);
  });

  test("malformed Arrow: 400 wherever it is cut, and never more", async () => {
    const api = client({ models: [served] });
    const table = new arrow.Table({ [inputName(served)]: nested() });
    const bytes = arrow.tableToIPC(table, "stream");
    const statuses = new Set<number>();
    for (let at = 0; at < bytes.length - 16; at += 13) {
      const response = await api.post("/v1/predict", bytes.slice(0, at), { "content-type": ARROW });
      assert.ok([400, 422].includes(response.status), `${response.status} at ${at}`);
      statuses.add(response.status);
    }
    assert.ok(statuses.has(400));
    await problem(await api.post("/v1/predict", "no arrow at all", { "content-type": ARROW }), "malformed-arrow", 400);
    for (let at = 0; at < bytes.length; at += 7) {
      const broken = bytes.slice();
      broken[at]! ^= 0xff;
      const { status } = await api.post("/v1/predict", broken, { "content-type": ARROW });
      assert.ok([200, 400, 422].includes(status), `${status} for byte ${at}`);
    }
  });

  test("Arrow columns that a network cannot take: 422", async () => {
    const api = client({ models: [served] });
    const name = inputName(served);
    const send = (columns: Record<string, arrow.Vector>) =>
      api.post("/v1/predict", arrow.tableToIPC(new arrow.Table(columns), "stream"), { "content-type": ARROW });
    await problem(await send({ [name]: arrow.vectorFromArray(["a"]) as arrow.Vector }), "invalid-input", 422);
    await problem(await send({ [name]: arrow.vectorFromArray([1, null]) as arrow.Vector }), "invalid-input", 422);
    await problem(
      await send({ [name]: nested(), more: arrow.vectorFromArray([1]) as arrow.Vector }),
      "invalid-input",
      422,
    );
    await problem(await send({ other: nested() }), "invalid-input", 422);
    const huge = arrow.vectorFromArray([2n ** 60n], new arrow.Int64()) as arrow.Vector;
    assert.match((await problem(await send({ [name]: huge }), "invalid-input", 422)).detail, /beyond 2\^53/);
    const list = new arrow.List(new arrow.Field("item", new arrow.Float32(), false));
    await problem(await send({ [name]: arrow.vectorFromArray([[1, 2], [1]], list) as arrow.Vector }), "invalid-input", 422); // prettier-ignore
  });

  test("another media type: 415; none: 415; packed: 415; an answer that is not given: 406", async () => {
    const api = client({ models: [served] });
    for (const type of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "audio/wav",
      "application/vnd.apache.arrow.file",
    ])
      await problem(await api.post("/v1/predict", "{}", { "content-type": type }), "unsupported-media-type", 415);
    const { fetch } = api.app;
    const bare = new Request("http://localhost/v1/predict", { method: "POST", body: new Uint8Array(2) });
    await problem(await fetch(bare), "unsupported-media-type", 415);
    await problem(await api.post("/v1/predict", "{}", { "content-encoding": "gzip" }), "unsupported-media-type", 415);
    await problem(await api.post("/v1/predict", plainBody(served), { accept: "text/html" }), "not-acceptable", 406);
    await problem(await api.post("/v1/predict", plainBody(served), { accept: "application/json;q=0" }), "not-acceptable", 406); // prettier-ignore
    for (const accept of ["*/*", "application/*", "text/html, */*;q=0.1", `${ARROW};q=0.5, application/json`])
      await ok(await api.post("/v1/predict", plainBody(served), { accept }));
    await ok(await api.post("/v1/predict", plainBody(served), { "content-type": "Application/JSON; charset=utf-8" }));
  });

  test("more samples, longer samples: 422", async () => {
    const api = client({ models: [served], limits: { maxBatch: 2, maxLength: 3 } });
    const [sample] = SAMPLE;
    await ok(await api.post("/v1/predict", plainBody(served, [sample, sample])));
    await problem(await api.post("/v1/predict", plainBody(served, [sample, sample, sample])), "too-many-samples", 422);
    const long = Array.from({ length: 4 }, () => [1, 2, 3]);
    await problem(await api.post("/v1/predict", plainBody(served, [long])), "too-long", 422);
    const table = new arrow.Table({ [inputName(served)]: nested(3) });
    const arrowed = await api.post("/v1/predict", arrow.tableToIPC(table, "stream"), { "content-type": ARROW });
    await problem(arrowed, "too-long", 422);
  });
});

/** A column of samples of two steps. */
function nested(count = 1): arrow.Vector {
  const step = new arrow.FixedSizeList(3, new arrow.Field("item", new arrow.Float32(), false));
  const type = new arrow.FixedSizeList(2, new arrow.Field("item", step, false));
  return arrow.vectorFromArray(Array.from({ length: count }, () => SAMPLE[0]), type) as arrow.Vector; // prettier-ignore
}

describe("addresses", () => {
  test("unknown models, also such that try to be paths: 404, with the nearest name", async () => {
    const api = client({ models: [served] });
    const tricks = ["../../etc/passwd", "..%2f..%2fetc%2fpasswd", "plain%00", "%252e%252e", "plain.safetensors", "C:%5Cmodel", "constructor", "__proto__"]; // prettier-ignore
    for (const name of tricks) {
      const response = await api.post(`/v1/models/${name}/predict`, plainBody(served));
      assert.equal(response.status, 404, name);
      assert.equal(response.headers.get("content-type"), "application/problem+json");
    }
    const { detail } = await problem(await api.get("/v1/models/plian"), "unknown-model", 404);
    assert.match(detail, /did you mean "plain"/);
    await problem(await api.post("/v1/predict", { model: "other" }), "unknown-model", 404);
    await problem(await api.post("/v1/predict?model=other", {}), "unknown-model", 404);
    await problem(await api.post("/v1/predict", { model: 5 }), "invalid-input", 422);
    await problem(await api.post("/v1/predict?model=plain", { model: "other" }), "invalid-input", 422);
  });

  test("no such address: 404; another method: 405 with those that are taken", async () => {
    const api = client({ models: [served] });
    await problem(await api.get("/v2"), "not-found", 404);
    await problem(await api.get("/problems/nothing"), "not-found", 404);
    const response = await api.get("/v1/predict");
    assert.equal(response.headers.get("allow"), "POST");
    await problem(response, "method-not-allowed", 405);
    await problem(await api.post("/v1/models", {}), "method-not-allowed", 405);
  });

  test("what is served elsewhere stands below its path", async () => {
    const api = client({ models: [served], basePath: "/ml" });
    await ok(await api.get("/ml/v1/models"));
    const { type } = await problem(await api.get("/ml/v1/models/x"), "unknown-model", 404);
    assert.equal(type, "/ml/problems/unknown-model");
    const told = await ok<{ type: string; status: number }>(await api.get(type));
    assert.deepEqual([told.type, told.status], [type, 404]);
  });

  test("models are listed with what they take and give", async () => {
    const { models } = await ok<{ models: { name: string; inputs: object[]; steppable: boolean }[] }>(await client({ models: [served, await plain("second", 2)] }).get("/v1/models")); // prettier-ignore
    assert.deepEqual(models.map(({ name }) => name), ["plain", "second"]); // prettier-ignore
    assert.deepEqual(models[0]!.inputs, [{ name: inputName(served), shape: [null, 3], type: "number" }]);
    assert.equal(models[0]!.steppable, true);
  });
});

describe("who may ask", () => {
  const token = "a-secret-token-of-some-length";

  test("a token: 401 without, 403 with another, none for probes", async () => {
    const lines: string[] = [];
    const api = client({ models: [served], token, log: jsonLog((line) => lines.push(line), "debug") });
    const without = await api.get("/v1/models");
    assert.equal(without.headers.get("www-authenticate"), "Bearer");
    await problem(without, "unauthorized", 401);
    for (const wrong of [
      `Bearer ${token}x`,
      `Bearer ${token.slice(1)}`,
      "Bearer ",
      "Basic abc",
      token,
      `Bearer ${token} ${token}`,
    ])
      await problem(await api.get("/v1/models", { authorization: wrong }), "forbidden", 403);
    await ok(await api.get("/v1/models", { authorization: `Bearer ${token}` }));
    await ok(await api.get("/v1/models", { authorization: `bearer ${token}` }));
    for (const path of ["/healthz", "/readyz"]) await ok(await api.get(path));
    assert.ok(lines.length > 8 && !lines.some((line) => line.includes(token)), "the log holds the token");
  });

  test("a token that is too short is refused", () => {
    assert.throws(() => client({ models: [served], token: "short" }), /8 characters/);
  });

  test("the rate: 429 with the time to wait, by client", async () => {
    let now = 0;
    const clientOf = (c: { req: { header(name: string): string | undefined } }) => c.req.header("x-client") ?? "";
    const api = client({ models: [served], limits: { rate: 2 }, now: () => now, clientOf });
    const ask = (who: string) => api.get("/v1/models", { "x-client": who });
    await ok(await ask("a"));
    await ok(await ask("a"));
    const refused = await ask("a");
    assert.equal(refused.headers.get("retry-after"), "1");
    await problem(refused, "too-many-requests", 429);
    await ok(await ask("b"));
    await ok(await api.get("/healthz", { "x-client": "a" }));
    now += 500;
    await ok(await ask("a"));
    await problem(await ask("a"), "too-many-requests", 429);
  });

  test("a foreign Host: 421, where names are given", async () => {
    const api = client({ models: [served], hosts: ["localhost", "api.example"] });
    await ok(await api.get("/v1/models", { host: "LOCALHOST:8080" }));
    await ok(await api.get("/v1/models", { host: "api.example" }));
    await problem(await api.get("/v1/models", { host: "evil.example" }), "foreign-host", 421);
  });

  test("pages of other origins: nothing unless asked for", async () => {
    const origin = "https://app.example";
    const closed = await client({ models: [served] }).get("/v1/models", { origin });
    assert.equal(closed.headers.get("access-control-allow-origin"), null);
    const api = client({ models: [served], cors: [origin], token });
    const preflight = await Promise.resolve(
      api.app.fetch(new Request("http://localhost/v1/predict", { method: "OPTIONS", headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": "authorization,content-type" } })), // prettier-ignore
    );
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers.get("access-control-allow-origin"), origin);
    const other = await api.get("/v1/models", { origin: "https://evil.example", authorization: `Bearer ${token}` });
    assert.equal(other.headers.get("access-control-allow-origin"), null);
    const refused = await api.get("/v1/models", { origin });
    assert.equal(refused.headers.get("access-control-allow-origin"), origin, "a page can read why it was refused");
    assert.equal(refused.status, 401);
    const all = await client({ models: [served], cors: "*" }).get("/v1/models", { origin: "https://any.example" });
    assert.equal(all.headers.get("access-control-allow-origin"), "*");
  });
});

describe("load", () => {
  test("more requests than may wait: 503 with Retry-After; the others are answered", async () => {
    const few = await plain("few", 1, { limits: { maxQueue: 3 } });
    const api = client({ models: [few], limits: { maxQueue: 3 } });
    const responses = await Promise.all(Array.from({ length: 10 }, () => api.post("/v1/predict", plainBody(few))));
    const refused = responses.filter(({ status }) => status === 503);
    assert.equal(responses.filter(({ status }) => status === 200).length, 3);
    assert.equal(refused.length, 7);
    assert.equal(refused[0]!.headers.get("retry-after"), "1");
    await problem(refused[0]!, "overloaded", 503);
    await ok(await api.post("/v1/predict", plainBody(few)));
  });

  test("a stopped app: /readyz and new work 503, /healthz still 200", async () => {
    const api = client({ models: [served] });
    await ok(await api.get("/readyz"));
    const underWay = api.post("/v1/predict", plainBody(served));
    await new Promise((resolve) => setTimeout(resolve, 0));
    api.app.stop();
    await ok(await underWay);
    await problem(await api.get("/readyz"), "shutting-down", 503);
    await problem(await api.post("/v1/predict", plainBody(served)), "shutting-down", 503);
    await problem(await api.post("/v1/generate", {}), "shutting-down", 503);
    await ok(await api.get("/healthz"));
  });

  test("a fault of the server: 500 that tells nothing, and a log that tells all", async () => {
    const lines: string[] = [];
    const broken: ServedModel = { ...served, batched: new Proxy(served.batched, { get: fail }) };
    const api = client({ models: [broken], log: jsonLog((line) => lines.push(line)) });
    const response = await api.post("/v1/predict", plainBody(served), { "x-request-id": "my-request" });
    const document = await problem(response, "internal", 500);
    assert.equal(document.requestId, "my-request");
    assert.ok(!JSON.stringify(document).includes("a path of mine"));
    const failure = lines.map((line) => JSON.parse(line) as Record<string, string>).find(({ event }) => event === "failure"); // prettier-ignore
    assert.match(failure?.["stack"] ?? "", /a path of mine/);
    assert.equal(failure?.["requestId"], "my-request");
  });
});

function fail(target: ServedModel["batched"], name: string): unknown {
  if (name === "predictAll") return () => Promise.reject(new TypeError("a path of mine"));
  return Reflect.get(target, name) as unknown;
}

test("every answer carries an id and headers that guard browsers; a foreign id must be harmless", async () => {
  const api = client({ models: [served] });
  for (const response of [await api.get("/v1/models"), await api.get("/nothing"), await api.get("/healthz")]) {
    assert.match(response.headers.get("x-request-id") ?? "", /^[0-9a-f-]{36}$/);
    assert.equal(response.headers.get("x-content-type-options"), "nosniff");
    assert.match(response.headers.get("content-security-policy") ?? "", /default-src 'none'/);
    assert.equal(response.headers.get("cache-control"), "no-store");
  }
  assert.equal((await api.get("/healthz", { "x-request-id": "trace-1" })).headers.get("x-request-id"), "trace-1");
  assert.notEqual((await api.get("/healthz", { "x-request-id": '"}{' })).headers.get("x-request-id"), '"}{');
});

test("metrics: counted by route, model and status, never by what a client wrote", async () => {
  const api = client({ models: [served] });
  await api.post("/v1/predict", plainBody(served));
  await api.get("/v1/models/plain");
  await api.get('/v1/models/"quoted"');
  await api.get("/nowhere/secret");
  const response = await api.get("/metrics");
  assert.match(response.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  assert.match(text, /^sluice_requests_total\{route="\/v1\/predict",method="POST",status="200"\} 1$/m);
  assert.match(text, /^sluice_requests_total\{route="\/v1\/models\/:name",method="GET",status="404"\} 1$/m);
  assert.match(text, /^sluice_request_duration_seconds_bucket\{route="\/v1\/predict",le="\+Inf"\} 1$/m);
  assert.match(text, /^sluice_requests_in_flight 1$/m);
  assert.ok(!text.includes("secret") && !text.includes("quoted"));
  // Each line is a comment or a sample (Prometheus, exposition formats 0.0.4).
  const sample = /^[a-z_]+(?:\{(?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)*\})? (?:[-+.\de]+|\+Inf|NaN)$/;
  for (const line of text.trimEnd().split("\n")) assert.ok(/^# (HELP|TYPE) /.test(line) || sample.test(line), line);
});

test("options that are wrong are told at once", () => {
  assert.throws(() => client({ models: [] }), /no model/);
  assert.throws(() => client({ models: [served, served] }), /two models are called "plain"/);
  assert.throws(() => client({ models: [served], limits: { maxBody: 0 } }), /maxBody/);
  assert.throws(() => client({ models: [served], limits: { maxbody: 1 } as never }), /did you mean "maxBody"/);
  assert.throws(() => client({ models: [served], basePath: "ml" }), /basePath/);
  assert.throws(() => client({ models: [served], tokens: "x" } as never), /did you mean "token"/);
});

test("base64 as RFC 4648 writes it, and nothing else", () => {
  assert.deepEqual([...fromBase64("AP8Q")!], [0, 255, 16]);
  assert.deepEqual([...fromBase64("")!], []);
  for (const bad of ["A", "AP8", "AP 8", "AP8_", "====", "A===", "é==="]) assert.equal(fromBase64(bad), null, bad);
});
