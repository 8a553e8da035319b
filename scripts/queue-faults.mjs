// Kills what trains on a queue: `node scripts/queue-faults.mjs [--kills 200] [--seed 1]` (build first; Debian's redis-server). Searches run on
// two workers while, at random moments, a worker or the search is killed (SIGKILL), a worker stands still for longer than it may (SIGSTOP), or
// Redis is killed and started again with what it kept. Each search must end as one that nothing disturbed: the same trials, values
// and best, each trial counted once and none set aside, every run folder readable. The exit code is 1 where one does not.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Random } from "sluice";
import { openRun } from "sluice/tasks";

const { values } = parseArgs({
  options: { kills: { type: "string", default: "200" }, seed: { type: "string", default: "1" } },
});
const wanted = Number(values.kills);
const random = new Random(Number(values.seed));
const root = mkdtempSync(join(tmpdir(), "sluice-queue-faults-"));
const program = join(dirname(fileURLToPath(import.meta.url)), "../dist/node/sluice.js");
const LOST_AFTER = 3;
const TRIALS = 6;

const rows = Array.from(
  { length: 400 },
  (_, i) => `${i},${(100 + 10 * Math.sin(i / 7) + random.uniform()).toFixed(3)}`,
);
writeFileSync(join(root, "prices.csv"), `step,close\n${rows.join("\n")}\n`);
const words = ["prices.csv", "--task", "forecast", "--target", "close", "--lookback", "12", "--no-linear", "--epochs", "8", "--space", "units=4,8,16", "rate=log:1e-3..1e-1", "--trials", `${TRIALS}`, "--json", "--quiet"]; // prettier-ignore

const living = new Set();
function begin(file, args, stdio = "ignore") {
  const child = spawn(file, args, { cwd: root, stdio: ["ignore", stdio, stdio] });
  child.said = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (text) => (child.said += text));
  child.ended = new Promise((resolve) => child.once("close", resolve)).then(() => living.delete(child));
  living.add(child);
  return child;
}
process.on("exit", () => {
  for (const child of living) child.kill("SIGKILL");
  rmSync(root, { recursive: true, force: true });
});
const sluice = (...args) => begin(process.execPath, [program, ...args], "pipe");

const probe = createServer().listen(0, "127.0.0.1");
await once(probe, "listening");
const { port } = probe.address();
probe.close();
const url = `redis://127.0.0.1:${port}`;
const startRedis = () => begin("redis-server", ["--port", `${port}`, "--bind", "127.0.0.1", "--dir", root, "--save", "", "--appendonly", "yes", "--appendfsync", "always"]); // prettier-ignore
const startWorker = () => sluice("worker", "--redis", url, "--slots", "1", "--lost-after", `${LOST_AFTER}`);

/** All that a search decided, without times and names. */
function decided(folder) {
  const { trials, outcome } = JSON.parse(readFileSync(join(folder, "sweep.json"), "utf8"));
  return JSON.stringify({
    trials: trials.map(({ point, state, reason, rungs }) => ({ point, state, reason, values: rungs.map(({ value, epochs }) => [value, epochs]) })), // prettier-ignore
    best: outcome?.best.trial,
    test: outcome?.test.entries,
  });
}
const runsIn = (folder) => (existsSync(folder) ? readdirSync(folder).filter((name) => /^\d/.test(name)) : []);
const folderNamed = (name) => runsIn(join(root, "runs")).map((one) => join(root, "runs", one)).find((one) => one.endsWith(`-${name}-sweep`)); // prettier-ignore

const reference = sluice("sweep", ...words, "--name", "whole", "--workers", "1");
await reference.ended;
const whole = decided(folderNamed("whole"));

const counts = { worker: 0, search: 0, redis: 0, stopped: 0 };
const problems = [];
let redis = startRedis();
await wait(500);
const workers = [startWorker(), startWorker()];

/** Does harm to one of those that take part; `search` is replaced by one that goes on. */
async function harm(state) {
  const kind = random.uniform();
  const at = random.below(2);
  if (kind < 0.4) {
    workers[at].kill("SIGKILL");
    counts.worker++;
    workers[at] = startWorker();
  } else if (kind < 0.6) {
    state.search.kill("SIGKILL");
    await state.search.ended;
    if (state.isOver()) return; // it was killed when all was done, or just after
    counts.search++;
    state.search = state.goOn();
  } else if (kind < 0.8) {
    redis.kill("SIGKILL");
    await redis.ended;
    counts.redis++;
    redis = startRedis();
  } else {
    const worker = workers[at];
    worker.kill("SIGSTOP");
    counts.stopped++;
    await wait(1000 * LOST_AFTER + 2000 * random.uniform());
    worker.kill("SIGCONT");
  }
}

const total = () => Object.values(counts).reduce((sum, count) => sum + count, 0);
const begun = performance.now();
let [searches, left] = [0, 0];
for (; total() < wanted; searches++) {
  const name = `search-${searches}`;
  const goOn = () => {
    const folder = folderNamed(name);
    const known = folder && existsSync(join(folder, "sweep.json"));
    return known ? sluice("sweep", "--resume", folder, "--redis", url, "--json", "--quiet") : sluice("sweep", ...words, "--name", name, "--redis", url); // prettier-ignore
  };
  const isOver = () => {
    const folder = folderNamed(name);
    return folder !== undefined && JSON.parse(readFileSync(join(folder, "status.json"), "utf8")).state === "finished";
  };
  const state = { search: goOn(), goOn, isOver };
  for (;;) {
    const { search } = state;
    await Promise.race([search.ended, wait(800 + 2500 * random.uniform())]);
    if (!living.has(search)) break;
    if (total() < wanted) await harm(state);
  }
  const folder = folderNamed(name);
  if (!isOver()) problems.push(`${name} ended with exit code ${state.search.exitCode}: ${state.search.said}`);
  else if (decided(folder) !== whole) problems.push(`${name} differs: ${decided(folder)}\n  from ${whole}`);
  const trials = folder ? runsIn(join(folder, "trials")) : [];
  // One that goes on after it stood still may make a folder before it knows that others have taken its trial; nothing refers to it.
  left += trials.length - TRIALS;
  if (trials.length < TRIALS) problems.push(`${name} has ${trials.length} runs of trials`);
  for (const trial of trials) {
    await openRun(join(folder, "trials", trial)).catch((error) => problems.push(`${trial}: ${error.message}`));
  }
  console.log(`${name}: ${JSON.stringify(counts)}, ${problems.length} problems`);
}
const seconds = Math.round((performance.now() - begun) / 1000);
console.log(
  `${total()} faults in ${searches} searches and ${seconds} s: ${JSON.stringify(counts)}; ${left} folders that nothing refers to`,
);
for (const problem of problems) console.error(problem);
process.exit(problems.length > 0 ? 1 : 0);
