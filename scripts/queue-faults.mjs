// Kills what trains on a queue: `node scripts/queue-faults.mjs [--kills 200] [--seed 1] [--only sweep,diloco,series] [--send]` (build
// first; Debian's redis-server). Searches, trainings on shards by DiLoCo, and models for each of several series take turns on two workers
// while, at random moments, a worker or who asked is killed (SIGKILL), a worker stands still for longer than it may (SIGSTOP), or Redis is
// killed and started again with what it kept. Each must end as one on threads that nothing disturbed: the same values and choices, the same
// weights bit for bit, nothing counted twice and nothing set aside, every run folder readable. With --send workers see no folder of who asks:
// data go to them through the store, and runs come back. The exit code is 1 where anything differs.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Random } from "sluice";
import { openRun } from "sluice/tasks";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "200" },
    seed: { type: "string", default: "1" },
    only: { type: "string", default: "sweep,diloco,series" },
    send: { type: "boolean", default: false },
  },
});
const wanted = Number(values.kills);
const random = new Random(Number(values.seed));
const root = mkdtempSync(join(tmpdir(), "sluice-queue-faults-"));
const program = join(dirname(fileURLToPath(import.meta.url)), "../dist/node/sluice.js");
const LOST_AFTER = 3;

const wave = (i, phase) => (100 + 10 * Math.sin(i / 7 + phase) + random.uniform()).toFixed(3);
const rows = Array.from({ length: 400 }, (_, i) => `${i},${wave(i, 0)}`);
writeFileSync(join(root, "prices.csv"), `step,close\n${rows.join("\n")}\n`);
const sold = Array.from({ length: 5 }, (_, k) =>
  Array.from({ length: 250 }, (_, i) => `store-${k},${i},${wave(i, k)}`),
).flat();
writeFileSync(join(root, "stores.csv"), `store,step,sold\n${sold.join("\n")}\n`);
const TASK = ["--task", "forecast", "--lookback", "12", "--no-linear", "--json", "--quiet"];

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
const seen = values.send ? "elsewhere" : ".";
mkdirSync(join(root, "elsewhere"));
const startWorker = () => sluice("worker", "--redis", url, "--data-root", seen, "--slots", "1", "--lost-after", `${LOST_AFTER}`); // prettier-ignore
const onQueue = ["--redis", url, ...(values.send ? ["--send-data"] : [])];

const readJson = (...path) => JSON.parse(readFileSync(join(...path), "utf8"));
const hashOf = (...path) =>
  createHash("sha256")
    .update(readFileSync(join(...path)))
    .digest("hex");
const runsIn = (folder, names = /^\d/) =>
  existsSync(folder) ? readdirSync(folder).filter((name) => names.test(name)) : [];

/** What is asked for: its words, the folder of its parts, and all that came out, without times and names. */
const KINDS = {
  sweep: {
    words: [
      "sweep",
      "prices.csv",
      ...TASK,
      "--target",
      "close",
      "--epochs",
      "8",
      "--space",
      "units=4,8,16",
      "rate=log:1e-3..1e-1",
      "--trials",
      "6",
    ],
    alone: ["--workers", "1"],
    again: ["sweep", "--resume"],
    parts: { folder: "trials", count: 6, names: /^\d/ },
    outcome(folder) {
      const { trials, outcome } = readJson(folder, "sweep.json");
      return {
        trials: trials.map(({ point, state, reason, rungs }) => ({
          point,
          state,
          reason,
          values: rungs.map(({ value, epochs }) => [value, epochs]),
        })),
        best: outcome?.best.trial,
        test: outcome?.test.entries,
      };
    },
  },
  diloco: {
    words: [
      "train",
      "prices.csv",
      ...TASK,
      "--target",
      "close",
      "--units",
      "8",
      "--epochs",
      "24",
      "--patience",
      "24",
      "--batch-size",
      "8",
      "--inner-steps",
      "5",
      "--workers",
      "2",
    ],
    alone: ["--diloco"],
    again: ["train", "--resume"],
    parts: null,
    outcome(folder) {
      const { rounds } = readJson(folder, "diloco.json");
      return {
        rounds: rounds.map(({ round, came, late, failed, values, norm }) => ({
          round,
          came: came.map(({ shard, norm }) => [shard, norm]),
          late,
          failed,
          values,
          norm,
        })),
        best: hashOf(folder, "checkpoints/best.safetensors"),
        test: readJson(folder, "evaluation.json").entries,
      };
    },
  },
  series: {
    words: [
      "train",
      "stores.csv",
      ...TASK,
      "--target",
      "sold",
      "--id",
      "store",
      "--units",
      "4",
      "--epochs",
      "10",
      "--per-series",
    ],
    alone: ["--workers", "1"],
    again: ["train", "--resume"],
    parts: { folder: "series", count: 5, names: /^store-/ },
    outcome: (folder) => ({
      series: readJson(folder, "series.json").series.map(({ id, state, value, baseline, epochs }) => [
        id,
        state,
        value,
        baseline,
        epochs,
      ]),
      test: readJson(folder, "evaluation.json").entries,
    }),
  },
};
const kinds = Object.entries(KINDS).filter(([name]) => values.only.split(",").includes(name));
/** The run by the name that it was given, between its date and what it is. */
const folderNamed = (name) => {
  const own = runsIn(join(root, "runs")).find((one) => one.slice(20).replace(/-(?:sweep|series)$/, "") === name);
  return own && join(root, "runs", own);
};

const whole = {};
for (const [kind, { words, alone, outcome }] of kinds) {
  const reference = sluice(...words, ...alone, "--name", `${kind}-whole`);
  await reference.ended;
  if (reference.exitCode !== 0)
    throw new Error(`${kind}, undisturbed, ended with ${reference.exitCode}: ${reference.said}`);
  whole[kind] = JSON.stringify(outcome(folderNamed(`${kind}-whole`)));
}

const counts = { worker: 0, asker: 0, redis: 0, stopped: 0 };
const problems = [];
let redis = startRedis();
await wait(500);
const workers = [startWorker(), startWorker()];

/** Does harm to one of those that take part; who asked is replaced by one that goes on. */
async function harm(state) {
  const kind = random.uniform();
  const at = random.below(2);
  if (kind < 0.4) {
    workers[at].kill("SIGKILL");
    counts.worker++;
    workers[at] = startWorker();
  } else if (kind < 0.6) {
    state.asker.kill("SIGKILL");
    await state.asker.ended;
    if (state.isOver()) return; // it was killed when all was done, or just after
    counts.asker++;
    state.asker = state.goOn();
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
let [plans, left] = [0, 0];
for (; total() < wanted; plans++) {
  const [kind, { words, again, parts, outcome }] = kinds[plans % kinds.length];
  const name = `${kind}-${plans}`;
  const known = () => {
    const folder = folderNamed(name);
    return folder !== undefined && existsSync(join(folder, "config.json")) ? folder : null;
  };
  const goOn = () => {
    const folder = known();
    return folder
      ? sluice(...again, folder, ...onQueue, "--json", "--quiet")
      : sluice(...words, "--name", name, ...onQueue);
  };
  const isOver = () => known() !== null && readJson(known(), "status.json").state === "finished";
  const state = { asker: goOn(), goOn, isOver };
  for (;;) {
    const { asker } = state;
    await Promise.race([asker.ended, wait(800 + 2500 * random.uniform())]);
    if (!living.has(asker)) break;
    if (total() < wanted) await harm(state);
  }
  const folder = known();
  if (!isOver()) problems.push(`${name} ended with exit code ${state.asker.exitCode}: ${state.asker.said}`);
  else {
    const now = JSON.stringify(outcome(folder));
    if (now !== whole[kind]) problems.push(`${name} differs: ${now}\n  from ${whole[kind]}`);
    if (kind !== "series") await openRun(folder).catch((error) => problems.push(`${name}: ${error.message}`)); // of series each has its own
  }
  if (folder && parts) {
    const own = runsIn(join(folder, parts.folder), parts.names);
    // One that goes on after it stood still may make a folder before it knows that others have taken its job; nothing refers to it.
    left += own.length - parts.count;
    if (own.length < parts.count) problems.push(`${name} has ${own.length} runs below it`);
    for (const one of own)
      await openRun(join(folder, parts.folder, one)).catch((error) => problems.push(`${one}: ${error.message}`));
  }
  console.log(`${name}: ${JSON.stringify(counts)}, ${problems.length} problems`);
}
const seconds = Math.round((performance.now() - begun) / 1000);
console.log(
  `${total()} faults in ${plans} trainings (${kinds.map(([name]) => name).join(", ")}) and ${seconds} s: ${JSON.stringify(counts)}; ${left} folders that nothing refers to`,
);
for (const problem of problems) console.error(problem);
process.exit(problems.length > 0 ? 1 : 0);
