/**
 * What searching in parallel is worth. `node --conditions=sluice-modules quality/parallel/sweep.mjs [--quick] [--only workers|halving] [--rounds 3] [--out FILE]`
 *
 * workers: one sweep of 40 random trials on two workers, against two sweeps of 20 trials on one worker each that run side by side as processes
 *   of their own, all other things equal: trials a second of the one, by the sum of trials a second of the two. They take turns, so that a busy
 *   machine is busy for both; each is a call of the program, start and end included. Asked for: at least 0.85 (median over rounds).
 * halving: on the training part of the PeMS traffic (an hour ahead), the full grid of 54 points and a sweep of the same points with successive halving;
 *   the value on the validation part of what each chose, and the time of each. Asked for: within 2 % of the grid's best in a third of its time.
 *
 * Data: ../shared/data or SLUICE_DATA; without the traffic there is nothing to measure. --quick: a few trials of one epoch, to see that it runs.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

const { values: given } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string" },
    rounds: { type: "string" },
    out: { type: "string" },
  },
});
const { quick, only } = given;
const rounds = Number(given.rounds ?? (quick ? 1 : 3));
const data = join(
  process.env.SLUICE_DATA ?? join(import.meta.dirname, "../../../shared/data"),
  "traffic/pems-train.csv",
);
if (!existsSync(data)) {
  console.log(`left out: there is no ${data}; name the folder of the data by SLUICE_DATA`);
  process.exit(0);
}
const folder = mkdtempSync(join(tmpdir(), "sluice-sweep-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

/** The columns by names that need no quotes, in a shell or out of it. */
const file = join(folder, "traffic.csv");
const [, ...lines] = readFileSync(data, "utf8").trim().split(/\r?\n/);
const kept = quick ? lines.slice(0, 600) : lines;
const rows = kept.map((line) => line.split(",").slice(0, 2).join(","));
writeFileSync(file, `time,flow\n${rows.join("\n")}\n`);

const TASK = ["--task", "forecast", "--target", "flow", "--time", "time", "--date-format", "DD/MM/YYYY"];
const WINDOWS = ["--lookback", "36", "--horizon", "12", "--stride", "3", "--calendar", "none"];
const program = resolve(import.meta.dirname, "../../dist/cli/sluice.js");

function sluice(words) {
  const begin = performance.now();
  const child = spawn(process.execPath, ["--conditions=sluice-modules", program, ...words, "--json", "--quiet"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let out = "";
  child.stdout.on("data", (text) => (out += text));
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) => {
      if (code !== 0) return fail(new Error(`sluice ${words.join(" ")} ended with ${code}: ${out}`));
      done({ reply: JSON.parse(out), seconds: (performance.now() - begin) / 1000 });
    });
  });
}

const sweep = (...words) => sluice(["sweep", file, ...TASK, ...WINDOWS, ...words.map(String)]);

async function workers() {
  const trials = quick ? 4 : 40;
  const epochs = quick ? 1 : 4;
  const common = ["--epochs", epochs, "--method", "random", "--space", "units=16,24,32", "rate=log:3e-4..1e-2"];
  const list = [];
  for (let round = 0; round < rounds; round++) {
    const together = async () => (await sweep(...common, "--trials", trials, "--workers", 2, "--seed", round)).seconds;
    const apart = async () => {
      const two = [0, 1].map((k) => sweep(...common, "--trials", trials / 2, "--workers", 1, "--seed", 100 + 2 * round + k, "--name", `apart-${k}`)); // prettier-ignore
      return (await Promise.all(two)).reduce((rate, { seconds }) => rate + trials / 2 / seconds, 0);
    };
    // Turned round every other time.
    const first = round % 2 === 0 ? await together() : null;
    const rate = await apart();
    const seconds = first ?? (await together());
    const share = trials / seconds / rate;
    console.log(`round ${round + 1}: one sweep of ${trials} on two workers ${(trials / seconds).toFixed(3)} trials/s, two sweeps on one ${rate.toFixed(3)}: ${share.toFixed(3)}`); // prettier-ignore
    list.push({ together: trials / seconds, apart: rate, share });
  }
  const shares = list.map(({ share }) => share).sort((a, b) => a - b);
  const median = shares[shares.length >> 1];
  console.log(
    `workers: median ${median.toFixed(3)}, asked for at least 0.85${quick ? " (not to be taken from --quick)" : ""}`,
  );
  return { trials, epochs, rounds: list, median };
}

async function halving() {
  const space = quick
    ? ["units=4,8", "rate=1e-3,3e-3,1e-2"]
    : ["units=16,32,64", "layers=1..2", "rate=3e-4,1e-3,3e-3", "dropout=0,0.2,0.4"];
  const common = ["--epochs", quick ? 3 : 27, "--method", "grid", "--trials", 54, "--workers", 2, "--space", ...space];
  const grid = await sweep(...common, "--name", "grid");
  const halved = await sweep(...common, "--name", "halving", "--halving");
  const [full, found] = [grid, halved].map(({ reply, seconds }) => ({
    values: reply.best.values,
    validation: reply.best.value,
    metric: reply.judge.name,
    test: reply.test.entries[0].values,
    trials: reply.trials.length,
    epochs: reply.trials.reduce((sum, { epochs }) => sum + (epochs ?? 0), 0),
    seconds,
  }));
  const behind = found.validation / full.validation - 1;
  const time = found.seconds / full.seconds;
  const rank = 1 + grid.reply.trials.filter(({ value }) => value < found.validation).length;
  for (const [name, one] of Object.entries({ grid: full, halving: found }))
    console.log(`${name}: ${JSON.stringify(one.values)}, ${one.metric} ${one.validation.toPrecision(5)} on the validation part, ${one.epochs} epochs in ${one.seconds.toFixed(1)} s`); // prettier-ignore
  console.log(`halving: ${(100 * behind).toFixed(2)} % behind the grid's best (place ${rank} of ${full.trials}), in ${(100 * time).toFixed(1)} % of its time; asked for at most 2 % in 33 %${quick ? " (not to be taken from --quick)" : ""}`); // prettier-ignore
  return { grid: full, halving: found, behind, time, rank };
}

const result = {
  date: new Date().toISOString(),
  cores: availableParallelism(),
  load: loadavg()[0],
  node: process.version,
};
if (only !== "halving") result.workers = await workers();
if (only !== "workers") result.halving = await halving();
if (given.out) writeFileSync(given.out, `${JSON.stringify(result, null, 2)}\n`);
