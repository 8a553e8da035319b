import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { RedisExecutor, type RedisExecutorOptions } from "../../src/distributed/executors/redis.js";
import { redisAddress } from "../../src/distributed/queue/address.js";
import { QueueWorker } from "../../src/distributed/worker.js";
import type { WorkerOptions } from "../../src/distributed/worker-options.js";
import { redisServer, skip, type Server } from "./support/redis.js";

const kinds = new URL("./support/kinds.js", import.meta.url);

describe("jobs on Redis", { skip }, () => {
  let server: Server;
  let root: string;
  const open: { close(): Promise<void> }[] = [];
  before(async () => {
    server = await redisServer();
    root = mkdtempSync(join(tmpdir(), "sluice-queue-"));
  });
  after(async () => {
    for (const one of open.reverse()) await one.close();
    await server.close();
    rmSync(root, { recursive: true, force: true });
  });

  async function executor(queue: string, more: Partial<RedisExecutorOptions> = {}): Promise<RedisExecutor> {
    const one = await RedisExecutor.open({ redis: redisAddress(server.url), plan: "plan", queue, ...more });
    open.push(one);
    return one;
  }

  async function worker(queue: string, more: Partial<WorkerOptions> = {}): Promise<QueueWorker> {
    const own = { redis: redisAddress(server.url), queue, slots: 2, dataRoot: root, handlers: kinds, lostAfter: 2 };
    const one = await QueueWorker.start({ ...own, ...more });
    open.push(one);
    return one;
  }

  const rest = (name: string, ms = 20, file = "log") => ({ id: name, kind: "rest", payload: { file, ms, name } });

  test("a job is done once, however often it is asked for, and tells how far it is", async () => {
    const one = await worker("once", { name: "anna" });
    const progress: unknown[] = [];
    const first = await (await executor("once")).run(rest("a"), { onProgress: (told) => progress.push(told) });
    assert.equal(first.state, "done");
    assert.deepEqual(first.result, { name: "a" });
    assert.match(first.worker, /^anna-\d$/);
    assert.deepEqual(progress, [{ name: "a" }]);
    const again = await (await executor("once")).run(rest("a"));
    assert.deepEqual(again.result, { name: "a" });
    assert.equal(readFileSync(join(root, "log"), "utf8").match(/begin a/g)!.length, 1);
    assert.equal(one.counts.done, 1);
  });

  test("a poisoned job is tried three times and set aside; the others go on", async () => {
    await worker("poison");
    const jobs = [rest("p1"), { id: "bad", kind: "poison", payload: {} }, rest("p2")];
    const queue = await executor("poison");
    const [one, bad, two] = await Promise.all(jobs.map((job) => queue.run(job)));
    assert.deepEqual([one!.state, two!.state], ["done", "done"]);
    assert.equal(bad!.state, "failed");
    assert.equal(bad!.attempts, 3);
    assert.match(bad!.reason!, /poisoned/);
  });

  test("a worker of another major version leaves jobs to one of the same", async () => {
    const notes: string[] = [];
    const other = await worker("versions", { version: "99.0.0", name: "other" });
    const queue = await executor("versions", { note: (message) => notes.push(message) });
    const done = queue.run(rest("v"));
    while (other.counts.refused === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    await worker("versions", { name: "same" });
    const { state, worker: by, attempts } = await done;
    assert.deepEqual([state, by, attempts], ["done", "same-1", 1]);
    assert.ok(
      notes.some((note) => /worker other is of version 99\.0\.0 and refuses/.test(note)),
      notes.join("\n"),
    );
  });

  test("content goes through Redis where it is small, checked by its address", async () => {
    await worker("content");
    const queue = await executor("content");
    const address = await queue.store.put(new TextEncoder().encode("small"));
    const { result } = await queue.run({ id: "c", kind: "read", payload: { address } });
    assert.equal(result, "small");
    const forged = `sha256-${"0".repeat(64)}`;
    await server.client.set(`sluice:content:${forged}`, "forged");
    const refused = await queue.run({ id: "f", kind: "read", payload: { address: forged } });
    assert.equal(refused.state, "failed");
    assert.match(refused.reason!, /not what its address says/);
    await assert.rejects(queue.store.put(new Uint8Array((64 << 20) + 1)), /--store FOLDER/);
  });

  test("what is aborted leaves the queue, and what a worker has begun is given up", async () => {
    const queue = await executor("abort");
    const waiting = new AbortController();
    const never = queue.run(rest("never"), { signal: waiting.signal });
    setTimeout(() => waiting.abort(), 50);
    await assert.rejects(never, { name: "AbortError" });
    const one = await worker("abort");
    const begun = new AbortController();
    await assert.rejects(queue.run(rest("long", 60_000), { signal: begun.signal, onProgress: () => begun.abort() }), { name: "AbortError" }); // prettier-ignore
    const log = readFileSync(join(root, "log"), "utf8");
    assert.doesNotMatch(log, /never|end long/);
    assert.deepEqual(one.counts, { done: 0, failed: 0, refused: 0 }, "what is wanted no more is no failure");
    const anew = await queue.run(rest("never"));
    assert.equal(anew.state, "done");
  });

  test("a worker that ends hands back what it does", async () => {
    const first = await worker("hand", { name: "first" });
    const queue = await executor("hand");
    const done = queue.run(rest("h", 1500), { onProgress: () => void first.close() });
    await worker("hand", { name: "second" });
    const outcome = await done;
    assert.deepEqual([outcome.state, outcome.attempts], ["done", 1]);
    writeFileSync(join(root, "marker"), "");
  });
});
