// Kills training for real: `node scripts/faults.mjs [--kills 200] [--seed 1]` (build first). A run is begun or gone on with in a process of its
// own, which SIGKILL ends at a random moment, again and again until the run has ended; then its weights and history must be those of
// a run that nothing ended, bit for bit, and after each kill the run folder must be readable. The exit code is 1 where one is not.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Random } from "sluice";
import { openRun } from "sluice/tasks";

const { values } = parseArgs({
  options: { kills: { type: "string", default: "200" }, seed: { type: "string", default: "1" } },
});
const wanted = Number(values.kills);
const random = new Random(Number(values.seed));
const root = mkdtempSync(join(tmpdir(), "sluice-faults-"));
process.on("exit", () => rmSync(root, { recursive: true, force: true }));

const data = join(root, "texts.csv");
const word = () => ["red", "blue", "old", "new", "far", "near"][random.below(6)];
const rows = Array.from(
  { length: 300 },
  (_, i) => `${word()} ${i % 2 ? "good" : "bad"} ${word()} ${word()} ${word()},${i % 2}`,
);
writeFileSync(data, `text,label\n${rows.join("\n")}\n`);
const options = { text: "text", label: "label", epochs: 12, batchSize: 8, units: [16], patience: 99, saveEvery: 0, seed: 2 }; // prettier-ignore

const SCRIPT = `
import { classify, resumeRun } from "sluice/tasks";
const [what, ...rest] = process.argv.slice(1);
const quiet = { verbose: 0, report: false, warn() {} };
if (what === "begin") await classify.train(rest[0], JSON.parse(rest[1]), quiet);
else await resumeRun(rest[0], quiet);`;

/** Runs the program and kills it after so many milliseconds; what it said on its way to an error. */
function run(args, milliseconds) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ["--input-type=module", "-e", SCRIPT, ...args]);
    let said = "";
    child.stderr.on("data", (text) => (said += text));
    const timer = setTimeout(() => child.kill("SIGKILL"), milliseconds);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ code, killed: signal === "SIGKILL", said });
    });
  });
}

const runsIn = (folder) => (existsSync(folder) ? readdirSync(folder).filter((name) => /^\d/.test(name)) : []);
const fileOf = (folder, name) => readFileSync(join(folder, name), "utf8").replaceAll(/"time":"[^"]*",/g, "");
const problems = [];

const reference = join(root, "whole");
await run(["begin", data, JSON.stringify({ ...options, runs: reference })], 120_000);
const whole = join(reference, runsIn(reference)[0]);

/** The folder of a run must say what it is, and hold a model that can be opened as soon as there was a checkpoint. */
async function checkReadable(folder) {
  for (const name of ["config.json", "status.json", "environment.json", "data.json"]) JSON.parse(readFileSync(join(folder, name), "utf8")); // prettier-ignore
  if (existsSync(join(folder, "checkpoints/last.safetensors"))) await openRun(folder);
}

function checkSame(folder) {
  for (const name of ["metrics.jsonl", "history.csv"])
    if (fileOf(folder, name) !== fileOf(whole, name)) problems.push(`${folder}: ${name} differs`);
  const [one, other] = [folder, whole].map((of) => readFileSync(join(of, "model.safetensors")));
  if (!one.equals(other)) problems.push(`${folder}: the weights differ`);
}

const begun = performance.now();
let [kills, ended, anew] = [0, 0, 0];
for (let attempt = 0; kills < wanted; attempt++) {
  const runs = join(root, `run-${attempt}`);
  let done = false;
  while (!done) {
    const [name] = runsIn(runs);
    const folder = name && join(runs, name);
    const resumable =
      folder && ["last", "previous"].some((file) => existsSync(join(folder, `checkpoints/${file}.safetensors`)));
    if (folder && !resumable) rmSync(runs, { recursive: true }); // it was killed before its first step: begun anew
    anew += Number(Boolean(folder) && !resumable);
    const args = resumable ? ["resume", folder] : ["begin", data, JSON.stringify({ ...options, runs })];
    const { code, killed, said } = await run(args, 150 + random.below(900));
    kills += Number(killed);
    if (!killed && code !== 0) problems.push(`${args.join(" ")}: ${said}`);
    for (const left of runsIn(runs)) await checkReadable(join(runs, left)).catch((error) => problems.push(`${left}: ${error.message}`)); // prettier-ignore
    const [state] = runsIn(runs).map((left) => JSON.parse(readFileSync(join(runs, left, "status.json"), "utf8")).state);
    done = (!killed && code === 0) || state === "finished" || problems.length > 0; // it may be killed when all is done
  }
  if (problems.length > 0) break;
  checkSame(join(runs, runsIn(runs)[0]));
  const left = readdirSync(join(runs, runsIn(runs)[0], "checkpoints")).filter(
    (name) => !/^(?:best|last|previous)\.safetensors$|^checkpoints\.json$/.test(name),
  );
  if (left.length > 0) problems.push(`${runs}: ${left.join(", ")} are left over`);
  ended++;
}
const seconds = ((performance.now() - begun) / 1000).toFixed(0);
console.log(
  `${kills} kills, ${ended} runs came to their end, ${anew} were killed before their first step and begun anew; ${seconds} s`,
);
for (const problem of problems) console.error(problem);
console.log(
  problems.length === 0
    ? "weights and history of all are those of a run that nothing ended"
    : `${problems.length} problems`,
);
process.exitCode = problems.length === 0 ? 0 : 1;
