/** A DiLoCo training whose process is killed, at any moment, goes on with the same bits; so it does from the checkpoint before the last. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { REPLIES } from "../../src/cli/reply-schema.js";
import { Random } from "../../src/util/random.js";
import { PROGRAM } from "../cli/program.js";

const folder = mkdtempSync(join(tmpdir(), "sluice-diloco-resume-"));
before(() => writeFileSync(join(folder, "text.txt"), "the river sluice opens and the water falls ".repeat(60)));
after(() => rmSync(folder, { recursive: true, force: true }));

const SHAPE = ["--units", "8", "--embedding", "4", "--sequence-length", "8", "--batch-size", "4", "--seed", "3"];
const LONG = ["--steps-per-epoch", "40", "--epochs", "3", "--inner-steps", "4"];
const words = (name: string) => ["train", "text.txt", "--task", "generate", ...SHAPE, ...LONG, "--diloco", "--workers", "2", "--name", name]; // prettier-ignore
const runOf = (name: string) => {
  const runs = existsSync(join(folder, "runs")) ? readdirSync(join(folder, "runs")) : [];
  const found = runs.find((one) => one.endsWith(`-${name}`));
  return found === undefined ? null : join(folder, "runs", found);
};
const rounds = (run: string) =>
  (JSON.parse(readFileSync(join(run, "diloco.json"), "utf8")) as { rounds: { round: number; values: object }[] }).rounds; // prettier-ignore
const valuesIn = (run: string) => rounds(run).map(({ round, values }) => ({ round, values }));
const model = (run: string) => readFileSync(join(run, "model.safetensors"));
const historyIn = (run: string) => readFileSync(join(run, "history.csv"), "utf8");

function sluice(...given: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...PROGRAM, ...given], { cwd: folder, encoding: "utf8" }); // prettier-ignore
  assert.equal(status, 0, `${given.join(" ")}: ${stdout}${stderr}`);
  return given.includes("--json") ? stdout : stdout + stderr;
}

/** @param until says when it is killed */
async function killed(given: string[], until: () => boolean, more: number): Promise<boolean> {
  const child = spawn(process.execPath, [...PROGRAM, ...given], { cwd: folder, stdio: "ignore" });
  const exit = once(child, "exit");
  while (child.exitCode === null && !until()) await wait(5);
  await wait(more);
  child.kill("SIGKILL");
  await exit;
  return child.signalCode === "SIGKILL";
}

describe("a training on shards that is killed", () => {
  let told: string;
  before(() => void (told = sluice(...words("whole"), "--json", "--quiet")));
  const whole = () => runOf("whole")!;

  test("goes on and ends with the bits of one that was left alone", async () => {
    const random = new Random(5);
    const done = () => (runOf("cut") && existsSync(join(runOf("cut")!, "diloco.json")) ? rounds(runOf("cut")!).length : -1); // prettier-ignore
    const moment = () => Math.floor(60 * random.uniform());
    assert.ok(await killed(words("cut"), () => done() >= 1, moment()), "it ended before it was killed");
    const run = runOf("cut")!;
    const first = done();
    await killed(["train", "--resume", run], () => done() >= first + 2, moment());
    await killed(["train", "--resume", run], () => done() >= first + 5, moment());
    assert.ok(done() < rounds(whole()).length, "nothing was left to do");
    sluice("train", "--resume", run);
    assert.deepEqual(model(run), model(whole()));
    assert.deepEqual(valuesIn(run), valuesIn(whole()));
    assert.equal(historyIn(run), historyIn(whole()));
  });

  test("told what its rounds were", () => {
    const { diloco, epochs } = REPLIES.train.parse(JSON.parse(told)) as { epochs: number; diloco: object };
    const { bytes, ...rest } = diloco as { bytes: Record<string, number> };
    assert.deepEqual(rest, {
      shards: 2,
      innerSteps: 4,
      deltas: "float32",
      states: "float32",
      rounds: 15,
      perEpoch: 5,
      lost: 0,
    });
    assert.equal(epochs, 3);
    assert.ok(Object.values(bytes).every((count) => count > 0));
  });

  test("goes on from the checkpoint before the last where that is damaged", () => {
    const run = runOf("whole")!;
    const [before, history] = [model(run), historyIn(run)];
    sluice("train", "--resume", run, "--epochs", "4");
    const longer = [model(run), historyIn(run)];
    assert.ok((longer[1] as string).startsWith(history));
    // As if it had ended in the midst of its last epoch, and its newest checkpoint were torn.
    const status = JSON.parse(readFileSync(join(run, "status.json"), "utf8")) as object;
    writeFileSync(join(run, "status.json"), JSON.stringify({ ...status, state: "interrupted" }));
    truncateSync(join(run, "checkpoints/last.safetensors"), 1000);
    const told = sluice("train", "--resume", run, "--epochs", "4");
    assert.match(told, /last\.safetensors is damaged/);
    assert.deepEqual([model(run), historyIn(run)], longer);
    assert.ok(before.length > 0);
  });

  test("is not gone on with as one of another kind, and its flags are not for others", () => {
    const wrong = (...given: string[]) => spawnSync(process.execPath, [...PROGRAM, ...given], { cwd: folder, encoding: "utf8" }); // prettier-ignore
    const flags = wrong("train", "text.txt", "--task", "generate", "--inner-steps", "5");
    assert.equal(flags.status, 2);
    assert.match(
      flags.stderr,
      /--inner-steps: it is one of DiLoCo; give --redis with --workers, or --diloco with --workers/,
    );
    const shards = wrong("train", "text.txt", "--task", "generate", "--diloco");
    assert.equal(shards.status, 2);
    assert.match(shards.stderr, /give --workers/);
    const rate = wrong("train", "text.txt", "--task", "generate", "--diloco", "--workers", "2", "--outer-rate", "0");
    assert.equal(rate.status, 2);
    assert.match(rate.stderr, /--outer-rate: must be above 0/);
  });
});
