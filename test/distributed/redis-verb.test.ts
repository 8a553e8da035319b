import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { REPLIES } from "../../src/cli/reply-schema.js";
import { redisAddress } from "../../src/distributed/queue/address.js";
import { RedisExecutor } from "../../src/distributed/executors/redis.js";
import { ask, PROGRAM, runIn } from "../cli/program.js";
import { writePrices } from "../cli/samples.js";
import { redisServer, skip } from "./support/redis.js";

const folder = mkdtempSync(join(tmpdir(), "sluice-worker-verb-"));
after(() => rmSync(folder, { recursive: true, force: true }));

test("the worker says what is wrong with its words, without the password", async () => {
  const cases: [string, number, RegExp][] = [
    ["worker", 2, /no Redis is given: redis:\/\/HOST:PORT, or in the variable SLUICE_REDIS/],
    ["worker --redis http://:secret@here", 2, /expected an address such as redis:\/\/127\.0\.0\.1:6379/],
    ["worker --redis 127.0.0.1:6391", 2, /expected an address such as redis:\/\/127\.0\.0\.1:6379/],
    ['worker --redis redis://127.0.0.1:1 --queue "a b:c"', 2, /a name has letters, digits, "-" and "_", got "a b:c"/],
    ["worker --redis redis://:secret@127.0.0.1:1", 1, /redis:\/\/127\.0\.0\.1:1: no Redis answers there/],
    ["worker --redis redis://127.0.0.1:1 --data-root nowhere", 1, /there is no folder nowhere/],
    [
      "worker --redis redis://127.0.0.1:1 --store nowhere",
      1,
      /there is no folder nowhere of the store; is it mounted here/,
    ],
    ["worker --redis redis://127.0.0.1:1 --slots 0", 2, /--slots/],
  ];
  for (const [words, expected, message] of cases) {
    const { code, err } = await runIn(folder, words, { env: { SLUICE_REDIS: "" } });
    assert.equal(code, expected, err);
    assert.match(err, message);
    assert.doesNotMatch(err, /secret/);
  }
});

test("a search says what is wrong with its queue before anything is written", async () => {
  await writePrices(folder);
  const sweep = "sweep prices.csv --task forecast --target close --lookback 8 --space units=2,4 --trials 2 --epochs 1";
  const cases: [string, number, RegExp][] = [
    [`${sweep} --redis redis://127.0.0.1:1`, 1, /redis:\/\/127\.0\.0\.1:1: no Redis answers there/],
    [`${sweep} --redis redis://127.0.0.1:1 --workers 2`, 2, /--workers counts threads/],
    [`${sweep} --redis 127.0.0.1:1`, 2, /expected an address/],
    [`${sweep} --redis redis://127.0.0.1:1 --queue a:b`, 2, /a name has letters/],
    [
      `${sweep.replace("prices", "../prices")} --redis redis://127.0.0.1:1`,
      2,
      /"\.\.\/prices\.csv" leads out of this folder.*--send-data/,
    ],
    [`${sweep.replace("prices", "../prices")} --redis redis://127.0.0.1:1 --send-data`, 1, /no Redis answers there/],
    [`${sweep} --runs sub/../../runs --redis redis://127.0.0.1:1`, 2, /leads out of this folder/],
    [
      "backtest ../prices.csv --task forecast --target close --redis redis://127.0.0.1:1",
      2,
      /leads out of this folder/,
    ],
    [
      `train ../prices.csv --task forecast --target close --workers 2 --redis redis://127.0.0.1:1`,
      2,
      /leads out of this folder/,
    ],
    [`${sweep} --queue mine`, 2, /--queue: .*give --redis too/],
    [`${sweep} --store shared`, 2, /--store: .*give --redis too/],
    [`train prices.csv --task forecast --target close --send-data`, 2, /--send-data: .*give --redis too/],
    [`${sweep} --send-data`, 2, /--send-data: .*give --redis too/],
    [`${sweep} --redis redis://127.0.0.1:1 --store prices.csv`, 1, /store: cannot write in .*prices\.csv/],
  ];
  for (const [words, expected, message] of cases) {
    const { code, err } = await runIn(folder, words);
    assert.equal(code, expected, err);
    assert.match(err, message);
  }
  assert.deepEqual(readdirSync(folder), ["prices.csv"]);
});

describe("sluice worker", { skip }, () => {
  test("listens, refuses what it does not know, trains for a search, and ends in an orderly way on SIGTERM", async () => {
    const server = await redisServer();
    const own = [...PROGRAM, "worker", "--redis", server.url, "--slots", "1", "--name", "verb", "--json"];
    const child = spawn(process.execPath, own, { cwd: folder });
    let [out, err] = ["", ""];
    child.stdout.on("data", (text: Buffer) => (out += text.toString()));
    child.stderr.on("data", (text: Buffer) => (err += text.toString()));
    try {
      await once(child.stderr, "data");
      const queue = await RedisExecutor.open({ redis: redisAddress(server.url), plan: "verb" });
      const asked = queue.run({ id: "x", kind: "shell", payload: { command: "id" } });
      const { state, reason, worker } = await asked;
      await writePrices(folder);
      const bad = { task: "shell", data: { path: "prices.csv" }, settings: {}, runs: "runs", name: "t", command: "c" };
      const failed = await queue.run({ id: "bad", kind: "trial", payload: bad }).finally(() => queue.close());
      assert.deepEqual([failed.state, failed.attempts], ["failed", 3], failed.reason);
      assert.deepEqual([state, worker], ["failed", "verb"]);
      assert.match(reason!, /there are no jobs of kind "shell"/);
      const words = `sweep prices.csv --task forecast --target close --lookback 8 --space units=2,4 --trials 2 --epochs 1 --redis ${server.url}`;
      const sweep = await ask(folder, REPLIES.sweep, words);
      assert.deepEqual(
        sweep.trials.map((trial) => trial.state),
        ["done", "done"],
      );
      const closed = once(child, "close");
      child.kill("SIGTERM");
      const [code] = (await closed) as [number];
      assert.equal(code, 0);
      assert.ok(err.includes(`data below ${realpathSync(folder)}\n`), err);
      assert.match(err, /^x: refused: there are no jobs of kind "shell"$/m);
      for (const attempt of [1, 2, 3]) assert.match(err, new RegExp(`^bad: attempt ${attempt} failed: .*shell`, "m"));
      const reply = REPLIES.worker.parse(JSON.parse(out));
      assert.deepEqual(
        [reply.redis, reply.slots, reply.refused, reply.failed, reply.done, reply.worker.name],
        [server.url, 1, 1, 3, 2, "verb"],
      );
    } finally {
      child.kill("SIGKILL");
      await server.close();
    }
  });
});
