/** DiLoCo on a queue: the same bits as on threads, also when a worker is killed; and rounds that do not wait for one that stands still. */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { RedisExecutor } from "../../src/distributed/executors/redis.js";
import { ThreadExecutor } from "../../src/distributed/executors/threads.js";
import type { DilocoOptions } from "../../src/distributed/parallel/diloco/options.js";
import { trainDiloco, type DilocoRun, type Hooks } from "../../src/distributed/parallel/diloco/train.js";
import { redisAddress } from "../../src/distributed/queue/address.js";
import { taskNamed } from "../../src/tasks/registry.js";
import { PROGRAM } from "../cli/program.js";
import { redisServer, skip, type Server } from "./support/redis.js";

const task = taskNamed("test", "generate");

describe("shards on Redis", { skip }, () => {
  let server: Server;
  let folder: string;
  let data: string;
  const children = new Set<ChildProcess>();
  before(async () => {
    server = await redisServer();
    folder = mkdtempSync(join(tmpdir(), "sluice-diloco-redis-"));
    data = join(folder, "text.txt");
    writeFileSync(data, "the river sluice opens and the water falls ".repeat(40));
  });
  const killAll = () => {
    for (const child of children) child.kill("SIGKILL");
    children.clear();
  };
  afterEach(killAll);
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function worker(queue: string, root = folder, lostAfter = "2"): Promise<ChildProcess> {
    const words = [
      ...PROGRAM,
      "worker",
      "--redis",
      server.url,
      "--queue",
      queue,
      "--slots",
      "1",
      "--lost-after",
      lostAfter,
    ];
    const child = spawn(process.execPath, words, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
    children.add(child);
    await once(child.stdout!, "data");
    return child;
  }
  const open = (queue: string, more: object = {}) => ({
    executor: () => RedisExecutor.open({ redis: redisAddress(server.url), plan: "diloco", queue, ...more }),
  });
  const train = (
    name: string,
    options: Partial<DilocoOptions>,
    hooks: Partial<Hooks> & Pick<Hooks, "executor">,
    more = {},
  ) =>
    trainDiloco(
      task,
      data,
      { units: [6], embedding: 4, sequenceLength: 8, stepsPerEpoch: 18, batchSize: 4, epochs: 1, seed: 3, runs: join(folder, "runs"), name, ...more }, // prettier-ignore
      3,
      { innerSteps: 2, ...options },
      { verbose: 0, report: false, warn: () => undefined, ...hooks },
    );
  const weights = ({ run }: DilocoRun) => readFileSync(join(run.folder!, "model.safetensors"));
  let wanted: DilocoRun | null = null;
  const onThreads = async () =>
    (wanted ??= await train("threads", {}, { executor: (store) => new ThreadExecutor({ workers: 2, store }) }));

  test("the same bits as on threads, from data that are sent, although a worker is killed", async () => {
    const elsewhere = join(folder, "elsewhere");
    mkdirSync(elsewhere);
    const [first] = await Promise.all([worker("killed", elsewhere), worker("killed", elsewhere)]);
    let killed = false;
    const queue = await train("killed", {}, {
      ...open("killed", { sendData: true }),
      onRound: ({ round }) => {
        if (round === 0) killed = first!.kill("SIGKILL");
      },
    }); // prettier-ignore
    assert.ok(killed);
    const threads = await onThreads();
    assert.deepEqual(weights(queue), weights(threads));
    assert.deepEqual(queue.run.history, threads.run.history);
    assert.ok(queue.journal.rounds.every(({ came }) => came.length === 3), "without a deadline a round waits for all"); // prettier-ignore
    const left = await server.client.keys("*:content:*");
    const needed = new Set(queue.journal.snapshots.flatMap((s) => [s.weights, s.velocity, ...s.states]));
    const spare = left.filter((key) => !needed.has(key.split(":").at(-1)!));
    assert.ok(spare.length <= 1, `contents stay in Redis: ${spare.join(", ")}`); // the data
  });

  test("a round closes at its deadline without the worker that stands still, whose shard begins where it stood", async () => {
    // It is not missed so soon that another worker would do its job in time.
    const [stuck] = await Promise.all([worker("stuck", folder, "60"), worker("stuck", folder, "60")]);
    const told: string[] = [];
    let [done, stopped] = [0, false];
    const run = await train("stuck", { deadline: 6, innerSteps: 80 }, {
      ...open("stuck"),
      warn: (message) => void told.push(message),
      onRound: ({ round }) => {
        done = round + 1;
        if (round === 1) stuck!.kill("SIGKILL");
      },
      onShard: () => {
        if (done !== 1 || stopped) return;
        stopped = true;
        setTimeout(() => stuck!.kill("SIGSTOP"), 150); // by then both have begun
      },
    }, { units: [96], batchSize: 32, sequenceLength: 24, stepsPerEpoch: 720 }); // prettier-ignore
    assert.ok(stopped, "no shard said how far it was");
    const { rounds, snapshots } = run.journal;
    assert.equal(rounds.length, 3);
    const missed = rounds.find(({ came }) => came.length < 3);
    assert.ok(missed, "the worker that stood still was waited for");
    assert.ok(missed.came.length > 0 && missed.late.length === 3 - missed.came.length);
    assert.match(told.join("\n"), /round \d: shards? [\d, ]+ came too late; what they had to do they do again/);
    assert.equal(snapshots[0]!.round, 3);
  });

  test("without anyone who comes a round is done again, then the training ends with a message and can be gone on with", async () => {
    const told: string[] = [];
    const hooks = { ...open("nobody"), warn: (message: string) => void told.push(message) };
    await assert.rejects(train("nobody", { deadline: 0.1 }, hooks), (error: Error) => {
      assert.match(error.message, /round 1 came to nothing 3 times: no answer came from any of its 3 children before the deadline/); // prettier-ignore
      assert.match(error.message, /go on with: sluice train --resume /);
      return true;
    });
    assert.deepEqual(told.filter((message) => message.includes("done again")).length, 2);
  });
});
