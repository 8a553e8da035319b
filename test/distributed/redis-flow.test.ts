/** Rounds on a queue: a parent that waits for its children, deadlines, and what happens when anyone of them is lost. */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Queue } from "bullmq";
import { RedisExecutor } from "../../src/distributed/executors/redis.js";
import { redisAddress } from "../../src/distributed/queue/address.js";
import { QueueWorker } from "../../src/distributed/worker.js";
import type { WorkerOptions } from "../../src/distributed/worker-options.js";
import { sluiceVersion } from "../../src/runs/environment.js";
import { redisServer, skip, type Server } from "./support/redis.js";

const program = fileURLToPath(new URL("./support/worker.js", import.meta.url));
const handlers = new URL("./support/kinds.js", import.meta.url);

describe("rounds on Redis", { skip }, () => {
  let server: Server;
  let root: string;
  const open: { close(): Promise<void> }[] = [];
  const processes: ChildProcess[] = [];
  before(async () => {
    server = await redisServer(["--appendonly", "yes", "--appendfsync", "always"]);
    root = mkdtempSync(join(tmpdir(), "sluice-rounds-"));
  });
  after(async () => {
    for (const child of processes) child.kill("SIGKILL");
    for (const one of open.reverse()) await one.close();
    await server.close();
    rmSync(root, { recursive: true, force: true });
  });

  async function executor(queue: string): Promise<RedisExecutor> {
    const one = await RedisExecutor.open({ redis: redisAddress(server.url), plan: "rounds", queue });
    open.push(one);
    return one;
  }

  async function worker(queue: string, more: Partial<WorkerOptions> = {}): Promise<QueueWorker> {
    const own = { redis: redisAddress(server.url), queue, slots: 2, dataRoot: root, handlers, lostAfter: 2 };
    const one = await QueueWorker.start({ ...own, ...more });
    open.push(one);
    return one;
  }

  async function ownProcess(queue: string): Promise<ChildProcess> {
    const words = ["--conditions=sluice-modules", program, server.url, root, "2", queue];
    const child = spawn(process.execPath, words, { stdio: ["pipe", "pipe", "inherit"] });
    processes.push(child);
    await once(child.stdout!, "data");
    return child;
  }

  const add = (file: string, id: string, value: number, ms = 20) => ({ id, kind: "add", payload: { file, ms, name: id, value } }); // prettier-ignore
  const sum = (file: string, id = "sum") => ({ id, kind: "sum", payload: { file } });
  const lines = (file: string) => readFileSync(join(root, file), "utf8").trim().split("\n");

  test("the parent begins once, with the answers of all children, however often it is asked for", async () => {
    await worker("whole");
    const told: string[] = [];
    const flow = { parent: sum("whole"), children: [add("whole", "a", 1, 300), add("whole", "b", 2), add("whole", "c", 3)] }; // prettier-ignore
    const one = await (await executor("whole")).runFlow(flow, { onProgress: (id) => told.push(id) });
    assert.deepEqual([one.parent.state, one.parent.result], ["done", { sum: 6, of: ["a", "b", "c"] }]);
    assert.deepEqual(one.children.map((child) => [child!.id, child!.state, child!.result, child!.attempts]), [["a", "done", 1, 1], ["b", "done", 2, 1], ["c", "done", 3, 1]]); // prettier-ignore
    assert.deepEqual(told.sort(), ["a", "b", "c"]);
    const again = await (await executor("whole")).runFlow(flow);
    assert.deepEqual(again.parent.result, one.parent.result);
    assert.equal(lines("whole").filter((line) => line.startsWith("sum")).length, 1);
    const turn = (payload: object) => Object.fromEntries(Object.entries(payload).reverse());
    const turned = { ...flow, children: flow.children.map((child) => ({ ...child, payload: turn(child.payload) })) };
    const joined = await (await executor("whole")).runFlow(turned);
    assert.equal(lines("whole").filter((line) => line.startsWith("sum")).length, 1, "fields in another order are the same round"); // prettier-ignore
    assert.deepEqual(joined.children.map((child) => child?.result), [1, 2, 3]); // prettier-ignore
    const changed = await (await executor("whole")).runFlow({ ...flow, children: [add("whole", "a", 7)] });
    assert.deepEqual([changed.parent.result, changed.children[0]?.result], [{ sum: 7, of: ["a"] }, 7], "other children make another round"); // prettier-ignore
    const other = { ...flow, parent: sum("whole", "other") };
    assert.equal(
      (await (await executor("whole")).runFlow(other)).parent.state,
      "done",
      "children belong to one parent",
    );
  });

  test("a child that fails thrice is set aside and the parent goes on; a parent without any is not begun", async () => {
    await worker("aside");
    const queue = await executor("aside");
    const bad = { id: "bad", kind: "poison", payload: {} };
    const [one, none] = await Promise.all([
      queue.runFlow({ parent: sum("aside"), children: [bad, add("aside", "a", 4)] }),
      queue.runFlow({ parent: sum("never", "none"), children: [bad] }),
    ]);
    assert.deepEqual(one.parent.result, { sum: 4, of: ["a"] });
    assert.deepEqual([one.children[0]!.state, one.children[0]!.attempts], ["failed", 3]);
    assert.match(one.children[0]!.reason!, /poisoned/);
    assert.deepEqual([none.parent.state, none.children[0]!.state], ["failed", "failed"]);
    assert.match(none.parent.reason!, /^no answer came from its only child: .*poisoned/);
    assert.ok(!existsSync(join(root, "never")));
  });

  test("a parent that fails is set aside; asked again it begins with what its children had answered", async () => {
    await worker("parent");
    const queue = await executor("parent");
    const flow = { parent: { id: "p", kind: "poison", payload: {} }, children: [add("parent", "a", 4)] };
    const one = await queue.runFlow(flow);
    assert.deepEqual([one.parent.state, one.parent.attempts, one.children[0]!.result], ["failed", 3, 4]);
    assert.equal((await queue.runFlow(flow)).parent.attempts, 3);
    assert.equal(lines("parent").filter((line) => line.startsWith("begin")).length, 1);
  });

  test("at the deadline what has not ended is given up, begun or not, and the parent begins", async () => {
    await worker("late", { slots: 2 });
    const queue = await executor("late");
    const children = [add("late", "quick", 1), add("late", "slow", 2, 60_000), add("late", "slow2", 3, 60_000), add("late", "waits", 4, 60_000)]; // prettier-ignore
    const begin = performance.now();
    const { parent, children: came } = await queue.runFlow({ parent: sum("late"), children, deadline: 1500 });
    assert.deepEqual(parent.result, { sum: 1, of: ["quick"] });
    assert.deepEqual(came.map((one) => one?.result ?? null), [1, null, null, null]); // prettier-ignore
    assert.ok(performance.now() - begin < 10_000);
    assert.equal((await queue.run(add("late", "next", 1))).state, "done", "the slots are free again");
    assert.ok(!lines("late").some((line) => /end slow|waits/.test(line)));
  });

  test("without a worker the deadline ends the flow, and it is whole when it is asked for again", async () => {
    const queue = await executor("nobody");
    const flow = { parent: sum("nobody"), children: [add("nobody", "a", 1), add("nobody", "b", 2)], deadline: 300 };
    const none = await queue.runFlow(flow);
    assert.deepEqual([none.parent.state, none.children], ["failed", [null, null]]);
    assert.match(none.parent.reason!, /no answer came from any of its 2 children before the deadline/);
    await worker("nobody");
    const some = await queue.runFlow({ ...flow, deadline: 20_000 });
    assert.deepEqual(some.parent.result, { sum: 3, of: ["a", "b"] });
  });

  test("the deadline does not wait until a killed worker is missed, and one without a deadline does its child again", async () => {
    const first = await ownProcess("lost");
    const queue = await executor("lost");
    const begin = performance.now();
    const slow = add("lost", "l", 2, 30_000);
    const flow = { parent: sum("lost"), children: [add("lost", "quick", 1), slow], deadline: 1800 };
    const done = queue.runFlow(flow, { onProgress: (id) => void (id === "l" && first.kill("SIGKILL")) });
    await once(first, "exit");
    const second = await ownProcess("lost");
    const { parent, children } = await done;
    assert.deepEqual([parent.result, children[1]], [{ sum: 1, of: ["quick"] }, null]);
    assert.ok(performance.now() - begin < 20_000);
    const third = queue.runFlow(
      { parent: sum("lost", "again"), children: [add("lost", "m", 5, 500)] },
      { onProgress: () => void second.kill("SIGKILL") },
    );
    await once(second, "exit");
    await ownProcess("lost");
    assert.deepEqual((await third).parent.result, { sum: 5, of: ["m"] });
    assert.equal(lines("lost").filter((line) => line.startsWith("begin m")).length, 2);
  });

  test("what is aborted leaves the queue, parent and children", async () => {
    await worker("abort", { slots: 1 });
    const queue = await executor("abort");
    const flow = { parent: sum("abort"), children: [add("abort", "x", 1, 60_000), add("abort", "y", 2, 60_000)] };
    const stop = new AbortController();
    const ended = queue.runFlow(flow, { signal: stop.signal, onProgress: () => stop.abort() });
    await assert.rejects(ended, { name: "AbortError" });
    const bull = new Queue("abort", { prefix: "sluice", connection: server.client });
    const counts = await bull.getJobCounts("wait", "active", "delayed", "waiting-children");
    assert.deepEqual(counts, { wait: 0, active: 0, delayed: 0, "waiting-children": 0 });
    await bull.close();
    const log = lines("abort");
    assert.ok(!log.some((line) => line.startsWith("sum")), log.join("\n"));
  });

  test("whoever asked may be killed: the round goes on, and is found by who asks again", async () => {
    const flow = { parent: sum("killed"), children: [add("killed", "a", 1, 400), add("killed", "b", 2, 400)] };
    const first = await executor("killed");
    await worker("killed");
    const never = first.runFlow(flow);
    never.catch(() => undefined);
    await wait(200);
    await first.close(); // as for the queue: it hears nothing more
    await assert.rejects(never, /was closed/);
    const { parent } = await (await executor("killed")).runFlow(flow);
    assert.deepEqual(parent.result, { sum: 3, of: ["a", "b"] });
    assert.deepEqual(lines("killed").map((line) => line.split(" ")[0]).sort(), ["begin", "begin", "end", "end", "sum"]); // prettier-ignore
  });

  test("a Redis that restarts with its persistence loses no round", async () => {
    await worker("restart");
    const queue = await executor("restart");
    const done = queue.runFlow({ parent: sum("restart"), children: [add("restart", "a", 1, 600), add("restart", "b", 2, 600)] }); // prettier-ignore
    await wait(300);
    await server.kill();
    await wait(200);
    await server.start();
    assert.deepEqual((await done).parent.result, { sum: 3, of: ["a", "b"] });
  });

  test("answers that were forged in Redis, and parents that are none, are refused before anything is begun", async () => {
    await worker("forged");
    const bull = new Queue("forged", { prefix: "sluice", connection: server.client });
    const asked = { version: sluiceVersion(), id: "p", kind: "sum", payload: { file: "forged" } };
    const child = { id: "a", job: "rounds-a-0" };
    const end = async (jobId: string, children: unknown) => {
      const job = await bull.add("sum", { ...asked, children }, { jobId });
      for (let tries = 0; tries < 200 && !["failed", "completed"].includes(await job.getState()); tries++)
        await wait(20);
      return (await bull.getJob(jobId))!.failedReason;
    };
    assert.match(await end("p1", [child]), /no answer came from its only child/);
    const forged: [string, RegExp][] = [
      [JSON.stringify({ result: 1, worker: "w", seconds: 1, more: "evil" }), /refused/],
      [JSON.stringify("text"), /refused/],
      ['{ "result": { "__proto__": { "x": 1 } }, "worker": "w", "seconds": 1 }', /refused/],
      [JSON.stringify({ result: "x".repeat(2 << 20), worker: "w", seconds: 1 }), /refused: the answer of job a has/],
      ["{ no JSON", /./],
    ];
    for (const [i, [value, reason]] of forged.entries()) {
      await server.client.hset(`sluice:forged:f${i}:processed`, "sluice:forged:rounds-a-0", value);
      assert.match(await end(`f${i}`, [child]), reason);
    }
    const many = Array.from({ length: 17 }, (_, i) => ({ id: `c${i}`, job: `rounds-c-${i}` }));
    const large = JSON.stringify({ result: "x".repeat(1_000_000), worker: "w", seconds: 1 });
    for (const { job } of many) await server.client.hset("sluice:forged:many:processed", `sluice:forged:${job}`, large);
    assert.match(await end("many", many), /refused: the answers of the jobs before many have more than 16777216/);
    for (const children of [[], "all", [{ id: "a" }], [{ ...child, more: 1 }], [{ id: "../a", job: "x" }]])
      assert.match(await end(`odd-${JSON.stringify(children).length}`, children), /it is no job/);
    assert.ok(!existsSync(join(root, "forged")));
    await bull.close();
  });
});

test("a round that a Redis without persistence forgot is put there again", { skip }, async () => {
  const server = await redisServer();
  const root = mkdtempSync(join(tmpdir(), "sluice-forgotten-"));
  const redis = redisAddress(server.url);
  const queue = await RedisExecutor.open({ redis, plan: "p" });
  try {
    const child = { id: "a", kind: "add", payload: { file: "log", ms: 10, name: "a", value: 3 } };
    const done = queue.runFlow({ parent: { id: "p", kind: "sum", payload: { file: "log" } }, children: [child], deadline: 30_000 }); // prettier-ignore
    await wait(200);
    await server.kill();
    await server.start();
    assert.equal((await server.client.keys("sluice:jobs:p-*")).length, 0);
    const worker = await QueueWorker.start({ redis, dataRoot: root, handlers, lostAfter: 2, slots: 1 });
    assert.deepEqual((await done).parent.result, { sum: 3, of: ["a"] });
    await worker.close();
  } finally {
    await queue.close();
    await server.close();
    rmSync(root, { recursive: true, force: true });
  }
});
