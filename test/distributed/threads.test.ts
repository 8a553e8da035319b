/** Jobs on threads: all are done, also after a crash; what fails again and again is set aside; what is aborted is neither. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Json } from "../../src/format/json.js";
import { ThreadExecutor } from "../../src/distributed/executors/threads.js";

const folder = mkdtempSync(join(tmpdir(), "sluice-threads-"));
const threads = new ThreadExecutor({
  workers: 2,
  store: join(folder, "store"),
  handlers: new URL("./fixtures/handlers.js", import.meta.url),
});
after(async () => {
  await threads.close();
  rmSync(folder, { recursive: true, force: true });
});
const job = (kind: string, payload: Json, id = kind) => ({ id, kind, payload });

test("all jobs are done, two at a time, and tell how far they are", async () => {
  const told: Json[] = [];
  const jobs = Array.from({ length: 7 }, (_, i) =>
    threads.run(job("echo", { i }, `echo-${i}`), { onProgress: (progress) => told.push(progress) }),
  );
  const outcomes = await Promise.all(jobs);
  assert.deepEqual(outcomes.map(({ result }) => result), Array.from({ length: 7 }, (_, i) => ({ i }))); // prettier-ignore
  assert.ok(outcomes.every(({ state, attempts, seconds }) => state === "done" && attempts === 1 && seconds >= 0));
  assert.deepEqual([...new Set(outcomes.map(({ worker }) => worker))].sort(), ["thread-1", "thread-2"]);
  assert.equal(told.length, 7);
  const begin = performance.now();
  await Promise.all([1, 2].map((i) => threads.run(job("wait", 300, `wait-${i}`))));
  assert.ok(performance.now() - begin < 590, "side by side");
});

test("a job that fails is tried three times, set aside with its reason, and the others go on", async () => {
  const path = join(folder, "poison");
  const [bad, good] = await Promise.all([threads.run(job("poison", path)), threads.run(job("echo", 1))]);
  assert.deepEqual([bad.state, bad.result, bad.reason, bad.attempts], ["failed", null, "Error: poisoned", 3]);
  assert.equal(readFileSync(path, "utf8"), "xxx");
  assert.equal(good.state, "done");
  const unknown = await threads.run(job("rm -rf", null, "unknown"));
  assert.match(unknown.reason!, /there are no jobs of kind "rm -rf"/);
  assert.match((await threads.run(job("constructor", null))).reason!, /there are no jobs of kind/);
});

test("a thread that dies is replaced, and its job done again", async () => {
  const outcome = await threads.run(job("crash", join(folder, "crash")));
  assert.deepEqual([outcome.state, outcome.result, outcome.attempts], ["done", "second", 2]);
});

test("what is aborted ends, waiting or under way, and the threads go on", async () => {
  const stopping = new AbortController();
  const { signal } = stopping;
  const jobs = [1, 2, 3].map((i) => threads.run(job("wait", 60_000, `long-${i}`), { signal }));
  const ended = Promise.allSettled(jobs);
  setTimeout(() => stopping.abort(), 50);
  for (const one of await ended) assert.equal((one as PromiseRejectedResult).reason.name, "AbortError");
  await assert.rejects(threads.run(job("echo", 1), { signal }), { name: "AbortError" });
  assert.equal((await threads.run(job("echo", 2))).result, 2);
});

test("wrong numbers of workers are refused, and a closed executor takes nothing", async () => {
  assert.throws(
    () => new ThreadExecutor({ workers: 0, store: folder }),
    /workers must be a whole number of at least 1/,
  );
  const own = new ThreadExecutor({ workers: 1, store: folder, handlers: new URL("./fixtures/handlers.js", import.meta.url) }); // prettier-ignore
  const pending = [own.run(job("wait", 60_000)), own.run(job("wait", 60_000, "wait-2"))];
  const ended = Promise.allSettled(pending);
  await own.close();
  assert.ok((await ended).every(({ status }) => status === "rejected"));
  await assert.rejects(own.run(job("echo", 1)), /the executor is closed/);
});
