// Everything that a client can do wrong, each with the statuses that may answer it; 0 where the client does not wait for one.
import {
  Float32,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Field,
  Struct,
  FixedSizeList,
} from "apache-arrow";
import { get, post, raw } from "./raw.mjs";

/** @typedef {{ port: number, random: () => number, token: () => string, oldToken: () => string }} Place */
/** @typedef {{ name: string, statuses: number[], run(place: Place): Promise<{ status: number, type: string, body: string }> }} Attack */

const NONE = "00000000-0000-4000-8000-000000000000";
const pick = (random, list) => list[Math.floor(random() * list.length)];
const ROUTES = ["/v1/predict", "/v1/sessions", "/v1/step"];

const JSONS = [
  "{",
  "nonsense",
  '{"inputs":',
  '{"values":[1,2',
  '{"a":1,"a":2}',
  '{"__proto__":{"x":1}}',
  `${"[".repeat(5000)}`,
  '{"values":[NaN]}',
  "\u0000",
  '"\\ud800',
  '{"values":[1e999]}',
];
const SHAPES = [
  { inputs: { input_layer: [[1, 2], [3]] } },
  { inputs: { input_layer: [] } },
  { inputs: {} },
  { inputs: 5 },
  { values: [1] },
  { model: 5 },
  { inputs: { input_layer: { shape: [1, 1e9, 40], data: [1] } } },
  [],
  7,
  null,
];
const NAMES = [
  "..",
  "../../etc/passwd",
  "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
  "m/../../x",
  "m%00",
  "C:\\x",
  "__proto__",
  "constructor",
  "m\u202e",
  "a".repeat(3000),
];

/** A column of rows of 40 numbers, as a stream of Arrow's. */
function arrow() {
  const list = new FixedSizeList(40, new Field("item", new Float32(), false));
  const schema = new Schema([new Field("input_layer", list, false)]);
  const values = makeData({ type: new Float32(), data: new Float32Array(80).fill(0.5) });
  const column = makeData({ type: list, length: 2, child: values });
  const rows = makeData({ type: new Struct(schema.fields), length: 2, children: [column] });
  return RecordBatchStreamWriter.writeAll([new RecordBatch(schema, rows)]).toUint8Array(true);
}

function damaged(bytes, random) {
  const out = Uint8Array.from(bytes);
  for (let i = 0; i < 1 + random() * 4; i++) out[Math.floor(random() * out.length)] = Math.floor(random() * 256);
  return random() < 0.3 ? out.subarray(0, Math.floor(random() * out.length)) : out;
}

const VALUES = JSON.stringify({ values: Array.from({ length: 40 }, (_, i) => Math.sin(i)) });
const asToken = (token) => JSON.stringify({ ...JSON.parse(VALUES), token });
const handshake = (query = "") =>
  get(
    `/v1/stream${query}`,
    "upgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: AQIDBAUGBwgJCgsMDQ4PEA==\r\n",
  )[0].replace("connection: close\r\n", "");

/** @type {Attack[]} */
export const ATTACKS = [
  { name: "malformed JSON", statuses: [400, 422], run: ({ port, random }) => raw(port, post(pick(random, ROUTES), pick(random, JSONS))) },
  { name: "bytes that are no text", statuses: [400], run: ({ port, random }) => raw(port, post(pick(random, ROUTES), Uint8Array.from({ length: 100 }, () => 128 + random() * 128))) },
  { name: "malformed Arrow", statuses: [200, 400, 422], run: ({ port, random }) => raw(port, post("/v1/predict", damaged(arrow(), random), { "content-type": "application/vnd.apache.arrow.stream" })) },
  { name: "wrong shape", statuses: [422], run: ({ port, random }) => raw(port, post(pick(random, ["/v1/predict", "/v1/step"]), JSON.stringify(pick(random, SHAPES)))) },
  { name: "unknown session", statuses: [404], run: ({ port, random }) => raw(port, post(`/v1/sessions/${pick(random, [NONE, "x", "..%2f..", "%00"])}/step`, VALUES)) },
  { name: "forged token", statuses: [401], run: ({ port, token, random }) => raw(port, post("/v1/step", asToken(forged(token(), random)))) },
  { name: "token of another version, or expired", statuses: [409, 410], run: ({ port, oldToken }) => raw(port, post("/v1/step", asToken(oldToken()))) },
  { name: "oversize body", statuses: [413], run: ({ port }) => raw(port, post("/v1/predict", "x".repeat(300_000))) },
  { name: "oversize body without length", statuses: [413], run: ({ port }) => raw(port, [`POST /v1/predict HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`, ...Array(20).fill(`4000\r\n${"x".repeat(0x4000)}\r\n`)]) },
  { name: "wrong length", statuses: [0, 400, 408], run: ({ port }) => raw(port, post("/v1/predict", "{}", { "content-length": "-5" })) },
  { name: "slow header", statuses: [408], run: ({ port }) => raw(port, Array(40).fill("").map((_, i) => (i === 0 ? "GET /healthz HTTP/1.1\r\n" : "x: y\r\n")), { pause: 200 }) },
  { name: "slow body", statuses: [408], run: ({ port }) => raw(port, [`POST /v1/predict HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n`, ...Array(40).fill(" ")], { pause: 200 }) },
  { name: "header flood", statuses: [431], run: ({ port }) => raw(port, get("/healthz", Array.from({ length: 3000 }, (_, i) => `x-${i}: ${"y".repeat(20)}\r\n`).join(""))) },
  { name: "one long header", statuses: [431], run: ({ port }) => raw(port, get("/healthz", `cookie: ${"y".repeat(100_000)}\r\n`)) },
  { name: "no HTTP", statuses: [400], run: ({ port }) => raw(port, ["\u0016\u0003\u0001\u0002\u0000\u0001\u0000\r\n\r\n"]) },
  { name: "path tricks", statuses: [400, 404, 422], run: ({ port, random }) => raw(port, post("/v1/sessions", JSON.stringify({ model: pick(random, NAMES) }))) },
  { name: "path tricks in the address", statuses: [400, 404], run: ({ port, random }) => raw(port, get(`/v1/models/${pick(random, ["%2e%2e%2f%2e%2e%2fetc%2fpasswd", "..%5c..%5cx", "__proto__", "m%00", "%ff"])}`)) },
  { name: "another method", statuses: [405], run: ({ port }) => raw(port, [`PUT /v1/sessions HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`]) },
  { name: "another host", statuses: [421], run: ({ port }) => raw(port, ["GET /v1/models HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n"]) },
  { name: "vanishes in its body", statuses: [0], run: ({ port }) => raw(port, [post("/v1/predict", "{}", { "content-length": "5000" })[0]], { vanish: "sent" }) },
  { name: "vanishes before the answer", statuses: [0], run: ({ port }) => raw(port, post("/v1/sessions", VALUES), { vanish: "sent" }) },
  { name: "vanishes in the answer", statuses: [201], run: ({ port }) => raw(port, post("/v1/sessions", VALUES), { vanish: "answer" }) },
  { name: "WebSocket of a foreign page", statuses: [403], run: ({ port }) => raw(port, [handshake().replace("\r\n\r\n", "\r\norigin: https://evil.example\r\n\r\n")]) },
  { name: "WebSocket that is none", statuses: [400], run: ({ port }) => raw(port, [handshake().replace("AQIDBAUGBwgJCgsMDQ4PEA==", "short")]) },
  { name: "WebSocket about no model", statuses: [404], run: ({ port }) => raw(port, [handshake("?model=..%2fm")]) },
  { name: "WebSocket with rubbish for frames", statuses: [0, 101], run: ({ port, random }) => raw(port, [handshake(), Uint8Array.from({ length: 200 }, () => random() * 256)], { pause: 50, patience: 1000 }) },
  { name: "WebSocket that vanishes with steps under way", statuses: [0, 101], run: ({ port }) => raw(port, [handshake(), Buffer.concat(Array(50).fill(textFrame(VALUES)))], { pause: 20, patience: 40 }) },
  { name: "WebSocket whose answers nobody reads", statuses: [0, 101], run: ({ port }) => raw(port, [handshake(), ...Array(20).fill(Buffer.concat(Array(200).fill(textFrame(VALUES))))], { vanish: "answer" }) },
]; // prettier-ignore

/** Not masked for real: a mask of zeros. */
function textFrame(text) {
  const payload = Buffer.from(text);
  return Buffer.concat([
    Buffer.from([0x81, 126 | 0x80, payload.length >> 8, payload.length & 255, 0, 0, 0, 0]),
    payload,
  ]);
}

function forged(token, random) {
  const at = Math.floor(random() * token.length);
  return token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1);
}
