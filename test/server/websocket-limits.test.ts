import assert from "node:assert/strict";
import { once } from "node:events";
import { get, request } from "node:http";
import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { test } from "node:test";
import { layers, sequential } from "../../src/index.js";
import { plainModel, served } from "./session-support.js";
import { connected, refused, running } from "./websocket-support.js";

const VALUES = [0.5, -1, 2];

/** Waits until it is so, for two seconds at most. */
async function becomes(what: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !what(); i++) await wait(10);
  assert.ok(what());
}

test("upgrades that are refused say why with their status", async (t) => {
  const both = sequential([layers.bidirectional({ layer: layers.gru({ units: 2 }), inputShape: [null, 2] })]);
  const made = await running(t, [await served("m"), await served("both", both)], { serve: { token: "a-long-token" } });
  const authorization = "Bearer a-long-token";
  const cases: [path: string, headers: Record<string, string>, protocols: string[], status: number, type: string][] = [
    ["/v1/other", { authorization }, [], 404, "not-found"],
    ["/v1/stream?model=n", { authorization }, [], 404, "unknown-model"],
    ["/v1/stream?model=../m", { authorization }, [], 404, "unknown-model"],
    ["/v1/stream?modle=m", { authorization }, [], 400, "bad-request"],
    ["/v1/stream?binary=pcm8", { authorization }, [], 400, "bad-request"],
    ["/v1/stream?binary=pcm16&rate=1e9", { authorization }, [], 400, "bad-request"],
    ["/v1/stream?model=both", { authorization }, [], 422, "not-supported"],
    ["/v1/stream", {}, [], 401, "unauthorized"],
    ["/v1/stream", { authorization: "Bearer another-token" }, [], 403, "forbidden"],
    ["/v1/stream", {}, ["sluice.v1", "bearer.YW5vdGhlcg"], 403, "forbidden"],
    ["/v1/stream", { authorization }, ["mqtt"], 400, "bad-request"],
    ["/v1/stream", { authorization, origin: "https://evil.example" }, [], 403, "foreign-origin"],
    ["/v1/stream", { authorization, origin: "null" }, [], 403, "foreign-origin"],
  ];
  for (const [path, headers, protocols, status, type] of cases) {
    const { status: came, json } = await refused(made, path, { headers }, protocols);
    assert.deepEqual([came, json.type], [status, `/problems/${type}`], path);
  }
  assert.equal(made.sessions.store.open, 0);
  const page = { headers: { authorization, origin: made.url } };
  const own = await connected(t, made, "", page);
  own.send({ values: VALUES });
  assert.equal((await own.until(1))[0].step, 1);
  const carried = `bearer.${Buffer.from("a-long-token").toString("base64url")}`;
  const byProtocol = await connected(t, made, "", {}, [carried, "sluice.v1"]);
  assert.equal(byProtocol.ws.protocol, "sluice.v1");
});

test("origins that are allowed may connect; a local server is not talked to under another name", async (t) => {
  const made = await running(t, [await served("m")], { serve: { cors: ["https://app.example"] } });
  await connected(t, made, "", { headers: { origin: "https://app.example" } });
  const { status, json } = await refused(made, "/v1/stream", { headers: { host: "evil.example" } });
  assert.deepEqual([status, json.type], [421, "/problems/foreign-host"]);
});

test("plain HTTP at the address is told to upgrade, and HTTP/2's offer is refused", async (t) => {
  const made = await running(t, [await served("m")]);
  const [plain] = await once(get(`${made.url}/v1/stream`), "response");
  assert.deepEqual([plain.statusCode, plain.headers.upgrade], [426, "websocket"]);
  plain.resume();
  const offer = { connection: "Upgrade, HTTP2-Settings", upgrade: "h2c", "http2-settings": "AAMAAABkAAQAAP__" };
  const [h2c] = await once(request(`${made.url}/v1/models`, { headers: offer }).end(), "response");
  assert.equal(h2c.statusCode, 400);
  assert.equal(h2c.headers["content-type"], "application/problem+json");
  h2c.resume();
});

test("WebSockets count as sessions, and their places are given back", async (t) => {
  const made = await running(t, [await served("m")], { serve: { limits: { maxSessions: 2 } } });
  const clients = [await connected(t, made), await connected(t, made)];
  const third = await refused(made, "/v1/stream");
  assert.deepEqual([third.status, third.json.type], [503, "/problems/too-many-sessions"]);
  clients[0]!.ws.close();
  await clients[0]!.closed;
  await becomes(() => made.sessions.store.open === 1);
  await connected(t, made);
});

test("a message that is too large ends its connection with 1009, a mangled frame with 1002, and others go on", async (t) => {
  const made = await running(t, [await served("m")], { sockets: { maxMessage: 1000 } });
  const [large, mangled, other] = [await connected(t, made), await connected(t, made), await connected(t, made)];
  large.send(new Uint8Array(1001));
  assert.equal((await large.closed).code, 1009);
  // A frame with reserved bits that no extension has given a meaning (RFC 6455, 5.2).
  (mangled.ws as unknown as { _socket: { write(bytes: Buffer): void } })._socket.write(Buffer.from([0xf1, 0x80, 0, 0, 0, 0]));
  assert.equal((await mangled.closed).code, 1002);
  other.send({ values: VALUES });
  assert.equal((await other.until(1))[0].step, 1);
}); // prettier-ignore

test("more messages than the rate allows are answered with the problem, in their order", async (t) => {
  const made = await running(t, [await served("m")], { serve: { limits: { rate: 5 } } });
  const client = await connected(t, made);
  for (let i = 0; i < 8; i++) client.send({ values: VALUES });
  const kinds = (await client.until(8)).map(({ step, problem }) => step ?? problem.status);
  assert.deepEqual(kinds.slice(0, 5), [1, 2, 3, 4, 429]);
});

test("a connection without messages ends after the idle time, one that gives no sign of life is given up", async (t) => {
  let now = 0;
  const made = await running(t, [await served("m")], { serve: { limits: { idle: 10 } }, sockets: { now: () => now } });
  const idle = await connected(t, made);
  now += 11_000;
  made.sockets.look();
  assert.deepEqual(await idle.closed, { code: 4408, reason: "no message for too long" });
  // It does not answer pings, since it reads nothing.
  const dead = await connected(t, made);
  (dead.ws as unknown as { _socket: { pause(): void } })._socket.pause();
  made.sockets.look();
  await wait(50);
  assert.equal(made.sockets.open, 1);
  made.sockets.look();
  await becomes(() => made.sockets.open === 0);
});

test("a client that sends and does not read is not read either, its memory is bounded, and then it is given up", async (t) => {
  let now = 0;
  const wide = sequential([layers.gru({ units: 2, inputShape: [null, 1] }), layers.dense({ units: 4000 })], {
    seed: 1,
  });
  const made = await running(t, [await served("m", wide)], { sockets: { now: () => now, heartbeat: 1000 } });
  const client = await connected(t, made);
  const socket = (client.ws as unknown as { _socket: { pause(): void } })._socket;
  socket.pause();
  const before = process.memoryUsage();
  for (let i = 0; i < 20_000; i++) client.send({ values: 1 });
  await wait(1000);
  const steps = made.app.context.metrics.steps.value({ model: "m" });
  // Each answer has 80 kB: the rest was not read from the wire.
  assert.ok(steps > 0 && steps < 2000, `${steps} steps`);
  const grown = (process.memoryUsage().rss - before.rss) / 2 ** 20;
  assert.ok(grown < 300, `${grown.toFixed()} MiB`);
  now += 1_000_001;
  made.sockets.look();
  await becomes(() => made.sockets.open === 0);
  assert.equal(made.sessions.store.open, 0);
});

test("a client that vanishes with steps under way leaves nothing behind", async (t) => {
  const made = await running(t, [await served("m")]);
  const client = await connected(t, made);
  for (let i = 0; i < 100; i++) client.send({ values: VALUES });
  client.send({ reset: true });
  client.send({ values: VALUES });
  await client.until(1);
  client.ws.terminate();
  await becomes(() => made.sessions.store.open === 0 && made.sessions.model("m").engine.open === 0);
  // In the middle of the upgrade itself.
  const socket = connect(made.port, "127.0.0.1");
  await once(socket, "connect");
  socket.end("GET /v1/stream HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AQIDBAUGBwgJCgsMDQ4PEA==\r\n\r\n");
  socket.destroy();
  await wait(50);
  await becomes(() => made.sessions.store.open === 0 && made.sessions.model("m").engine.open === 0);
}); // prettier-ignore

test("a shutdown ends connections with 1001, a replaced model with 1012 when the grace time has passed", async (t) => {
  const made = await running(t, [await served("m")], { sessions: { grace: 0.05 } });
  const [old, mid] = [await connected(t, made), await connected(t, made)];
  made.app.context.models.replace(await served("m", plainModel(2)));
  old.send({ values: VALUES });
  const [{ output }] = await old.until(1);
  assert.deepEqual(output, [...plainModel().stream().step(VALUES).data]);
  assert.equal((await old.closed).code, 1012);
  assert.equal((await mid.closed).code, 1012);
  const fresh = await connected(t, made);
  fresh.send({ values: VALUES });
  assert.deepEqual((await fresh.until(1))[0].output, [...plainModel(2).stream().step(VALUES).data]);
  const closing = made.close();
  assert.equal((await fresh.closed).code, 1001);
  await closing;
});
