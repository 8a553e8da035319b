// Clients that behave, and whose every answer is compared with what a stream of the same version says.
import { Agent, request } from "node:http";

const agent = new Agent({ keepAlive: true, maxSockets: 16 });

/** @param {number} port @param {string} method @param {string} path @param {object} [body] @returns {Promise<{ status: number, json: any }>} */
export function ask(port, method, path, body) {
  const bytes = body === undefined ? "" : JSON.stringify(body);
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(bytes) };
  return new Promise((resolve, reject) => {
    const asked = request({ agent, host: "127.0.0.1", port, method, path, headers }, (response) => {
      let text = "";
      response.on("data", (data) => (text += data));
      response.on("error", reject);
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, json: text === "" ? null : JSON.parse(text) }),
      );
    });
    asked.on("error", reject);
    asked.end(bytes);
  });
}

const frame = (random) => Array.from({ length: 40 }, () => Math.fround(random() * 2 - 1));

function same(given, wanted, what) {
  if (JSON.stringify(given) !== JSON.stringify([...wanted]))
    throw new Error(`${what}: the answer is not that of the model`);
}

function expect(status, answer, what) {
  if (answer.status !== status)
    throw new Error(`${what}: expected ${status}, got ${answer.status}: ${JSON.stringify(answer.json)}`);
}

/** @param {{ port: number, random: () => number, streamOf(version: string): any }} place a session of twenty steps */
export async function session({ port, random, streamOf }) {
  const created = await ask(port, "POST", "/v1/sessions", {});
  expect(201, created, "create");
  const { session: id, version } = created.json;
  const stream = streamOf(version);
  for (let i = 0; i < 20; i++) {
    const values = frame(random);
    const answer = await ask(port, "POST", `/v1/sessions/${id}/step`, { values });
    expect(200, answer, "step");
    same(answer.json.output, stream.step(values).data, "step");
  }
  expect(204, await ask(port, "DELETE", `/v1/sessions/${id}`), "close");
}

/** The state travels; a reload on the way is the one thing that may end it. */
export async function carried({ port, random, streamOf, keep }) {
  const begun = await ask(port, "POST", "/v1/sessions", { state: "token" });
  expect(201, begun, "token");
  let { token } = begun.json;
  keep(token);
  const stream = streamOf(begun.json.version);
  for (let i = 0; i < 5; i++) {
    const values = frame(random);
    const answer = await ask(port, "POST", "/v1/step", { token, values });
    if (answer.status === 409) return;
    expect(200, answer, "token step");
    same(answer.json.output, stream.step(values).data, "token step");
    ({ token } = answer.json);
  }
}

/** A whole sequence at once, beside others. */
export async function prediction({ port, random, streamOf }) {
  const x = Array.from({ length: 5 }, () => frame(random));
  const answer = await ask(port, "POST", "/v1/predict", { inputs: { input_layer: [x] } });
  expect(200, answer, "predict");
  const stream = streamOf(answer.json.version);
  const wanted = x.map((values) => [...stream.step(values).data]).at(-1);
  const [given] = Object.values(answer.json.outputs)[0];
  if (given.some((value, i) => Math.abs(value - wanted[i]) > 1e-5))
    throw new Error("predict: the answer is not that of the model");
}
