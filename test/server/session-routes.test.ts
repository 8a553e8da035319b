import assert from "node:assert/strict";
import { test } from "node:test";
import { layers, sequential } from "../../src/index.js";
import { appWith, plainModel, served, WEATHER, type Made } from "./session-support.js";

const FRAMES = [[0.5, -1, 2], [0, 0.25, 1], [3, -2, 0.125], [1, 1, 1]]; // prettier-ignore

/** What a stream of the model's own answers. */
function expected(frames: readonly number[][], seed = 1): number[][] {
  const stream = plainModel(seed).stream();
  return frames.map((frame) => [...stream.step(frame).data]);
}

const opened = async ({ ask }: Made, body: unknown = {}) =>
  (await ask("POST", "/v1/sessions", body)).json.session as string;

test("a session goes on from step to step as a stream of the model does", async () => {
  const made = appWith([await served("m")]);
  const created = await made.ask("POST", "/v1/sessions", { values: FRAMES[0] });
  assert.equal(created.status, 201);
  const { session, version, output } = created.json;
  assert.deepEqual(output, expected(FRAMES)[0]);
  assert.equal(created.headers.get("location"), `/v1/sessions/${session}`);
  const one = await made.ask("POST", `/v1/sessions/${session}/step`, { values: FRAMES[1] });
  assert.deepEqual(one.json, { step: 2, output: expected(FRAMES)[1] });
  const two = await made.ask("POST", `/v1/sessions/${session}/step`, { values: FRAMES.slice(2) });
  assert.deepEqual(two.json, { step: 4, outputs: expected(FRAMES).slice(2) });
  const { json } = await made.ask("GET", `/v1/sessions/${session}`);
  assert.deepEqual(json, { session, model: "m", version, state: "server", step: 4, secondsLeft: 300, replaced: false });
  assert.equal((await made.ask("DELETE", `/v1/sessions/${session}`)).status, 204);
  for (const [method, path] of [["GET", ""], ["DELETE", ""], ["POST", "/step"]] as const) // prettier-ignore
    assert.equal((await made.ask(method, `/v1/sessions/${session}${path}`, method === "POST" ? {} : undefined)).status, 404); // prettier-ignore
});

test("requests of many sessions at once are answered each from its own state, several of one in their order", async () => {
  const made = appWith([await served("m")]);
  const ids = await Promise.all(Array.from({ length: 20 }, () => opened(made)));
  const asked = ids.flatMap((id) =>
    FRAMES.map(async (values) => (await made.ask("POST", `/v1/sessions/${id}/step`, { values })).json.output),
  );
  const answers = await Promise.all(asked);
  for (let i = 0; i < 20; i++) assert.deepEqual(answers.slice(4 * i, 4 * i + 4), expected(FRAMES));
  assert.match(made.app.context.metrics.text(), /sluice_sessions_open\{model="m"\} 20\n/);
  assert.match(made.app.context.metrics.text(), /sluice_steps_total\{model="m"\} 80\n/);
});

test("raw rows go through the preprocessing, by name or as values in the order of the fields", async () => {
  const made = appWith([{ ...(await served("m")), stepper: WEATHER }]);
  const id = await opened(made);
  const row = { temperature: 20, humidity: 50, sky: "cloudy" };
  const first = await made.ask("POST", `/v1/sessions/${id}/step`, { row });
  const stream = plainModel().stream();
  const [dry, rain] = stream.step([0.5, 0.5, 1]).data;
  assert.deepEqual(first.json, {
    step: 1,
    answer: { weather: dry! > rain! ? "dry" : "rain", probability: Math.max(dry!, rain!), sky: "cloudy" },
  });
  const rows = await made.ask("POST", `/v1/sessions/${id}/step`, { rows: [row, row] });
  const other = await opened(made);
  const values = await made.ask("POST", `/v1/sessions/${other}/step`, {
    values: [[20, 50, "cloudy"], [20, 50, "cloudy"], [20, 50, "cloudy"]], // prettier-ignore
  });
  assert.deepEqual(values.json.answers.slice(1), rows.json.answers);
});

test("what does not fit is 422 with its place, and the state stays", async () => {
  const made = appWith([{ ...(await served("named")), stepper: WEATHER }, await served("plain")], { limits: { maxLength: 3 } }); // prettier-ignore
  const [named, plain] = [await opened(made), await opened(made, { model: "plain" })];
  const row = { temperature: 20, humidity: 50, sky: "clear" };
  const cases: [id: string, body: unknown, kind: string, says: RegExp][] = [
    [named, {}, "invalid-input", /one of "row", "rows" and "values"/],
    [named, { row, rows: [row] }, "invalid-input", /there are 2/],
    [
      named,
      { row: { ...row, humidity: "wet" } },
      "invalid-input",
      /#\/row\/humidity: humidity must be a number, got "wet"/,
    ],
    [named, { rows: [row, 5] }, "invalid-input", /#\/rows\/1: a row must be an object of fields, got 5/],
    [named, { rows: row }, "invalid-input", /#\/rows: expected a list/],
    [named, { rows: [] }, "invalid-input", /There are no steps/],
    [named, { rows: [row, row, row, row] }, "too-long", /At most 3 steps/],
    [named, { values: [1, 2] }, "invalid-input", /expected 3 values \(temperature, humidity, sky\), got 2/],
    [named, { row, colour: "red" }, "invalid-input", /unknown member "colour"/],
    [plain, { row }, "invalid-input", /plain model without named fields; send "values"/],
    [plain, { values: [1, 2] }, "invalid-input", /#\/values: expected 3 numbers, got 2/],
    [plain, { values: [[1, 2, 3], [1, 2, "x"]] }, "invalid-input", /#\/values\/1\/2: expected a number .*, got "x"/], // prettier-ignore
    [plain, { values: [1, 2, 1e39] }, "invalid-input", /float32 can hold/],
    [plain, { values: "1,2,3" }, "invalid-input", /#\/values: expected 3 numbers/],
  ];
  for (const [id, body, kind, says] of cases) {
    const { status, json, headers } = await made.ask("POST", `/v1/sessions/${id}/step`, body);
    assert.equal(status, 422, JSON.stringify(body));
    assert.equal(json.type, `/problems/${kind}`);
    assert.match(json.detail, says);
    assert.equal(headers.get("content-type"), "application/problem+json");
  }
  assert.equal((await made.ask("GET", `/v1/sessions/${plain}`)).json.step, 0);
  const { json } = await made.ask("POST", `/v1/sessions/${plain}/step`, { values: FRAMES[0] });
  assert.deepEqual(json.output, expected(FRAMES)[0]);
});

test("fields that are missing, of another type or of no model are pointed at by their names", async () => {
  const made = appWith([{ ...(await served("named")), stepper: WEATHER }, await served("plain")]);
  const [named, plain] = [await opened(made), await opened(made, { model: "plain" })];
  const row = { temperature: 20, humidity: 50, sky: "clear" };
  const pointers = async (path: string, body: unknown) => {
    const { status, json } = await made.ask("POST", path, body);
    assert.equal(status, 422, JSON.stringify(body));
    return (json.errors as { pointer: string }[]).map(({ pointer }) => pointer);
  };
  const step = `/v1/sessions/${named}/step`;
  assert.deepEqual(await pointers(step, { row: { temperature: 20 } }), ["#/row/humidity", "#/row/sky"]);
  assert.deepEqual(await pointers(step, { rows: [row, { ...row, sky: undefined }] }), ["#/rows/1/sky"]);
  assert.deepEqual(await pointers(step, { row: { sky: "clear", humidity: "wet" } }), ["#/row/temperature", "#/row/humidity"]); // prettier-ignore
  assert.deepEqual(await pointers(step, { row, colour: "red" }), ["#/colour"]);
  assert.deepEqual(await pointers(`/v1/sessions/${plain}/step`, { values: [1, "2", 3] }), ["#/values/1"]);
  assert.deepEqual(await pointers("/v1/step", { row }), ["#/token"]);
});

test("sessions that cannot be made: unknown model, one that needs the whole sequence, as many as allowed", async () => {
  const both = sequential([layers.bidirectional({ layer: layers.gru({ units: 2 }), inputShape: [null, 2] })]);
  const made = appWith([await served("m"), await served("both", both)], { limits: { maxSessions: 2 } });
  const unknown = await made.ask("POST", "/v1/sessions", { model: "n" });
  assert.deepEqual([unknown.status, unknown.json.type], [404, "/problems/unknown-model"]);
  const whole = await made.ask("POST", "/v1/sessions", { model: "both" });
  assert.deepEqual([whole.status, whole.json.type], [422, "/problems/not-supported"]);
  assert.match(whole.json.detail, /Bidirectional/);
  const first = await opened(made);
  await opened(made);
  const third = await made.ask("POST", "/v1/sessions");
  assert.deepEqual([third.status, third.json.type], [503, "/problems/too-many-sessions"]);
  assert.equal(third.headers.get("retry-after"), "1");
  await made.ask("DELETE", `/v1/sessions/${first}`);
  assert.equal((await made.ask("POST", "/v1/sessions")).status, 201);
});

test("a session that nobody asks is closed after the idle time, and gives its place back", async () => {
  let now = 1e6;
  const made = appWith([await served("m")], { limits: { idle: 10, maxSessions: 2 } }, { now: () => now });
  const [asked, idle] = [await opened(made), await opened(made)];
  now += 8000;
  assert.equal((await made.ask("GET", `/v1/sessions/${asked}`)).status, 200);
  now += 3000;
  assert.equal((await made.ask("GET", `/v1/sessions/${idle}`)).status, 404);
  assert.equal((await made.ask("GET", `/v1/sessions/${asked}`)).status, 200);
  assert.equal((await made.ask("POST", "/v1/sessions")).status, 201);
  now += 20_000;
  made.extension.sessions.store.sweep();
  assert.match(made.app.context.metrics.text(), /sluice_sessions_open\{model="m"\} 0\n/);
});

test("a session goes on with the model it began with until the grace time has passed; new ones get the new model", async () => {
  let now = 1e6;
  const made = appWith([await served("m")], {}, { now: () => now, grace: 60 });
  const old = await opened(made, { values: FRAMES[0] });
  made.app.context.models.replace(await served("m", plainModel(2)));
  const fresh = await made.ask("POST", "/v1/sessions", { values: FRAMES[0] });
  assert.deepEqual(fresh.json.output, expected(FRAMES, 2)[0]);
  const goesOn = await made.ask("POST", `/v1/sessions/${old}/step`, { values: FRAMES[1] });
  assert.deepEqual(goesOn.json.output, expected(FRAMES)[1]);
  const { json } = await made.ask("GET", `/v1/sessions/${old}`);
  assert.deepEqual([json.replaced, json.secondsLeft], [true, 60]);
  now += 61_000;
  assert.equal((await made.ask("GET", `/v1/sessions/${old}`)).status, 404);
  assert.equal((await made.ask("GET", `/v1/sessions/${fresh.json.session}`)).status, 200);
});

test("where the app is mounted deeper, addresses begin there", async () => {
  const made = appWith([await served("m")], { basePath: "/ml" });
  const created = await made.ask("POST", "/ml/v1/sessions");
  assert.equal(created.headers.get("location"), `/ml/v1/sessions/${created.json.session}`);
  assert.equal((await made.ask("PUT", "/ml/v1/sessions")).status, 405);
});
