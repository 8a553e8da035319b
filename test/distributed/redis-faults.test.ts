/** Workers that are killed, a Redis that restarts, refuses or is full. */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { after, before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { RedisExecutor } from "../../src/distributed/executors/redis.js";
import { explained } from "../../src/distributed/queue/connection.js";
import { redisAddress } from "../../src/distributed/queue/address.js";
import { QueueWorker } from "../../src/distributed/worker.js";
import { redisServer, skip, type Server } from "./support/redis.js";

const program = fileURLToPath(new URL("./support/worker.js", import.meta.url));

const open = (url: string, note: (message: string) => void = () => undefined) =>
  RedisExecutor.open({ redis: redisAddress(url), plan: "faults", note });

describe("faults", { skip }, () => {
  let server: Server;
  let root: string;
  const children: ChildProcess[] = [];
  before(async () => {
    server = await redisServer(["--appendonly", "yes", "--appendfsync", "always"]);
    root = mkdtempSync(join(tmpdir(), "sluice-faults-"));
  });
  after(async () => {
    for (const child of children) child.kill("SIGKILL");
    await server.close();
    rmSync(root, { recursive: true, force: true });
  });

  async function worker(): Promise<ChildProcess> {
    const words = ["--conditions=sluice-modules", program, server.url, root, "2"];
    const child = spawn(process.execPath, words, { stdio: ["pipe", "pipe", "inherit"] });
    children.push(child);
    await once(child.stdout!, "data");
    return child;
  }

  const rest = (name: string, ms: number, file: string) => ({ id: name, kind: "rest", payload: { file, ms, name } });
  const linesOf = (file: string) => readFileSync(join(root, file), "utf8").trim().split("\n");

  test("a worker of a test ends with whoever started it", async () => {
    const one = await worker();
    one.stdin!.destroy(); // as where the test is killed
    assert.deepEqual(await once(one, "exit"), [1, null]);
  });

  test("what a killed worker did is done by another one, and counted once", async () => {
    const first = await worker();
    const queue = await open(server.url);
    const done = queue.run(rest("k", 400, "killed"), { onProgress: () => void first.kill("SIGKILL") });
    await once(first, "exit");
    const second = await worker();
    const outcome = await done;
    await queue.close();
    assert.equal(outcome.state, "done");
    assert.match(outcome.worker, new RegExp(`process-${second.pid}`));
    assert.deepEqual(
      linesOf("killed").map((line) => line.split(" ")[0]),
      ["begin", "begin", "end"],
    );
    second.kill("SIGTERM");
    assert.deepEqual(await once(second, "exit"), [0, null]);
  });

  test("a stopped worker does not write for a job that another one has taken", async () => {
    const first = await worker();
    const queue = await open(server.url);
    const done = queue.run(rest("s", 1500, "stopped"), { onProgress: () => void first.kill("SIGSTOP") });
    await wait(1000);
    const second = await worker();
    const outcome = await done;
    assert.match(outcome.worker, new RegExp(`process-${second.pid}`));
    first.kill("SIGCONT");
    await wait(1500);
    const again = await queue.run(rest("s2", 10, "stopped"));
    await queue.close();
    assert.equal(again.state, "done");
    const ends = linesOf("stopped").filter((line) => line.startsWith("end s "));
    assert.deepEqual(ends, [`end s ${outcome.worker}`]);
    for (const child of [first, second]) child.kill("SIGKILL");
  });

  test("a job that takes its workers down is set aside after three of them, and another one goes on", async () => {
    const queue = await open(server.url);
    const crash = queue.run({ id: "crash", kind: "crash", payload: {} });
    const begun = performance.now();
    let [next, ended] = [await worker(), false];
    const outcome = await Promise.race([
      crash,
      (async () => {
        for (let killed = 0; killed < 10; killed++) {
          await once(next, "exit");
          if (ended) return crash;
          next = await worker();
        }
        throw new Error("it takes one worker down after the other");
      })(),
    ]);
    ended = true;
    assert.equal(outcome.state, "failed");
    assert.match(outcome.reason!, /stalled more than allowable limit/);
    assert.ok(children.filter(({ signalCode }) => signalCode === "SIGKILL").length >= 3);
    assert.ok(performance.now() - begun < 40_000);
    assert.equal((await queue.run(rest("after", 10, "crash"))).state, "done");
    await queue.close();
    next.kill("SIGKILL");
  });

  test("a Redis that restarts with its persistence loses nothing, and it is told", async () => {
    const one = await worker();
    const notes: string[] = [];
    const queue = await open(server.url, (message) => notes.push(message));
    const jobs = Array.from({ length: 6 }, (_, i) => rest(`r${i}`, 200, "restart"));
    const all = Promise.all(jobs.map((job) => queue.run(job)));
    await wait(500);
    await server.kill();
    await wait(300);
    await server.start();
    const outcomes = await all;
    await queue.close();
    assert.ok(outcomes.every(({ state }) => state === "done"));
    assert.ok(notes.some((note) => note.startsWith(server.url)) && notes.some((note) => /is back/.test(note)), notes.join("\n")); // prettier-ignore
    one.kill("SIGKILL");
  });
});

test("what a Redis without persistence forgot is put there again", { skip }, async () => {
  const server = await redisServer();
  try {
    const queue = await open(server.url);
    const job = { id: "forgotten", kind: "rest", payload: { file: "forgotten", ms: 10, name: "f" } };
    const done = queue.run(job);
    const content = await queue.store.put(new Uint8Array(1_500_000));
    const measured = queue.run({ id: "measured", kind: "measure", payload: { kept: content } });
    await wait(200);
    await server.kill();
    await server.start();
    assert.equal((await server.client.keys("sluice:jobs:plan-*")).length, 0);
    const root = mkdtempSync(join(tmpdir(), "sluice-forgotten-"));
    const worker = await QueueWorker.start({ redis: redisAddress(server.url), dataRoot: root, graceSeconds: 0, handlers: new URL("./support/kinds.js", import.meta.url) }); // prettier-ignore
    assert.equal((await done).state, "done");
    assert.deepEqual((await measured).result, [1_500_000], "and the content that it names");
    const absent = { id: "absent", kind: "measure", payload: { kept: `sha256-${"0".repeat(64)}` } };
    assert.match(
      (await queue.run(absent)).reason!,
      /^no worker can do it: worker \S+ on \S+ finds that store: Redis holds no content sha256-0+; .*--store FOLDER/,
    );
    await worker.close();
    await queue.close();
    rmSync(root, { recursive: true, force: true });
  } finally {
    await server.close();
  }
});

test("what the queue says of a job that it lost is said in words", () => {
  const raw = new Error("Missing key for job plan-a-1. moveToFinished");
  const { message } = explained(raw, redisAddress("redis://127.0.0.1:1"));
  assert.match(message, /^redis:\/\/127\.0\.0\.1:1: a job ended here that Redis no longer knows .* has it done again$/);
  assert.doesNotMatch(message, /Missing key|moveToFinished/);
});

describe("a Redis that refuses", { skip }, () => {
  test("is absent", async () => {
    await assert.rejects(open("redis://user:secret@127.0.0.1:1"), (error: Error) => {
      assert.equal(error.name, "SluiceError");
      assert.match(error.message, /^redis:\/\/127\.0\.0\.1:1: no Redis answers there/);
      return true;
    });
    await assert.rejects(open("redis://no-such-host.invalid"), /there is no such host|cannot be looked up/);
  });

  test("asks for a password, and refuses the wrong one", async () => {
    const server = await redisServer(["--requirepass", "right"], "right");
    try {
      await assert.rejects(open(server.url), /^SluiceError: redis:\/\/127\.0\.0\.1:\d+: it asks for a password/);
      const wrong = `redis://:hidden@127.0.0.1:${server.port}`;
      await assert.rejects(open(wrong), (error: Error) => {
        assert.match(error.message, /^redis:\/\/127\.0\.0\.1:\d+: it refuses the password/);
        assert.doesNotMatch(error.message, /hidden/);
        return true;
      });
      await (await open(`redis://:right@127.0.0.1:${server.port}`)).close();
      const both = redisAddress(server.url, `redis://:right@127.0.0.1:${server.port}`);
      await (await RedisExecutor.open({ redis: both, plan: "p" })).close();
    } finally {
      await server.close();
    }
  });

  test("gives a user the rights that the guide names, and no more", async () => {
    const rights = /^user (sluice on .*)$/m.exec(readFileSync(resolve("docs/queue.md"), "utf8"))![1]!.replace("PASSWORD", "right"); // prettier-ignore
    const server = await redisServer(["--user", ...rights.split(" ")]);
    const redis = redisAddress(`redis://sluice:right@127.0.0.1:${server.port}`);
    const root = mkdtempSync(join(tmpdir(), "sluice-rights-"));
    const worker = await QueueWorker.start({ redis, dataRoot: root, slots: 1, handlers: new URL("./support/kinds.js", import.meta.url) }); // prettier-ignore
    const queue = await RedisExecutor.open({ redis, plan: "rights" });
    try {
      const address = await queue.store.put(new Uint8Array(3_000_000));
      const keep = { id: "keep", kind: "keep", payload: { bytes: 5, value: 1 } };
      const slow = { id: "slow", kind: "rest", payload: { file: "log", ms: 60_000, name: "slow" } };
      const flow = { parent: { id: "all", kind: "measure", payload: { kept: address } }, children: [keep, slow], deadline: 1000 }; // prettier-ignore
      assert.deepEqual((await queue.runFlow(flow)).parent.result, [5, 3_000_000]);
      await queue.store.drop(address);
    } finally {
      await queue.close();
      await worker.close();
      await server.close();
      rmSync(root, { recursive: true, force: true });
    }
  });

  test("speaks TLS, with a certificate that is trusted or not", async () => {
    const file = (name: string) => resolve("test/distributed/fixtures/tls", name);
    const tls = ["--tls-port", "PORT", "--tls-cert-file", file("server.pem"), "--tls-key-file", file("server.key"), "--tls-ca-cert-file", file("ca.pem"), "--tls-auth-clients", "no"]; // prettier-ignore
    const server = await redisServer(tls);
    try {
      const url = `rediss://127.0.0.1:${server.secondPort}`;
      await assert.rejects(open(url), /^SluiceError: rediss:\/\/127\.0\.0\.1:\d+: its certificate is not trusted; .*NODE_EXTRA_CA_CERTS/); // prettier-ignore
      await assert.rejects(open(`redis://127.0.0.1:${server.secondPort}`), /begins with rediss:\/\//);
      const child = spawn(process.execPath, ["--conditions=sluice-modules", program, url, ".", "2"], {
        env: { ...process.env, NODE_EXTRA_CA_CERTS: file("ca.pem") },
        stdio: ["pipe", "pipe", "inherit"],
      });
      await once(child.stdout, "data");
      child.kill("SIGTERM");
      assert.deepEqual(await once(child, "exit"), [0, null]);
    } finally {
      await server.close();
    }
  });

  test("is full", async () => {
    const server = await redisServer(["--maxmemory-policy", "noeviction"]);
    const queue = await open(server.url);
    try {
      await server.client.config("SET", "maxmemory", "1mb");
      const job = { id: "x", kind: "rest", payload: {} };
      await assert.rejects(queue.run(job), /127\.0\.0\.1:\d+: it is full: what it holds has reached its maxmemory/);
      await assert.rejects(queue.store.put(new Uint8Array(1000)), /it is full/);
      assert.deepEqual(await server.client.keys("sluice:content:*"), []);
    } finally {
      await queue.close();
      await server.close();
    }
  });
});
