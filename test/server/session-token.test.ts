import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { layers, sequential } from "../../src/index.js";
import { appWith, plainModel, served, type Made } from "./session-support.js";

const SECRET = "a secret of more than thirty-two characters";
const FRAMES = [[0.5, -1, 2], [0, 0.25, 1], [3, -2, 0.125]]; // prettier-ignore

async function begun({ ask }: Made, body: object = {}): Promise<string> {
  const { status, json } = await ask("POST", "/v1/sessions", { state: "token", ...body });
  assert.equal(status, 201);
  return json.token as string;
}

test("the state travels: each step gives the token for the next, on any server with the secret", async () => {
  const model = await served("m");
  const servers = [0, 1].map(() => appWith([model], {}, { secret: SECRET }));
  const stream = plainModel().stream();
  let token = await begun(servers[0]!);
  for (const [i, values] of FRAMES.entries()) {
    const { status, json } = await servers[i % 2]!.ask("POST", "/v1/step", { token, values });
    assert.equal(status, 200);
    assert.deepEqual([json.step, json.output], [i + 1, [...stream.step(values).data]]);
    ({ token } = json);
  }
  for (const made of servers) assert.match(made.app.context.metrics.text(), /^((?!sessions_open\{).)*$/s);
});

test("a token can begin with steps, and several steps can be made with one", async () => {
  const made = appWith([await served("m")]);
  const first = await made.ask("POST", "/v1/sessions", { state: "token", values: FRAMES.slice(0, 2) });
  assert.equal(first.json.step, 2);
  const { json } = await made.ask("POST", "/v1/step", { token: first.json.token, values: FRAMES[2] });
  const stream = plainModel().stream();
  for (const values of FRAMES.slice(0, 2)) stream.step(values);
  assert.deepEqual([json.step, json.output], [3, [...stream.step(FRAMES[2]!).data]]);
});

test("states of float64 keep all their digits", async () => {
  const make = () => sequential([layers.gru({ units: 4, inputShape: [null, 3] })], { seed: 3, dtype: "float64" });
  const made = appWith([await served("m", make())]);
  const stream = make().stream();
  let token = await begun(made);
  for (const values of FRAMES) {
    const { json } = await made.ask("POST", "/v1/step", { token, values });
    assert.deepEqual(json.output, [...stream.step(values).data]);
    ({ token } = json);
  }
});

test("no token that differs in any character is taken", async () => {
  const made = appWith([await served("m")], {}, { secret: SECRET });
  const token = await begun(made);
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const changed = fc.tuple(fc.nat(token.length - 1), fc.constantFrom(...letters)).map(([at, letter]) => token.slice(0, at) + letter + token.slice(at + 1)); // prettier-ignore
  const cut = fc.nat(token.length - 1).map((length) => token.slice(0, length));
  const other = fc.oneof(changed, cut, fc.string(), fc.constant(`${token}A`), fc.constant(`${token}=`));
  await fc.assert(
    fc.asyncProperty(other, async (text) => {
      fc.pre(text !== token);
      const { status, json } = await made.ask("POST", "/v1/step", { token: text, values: FRAMES[0] });
      assert.deepEqual([status, json.type], [401, "/problems/bad-state"]);
    }),
    { numRuns: 200 },
  );
  for (const text of [null, 5, [token], {}])
    assert.equal((await made.ask("POST", "/v1/step", { token: text, values: FRAMES[0] })).status, 401);
  assert.equal((await made.ask("POST", "/v1/step", { values: FRAMES[0] })).status, 422);
  assert.equal((await made.ask("POST", "/v1/step", { token, values: FRAMES[0] })).status, 200);
});

test("a token signed with another secret, or without what the signature is for, is refused", async () => {
  const model = await served("m");
  const made = appWith([model], {}, { secret: SECRET });
  const foreign = await begun(appWith([model], {}, { secret: `${SECRET}!` }));
  const bytes = Buffer.from(await begun(made), "base64url").subarray(0, -32);
  const bare = Buffer.concat([bytes, createHmac("sha256", SECRET).update(bytes).digest()]).toString("base64url");
  for (const token of [foreign, bare])
    assert.equal((await made.ask("POST", "/v1/step", { token, values: FRAMES[0] })).status, 401);
  const right = createHmac("sha256", SECRET).update("sluice session state\n").update(bytes).digest();
  const token = Buffer.concat([bytes, right]).toString("base64url");
  assert.equal((await made.ask("POST", "/v1/step", { token, values: FRAMES[0] })).status, 200);
});

test("a token that has ended is 410, one of another version 409, one of a model that is gone 404", async () => {
  let now = 1.7e12;
  const options = { secret: SECRET, tokenLifetime: 60, now: () => now };
  const made = appWith([await served("m")], {}, options);
  const token = await begun(made);
  const foreign = await begun(appWith([await served("gone")], {}, options));
  const ask = async (text: string) => (await made.ask("POST", "/v1/step", { token: text, values: FRAMES[0] })).json;
  assert.equal((await ask(foreign)).type, "/problems/unknown-model");
  made.app.context.models.replace(await served("m", plainModel(2)));
  const stale = await ask(token);
  assert.deepEqual([stale.status, stale.type], [409, "/problems/stale-version"]);
  now += 61_000;
  const ended = await ask(token);
  assert.deepEqual([ended.status, ended.type], [410, "/problems/expired-state"]);
});

test("a secret that is too short is refused", async () => {
  const model = await served("m");
  assert.throws(() => appWith([model], {}, { secret: "short" }), /secret must have 32 characters or more/);
  assert.throws(() => appWith([model], {}, { tokenLifetime: 0 }), /tokenLifetime/);
});
