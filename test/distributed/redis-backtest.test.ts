/** A backtest on a queue comes to what one process comes to, also when worker and coordinator are killed. */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { REPLIES } from "../../src/cli/reply-schema.js";
import type { Backtest } from "../../src/tasks/backtest/result.js";
import { ask, PROGRAM, runIn } from "../cli/program.js";
import { writePrices } from "../cli/samples.js";
import { decided, fitsIn, trainedIn } from "./support/backtest.js";
import { redisServer, skip, TETHERED, type Server } from "./support/redis.js";

const LINE = "backtest prices.csv --task forecast --target close --lookback 8 --units 3 --horizon 3 --initial 0.7 --period 6 --refit 1 --no-linear --epochs 8"; // prettier-ignore

describe("a backtest on Redis", { skip }, () => {
  let server: Server;
  let folder: string;
  const children = new Set<ChildProcess>();
  before(async () => {
    server = await redisServer();
    folder = mkdtempSync(join(tmpdir(), "sluice-redis-backtest-"));
    await writePrices(folder);
  });
  after(async () => {
    for (const child of children) child.kill("SIGKILL");
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function start(words: readonly string[], output: "pipe" | "ignore"): ChildProcess {
    const child = spawn(process.execPath, [...TETHERED, ...PROGRAM, ...words], {
      cwd: folder,
      stdio: ["pipe", output, "inherit"],
    });
    children.add(child);
    return child;
  }

  async function worker(...more: string[]): Promise<ChildProcess> {
    const child = start(["worker", "--redis", server.url, "--slots", "1", "--lost-after", "2", ...more], "pipe");
    await once(child.stdout!, "data");
    return child;
  }

  async function kill(child: ChildProcess): Promise<void> {
    child.kill("SIGKILL");
    await once(child, "exit");
  }

  /** As programs have it: paths in the reply are seen from the folder. */
  const backtestOf = async (line: string) => {
    const { run, seconds: _, verb: __, warnings: ___, file: ____, report: _____, ...rest } = await ask(folder, REPLIES.backtest, line); // prettier-ignore
    return { ...rest, folder: join(folder, run) } as unknown as Backtest;
  };

  test("worker and coordinator are killed, and what comes out are the same bits", async () => {
    const first = await worker();
    const coordinator = start([...LINE.split(" "), "--redis", server.url, "--quiet"], "ignore");
    const own = () => {
      const runs = join(folder, "runs");
      const name = existsSync(runs) ? readdirSync(runs).find((one) => one.endsWith("-backtest")) : undefined;
      return name === undefined ? null : join(runs, name);
    };
    const ended = () => (own() ? fitsIn(own()!).filter(({ state }) => state === "finished").length : 0);
    while (ended() < 1) await sleep(10);
    await kill(coordinator);
    while (ended() < 2) await sleep(10); // the worker goes on by itself
    await kill(first);
    assert.ok(ended() < 6);
    await worker();
    const resumed = await backtestOf(`backtest --resume runs/latest --redis ${server.url}`);
    assert.equal(fitsIn(resumed.folder).length, 6, "one folder for each");
    const whole = await backtestOf(LINE);
    assert.deepEqual(decided(resumed), decided(whole));
    assert.deepEqual(trainedIn(resumed), trainedIn(whole));
    await mkdir(join(folder, "elsewhere"));
    await worker("--queue", "send", "--data-root", "elsewhere");
    const sent = await backtestOf(`${LINE} --redis ${server.url} --queue send --send-data`);
    assert.deepEqual(decided(sent), decided(whole));
    assert.deepEqual(trainedIn(sent), trainedIn(whole), "trained in a folder that is not seen, and sent back");
    assert.deepEqual(readdirSync(join(folder, "elsewhere")), []);
    const { err, code } = await runIn(folder, `${LINE} --redis ${server.url} --workers 2`);
    assert.equal(code, 2, err);
    assert.match(err, /--workers counts threads of this process/);
  });
});
