// What a server does on one core: GRU(128) with 40 features and a dense head of 10, the load from another process over loopback.
// With processor time, on Linux. After `npm run build`:
//   node bench/serve.mjs [--rounds 5] [--seconds 4] [--log info] [--json]
// The server runs on core 0, the load on core 1 (taskset, where there is one). Medians of the rounds, in brackets the extremes.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { layers, sequential } from "../dist/node/index.js";
import { median } from "./measure.mjs";

const { values: flags } = parseArgs({ options: { rounds: { type: "string", default: "5" }, seconds: { type: "string", default: "4" }, log: { type: "string", default: "warn" }, json: { type: "boolean", default: false }, prof: { type: "string" } } }); // prettier-ignore
const [rounds, seconds] = [Number(flags.rounds), Number(flags.seconds)];
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), "sluice-serve-"));
const file = join(folder, "gru128.safetensors");

const make = (seed) => sequential([layers.gru({ units: 128, inputShape: [null, 40] }), layers.dense({ units: 10, activation: "softmax" })], { seed }); // prettier-ignore
const pinned = (core) => (hasTaskset() && cpus().length > 1 ? ["taskset", "-c", String(core)] : []);

function hasTaskset() {
  try {
    execFileSync("taskset", ["-V"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function start(core, args, stdio) {
  const [command, ...rest] = [...pinned(core), process.execPath, ...args];
  return spawn(command, rest, { stdio });
}

async function listen() {
  const prof = flags.prof ? ["--cpu-prof", `--cpu-prof-dir=${flags.prof}`] : [];
  const args = [
    ...prof,
    join(root, "dist/node/sluice.js"),
    "serve",
    file,
    "--port",
    "0",
    "--reload",
    "100",
    "--log",
    flags.log,
  ];
  const server = start(0, args, ["ignore", "pipe", "ignore"]);
  const port = await new Promise((resolve, reject) => {
    let text = "";
    server.stdout.on("data", (data) => {
      text += data;
      const found = /http:\/\/127\.0\.0\.1:(\d+)/.exec(text);
      if (found) resolve(Number(found[1]));
    });
    server.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
  });
  return { server, port };
}

/** @returns {Promise<any>} what the load measured */
function load(given) {
  const child = start(1, [join(root, "bench/serve/load.mjs"), JSON.stringify(given)], ["ignore", "pipe", "inherit"]);
  let text = "";
  child.stdout.on("data", (data) => (text += data));
  return new Promise((resolve, reject) => {
    child.once("exit", (code) =>
      code === 0 ? resolve(JSON.parse(text)) : reject(new Error(`the load ended with ${code}`)),
    );
  });
}

/** Resident memory in MB. */
const resident = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) * 1024e-6;

const TICK = 1e6 / Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/** Microseconds of processor time that the server has used, which other work on the machine disturbs less than the clock. */
function processor(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK;
}

/** What the load measured, and the server's processor time for each answer. */
async function loadOn(pid, given) {
  const before = processor(pid);
  const measured = await load(given);
  return { ...measured, cpu: (processor(pid) - before) / measured.count };
}

/** Writes the file anew, whole at once, again and again. */
async function replacing(until) {
  let seed = 1;
  while (performance.now() < until) {
    await wait(300);
    writeFileSync(`${file}.new`, make(++seed).toBytes());
    renameSync(`${file}.new`, file);
  }
  return seed - 1;
}

async function measure() {
  const { server, port } = await listen();
  try {
    const common = { port, seconds, connections: 64, sessions: 256 };
    // Compilers and heaps have settled before anything counts.
    await load({ ...common, what: "closedLoop", seconds: 2 });
    const most = await loadOn(server.pid, { ...common, what: "closedLoop" });
    const half = await load({ ...common, what: "openLoop", rate: 2500 });
    const json = await loadOn(server.pid, { what: "pipelined", port, seconds, format: "json", window: 512 });
    const floats = await loadOn(server.pid, { what: "pipelined", port, seconds, format: "float32", window: 512 });
    const before = resident(server.pid);
    await load({ what: "openSessions", port, sessions: 1000 });
    const grown = resident(server.pid) - before;
    const [reloaded, replaced] = await Promise.all([
      load({ ...common, what: "closedLoop" }),
      replacing(performance.now() + (seconds - 0.5) * 1000),
    ]);
    return { most, half, json, floats, grown, reloaded, replaced };
  } finally {
    server.removeAllListeners("exit");
    server.kill("SIGTERM");
    await new Promise((resolve) => server.once("exit", resolve));
  }
}

const shown = (values, digits) =>
  `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})`;

function table(all) {
  const rows = [
    [
      "single steps a second, HTTP keep-alive, 64 connections",
      "at least 5000",
      all.map(({ most }) => most.perSecond),
      0,
    ],
    ["  processor time of one, µs", "below 200", all.map(({ most }) => most.cpu), 0],
    ["  p50 of these, ms", "", all.map(({ most }) => most.p50), 2],
    ["  p99 of these, ms", "", all.map(({ most }) => most.p99), 2],
    ["p50 at 2500 a second, open loop, ms", "", all.map(({ half }) => half.p50), 2],
    ["p99 at 2500 a second, open loop, ms", "below 10", all.map(({ half }) => half.p99), 2],
    ["p99.9 at 2500 a second, open loop, ms", "", all.map(({ half }) => half.p999), 2],
    ["steps a second, one WebSocket, JSON", "at least 20000", all.map(({ json }) => json.perSecond), 0],
    ["  processor time of one, µs", "below 50", all.map(({ json }) => json.cpu), 0],
    ["steps a second, one WebSocket, float32", "at least 20000", all.map(({ floats }) => floats.perSecond), 0],
    ["  processor time of one, µs", "below 50", all.map(({ floats }) => floats.cpu), 0],
    ["resident memory of 1,000 open sessions, MB", "below 30", all.map(({ grown }) => grown), 1],
    ["requests lost while the model is replaced", "0", all.map(({ reloaded }) => reloaded.bad + reloaded.failures), 0],
    ["  requests meanwhile", "", all.map(({ reloaded }) => reloaded.count), 0],
    ["  replacements meanwhile", "", all.map(({ replaced }) => replaced), 0],
  ];
  const lines = rows.map(
    ([what, wanted, values, digits]) => `${what.padEnd(58)}${wanted.padEnd(16)}${shown(values, digits)}`,
  );
  return `${"".padEnd(58)}${"wanted".padEnd(16)}median of ${all.length} (extremes)\n${lines.join("\n")}`;
}

try {
  writeFileSync(file, make(1).toBytes());
  const all = [];
  for (let i = 0; i < rounds; i++) {
    all.push(await measure());
    if (flags.json) console.log(JSON.stringify(all.at(-1)));
  }
  if (!flags.json) console.log(`${cpus()[0].model}, Node ${process.version}, log ${flags.log}\n${table(all)}`);
} finally {
  rmSync(folder, { recursive: true });
}
