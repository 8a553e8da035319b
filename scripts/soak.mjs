// Good and bad clients at the same time, for ten minutes, while the model's file is replaced again and again, by good ones and by rubbish.
//   npm run build && node scripts/soak.mjs [--minutes 10] [--seed 1] [--json]
// It fails when a good client gets a wrong answer, a bad one a status that does not fit, an answer is no problem document, the server logs a
// failure of its own or ends, sessions are left over, or memory grows.
import { spawn } from "node:child_process";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { layers, sequential } from "sluice";
import { openServed } from "sluice/server";
import { ATTACKS } from "./soak/attacks.mjs";
import { line, resident } from "./soak/memory.mjs";
import { ask, carried, prediction, session } from "./soak/traffic.mjs";

const { values: flags } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
  },
});
const minutes = Number(flags.minutes);
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), "sluice-soak-"));
const file = join(folder, "m.safetensors");
const errors = [];

/** Lehmer's generator (Park and Miller 1988): the same clients for one seed. */
let state = Number(flags.seed) * 7919;
const random = () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;

const make = (seed) =>
  sequential([layers.gru({ units: 32, inputShape: [null, 40] }), layers.dense({ units: 10, activation: "softmax" })], {
    seed,
  });
const VERSIONS = [make(1), make(2)];
const named = new Map();
for (const model of VERSIONS) named.set((await openServed({ name: "m", bytes: model.toBytes() })).version, model);
const streamOf = (version) => {
  const model = named.get(version);
  if (!model) throw new Error(`there is no version ${version}`);
  return model.stream();
};

function put(bytes) {
  writeFileSync(`${file}.new`, bytes);
  renameSync(`${file}.new`, file);
}

const LIMITS = {
  port: 0,
  reload: 50,
  maxBody: 262_144,
  maxSessions: 400,
  idle: 3,
  headersTimeout: 1,
  requestTimeout: 2,
  stateLifetime: 5,
  sessionGrace: 2,
  grace: 3,
};

/** The program of the same build as the library here: of modules, where that condition is set. */
const PROGRAM = process.execArgv.includes("--conditions=sluice-modules") ? "dist/cli/sluice.js" : "dist/node/sluice.js";

/** @returns {Promise<{ server: import("node:child_process").ChildProcess, port: number, log: Record<string, number> }>} */
function listen() {
  const options = Object.entries(LIMITS).flatMap(([name, value]) => [
    `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    String(value),
  ]);
  const server = spawn(process.execPath, [...process.execArgv, join(root, PROGRAM), "serve", file, ...options], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log = {};
  let rest = "";
  server.stderr.on("data", (data) => {
    const lines = (rest + data).split("\n");
    rest = lines.pop() ?? "";
    for (const one of lines.filter((text) => text.startsWith("{"))) {
      const { event, stack } = JSON.parse(one);
      log[event] = (log[event] ?? 0) + 1;
      if (event === "failure") errors.push(`the server failed: ${stack}`);
    }
  });
  return new Promise((resolve, reject) => {
    let text = "";
    server.stdout.on("data", (data) => {
      text += data;
      const found = /http:\/\/127\.0\.0\.1:(\d+)/.exec(text);
      if (found) resolve({ server, port: Number(found[1]), log });
    });
    server.once("exit", (code, signal) => reject(new Error(`the server ended with ${code ?? signal}`)));
  });
}

/** Again and again until the time is up; what goes wrong is kept, and ends nothing. @param {number} pause milliseconds between two rounds */
async function again(until, pause, round) {
  while (performance.now() < until) {
    try {
      await round();
    } catch (error) {
      if (errors.length < 50) errors.push(error instanceof Error ? error.message : String(error));
    }
    await wait(pause);
  }
}

async function attack(place, one, counts) {
  const { status, type, body } = await one.run(place);
  const key = `${one.name}: ${status}`;
  counts[key] = (counts[key] ?? 0) + 1;
  if (!one.statuses.includes(status))
    throw new Error(`${one.name}: ${status} is not among ${one.statuses.join(", ")}: ${body.slice(0, 200)}`);
  if (status < 400) return;
  const document = type === "application/problem+json" ? JSON.parse(body) : {};
  if (document.status !== status)
    throw new Error(`${one.name}: ${status} without a problem document: ${body.slice(0, 200)}`);
}

async function soak() {
  put(VERSIONS[0].toBytes());
  const { server, port, log } = await listen();
  server.removeAllListeners("exit");
  const ended = new Promise((resolve) => server.once("exit", (code, signal) => resolve(code ?? signal)));
  const until = performance.now() + minutes * 60_000;
  const tokens = [(await ask(port, "POST", "/v1/sessions", { state: "token" })).json.token];
  const begun = performance.now();
  const old = tokens[0];
  const keep = (token) => (tokens[0] = token);
  const good = { port, random, streamOf, keep };
  const place = { port, random, token: () => tokens[0], oldToken: () => old };
  const [counts, samples] = [{}, []];
  let [sessions, replaced] = [0, 0];
  // The old token ends after some seconds; before that it is still good.
  const ready = (one) => !one.name.startsWith("token of") || performance.now() - begun > 6000;
  await Promise.all([
    ...[1, 2, 3].map(() => again(until, 20, async () => void (await session(good), (sessions += 1)))),
    again(until, 20, () => carried(good)),
    again(until, 20, () => prediction(good)),
    ...ATTACKS.map((one) => again(until, 250, () => (ready(one) ? attack(place, one, counts) : undefined))),
    again(until, 700, () => {
      replaced += 1;
      put(replaced % 2 === 1 ? new Uint8Array(5000).map(() => random() * 256) : VERSIONS[(replaced / 2) % 2].toBytes());
    }),
    again(until, 1000, () => samples.push([(performance.now() - begun) / 1000, resident(server.pid)])),
  ]);
  // Idle sessions end, and nothing is left.
  await wait((LIMITS.idle + 3) * 1000);
  const left = await leftOver(port);
  if (left !== 0) errors.push(`${left} sessions are left over`);
  server.kill("SIGTERM");
  const code = await ended;
  if (code !== 0 && code !== 130 && code !== 143) errors.push(`the server ended with ${code}`);
  return { sessions, replaced, counts, log, samples };
}

async function leftOver(port) {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  return Number(/sluice_sessions_open\{model="m"\} (\d+)/.exec(await response.text())?.[1] ?? NaN);
}

/** The first fifth is warming up: heaps grow to the size that they need. */
function memoryOf(samples) {
  const settled = samples.slice(Math.floor(samples.length / 5));
  const { slope, from, to } = line(settled);
  // Over minutes a leak shows in the slope; over seconds only a large one can be told from the collector's own ups and downs.
  const bound = Math.max(1, 60 / minutes);
  if (!(slope < bound)) errors.push(`memory grows by ${slope.toFixed(2)} MB a minute, allowed are ${bound.toFixed(2)}`);
  return { slope, from, to, bound };
}

try {
  const { samples, ...told } = await soak();
  const memory = memoryOf(samples);
  if (flags.json) console.log(JSON.stringify({ minutes, ...told, memory, errors }));
  else {
    console.log(`${minutes} minutes: ${told.sessions} good sessions, ${told.replaced} replacements of the file`);
    for (const [what, count] of Object.entries(told.counts).sort())
      console.log(`${String(count).padStart(7)}  ${what}`);
    console.log(
      `memory ${memory.from.toFixed(1)} to ${memory.to.toFixed(1)} MB, ${memory.slope.toFixed(2)} MB a minute (below ${memory.bound.toFixed(2)})`,
    );
    console.log(`log: ${JSON.stringify(told.log)}`);
    for (const error of errors) console.error(`error: ${error}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(errors.length > 0 ? 1 : 0);
