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

const add = (id: string, ms: number, value: number) => job("add", { ms, value }, id);

test("a parent begins when its children have ended, with what they answered, in any order", async () => {
  const told: string[] = [];
  const { parent, children } = await threads.runFlow(
    { parent: job("sum", { times: 10 }, "sum"), children: [add("a", 60, 1), add("b", 5, 2), add("c", 5, 3)] },
    { onProgress: (id, progress) => told.push(`${id} ${JSON.stringify(progress)}`) },
  );
  assert.deepEqual(parent.result, { sum: 60, of: ["a", "b", "c"] });
  assert.deepEqual(children.map((one) => [one!.id, one!.state, one!.result]), [["a", "done", 1], ["b", "done", 2], ["c", "done", 3]]); // prettier-ignore
  assert.deepEqual(told.sort(), ["a 1", "b 2", "c 3"]);
  assert.deepEqual((await threads.run(job("sum", { times: 1 }))).result, { sum: 0, of: [] }, "one without children has none"); // prettier-ignore
});

test("a child that is set aside does not keep the parent; one without a single answer is not begun", async () => {
  const bad = job("poison", join(folder, "poison-child"), "bad");
  const one = await threads.runFlow({ parent: job("sum", { times: 1 }), children: [bad, add("good", 1, 7)] });
  assert.deepEqual(one.parent.result, { sum: 7, of: ["good"] });
  assert.deepEqual([one.children[0]!.state, one.children[0]!.attempts], ["failed", 3]);
  const none = await threads.runFlow({ parent: job("sum", { times: 1 }), children: [bad] });
  assert.deepEqual([none.parent.state, none.parent.attempts], ["failed", 0]);
  assert.match(none.parent.reason!, /^no answer came from its only child: Error: poisoned$/);
  const parent = job("poison", join(folder, "poison-parent"), "parent");
  const fails = await threads.runFlow({ parent, children: [add("good", 1, 7)] });
  assert.deepEqual([fails.parent.state, fails.parent.attempts, fails.children[0]!.state], ["failed", 3, "done"]);
});

test("what has not come when the deadline passes is given up, also where it does not obey", async () => {
  const begin = performance.now();
  const flow = { parent: job("sum", { times: 1 }), children: [add("quick", 1, 5), job("wait", 60_000, "slow")], deadline: 400 }; // prettier-ignore
  const { parent, children } = await threads.runFlow(flow);
  assert.deepEqual([parent.result, children[1]], [{ sum: 5, of: ["quick"] }, null]);
  assert.ok(performance.now() - begin < 3000);
  const deaf = [job("deaf", 60_000, "deaf-1"), job("deaf", 60_000, "deaf-2")];
  const lost = await threads.runFlow({ parent: job("sum", { times: 1 }), children: deaf, deadline: 50 });
  assert.deepEqual(lost.children, [null, null]);
  assert.match(lost.parent.reason!, /^no answer came from any of its 2 children before the deadline$/);
  assert.equal((await threads.run(job("echo", 1))).result, 1, "their threads are free again");
});

test("an aborted flow ends with its children, and odd ones are refused", async () => {
  const stopping = new AbortController();
  const children = [job("wait", 60_000, "w1"), job("wait", 60_000, "w2"), job("wait", 60_000, "w3")];
  const running = threads.runFlow({ parent: job("sum", { times: 1 }), children }, { signal: stopping.signal });
  setTimeout(() => stopping.abort(), 50);
  await assert.rejects(running, { name: "AbortError" });
  const parent = job("sum", { times: 1 });
  await assert.rejects(threads.runFlow({ parent, children: [] }), /has no children/);
  await assert.rejects(threads.runFlow({ parent, children: [add("x", 1, 1), add("x", 1, 1)] }), /two jobs with the id x/); // prettier-ignore
  await assert.rejects(threads.runFlow({ parent, children, deadline: 0 }), /deadline must be a whole number/);
});
