/** Whoever can write to the queue must not thereby run code, or read or write outside of the store and the folder of data. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { Queue } from "bullmq";
import { zipSync } from "fflate";
import { below } from "../../src/distributed/below.js";
import { sluiceVersion } from "../../src/runs/environment.js";
import { redisAddress } from "../../src/distributed/queue/address.js";
import { QueueWorker } from "../../src/distributed/worker.js";
import { redisServer, skip, type Server } from "./support/redis.js";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "sluice-hostile-")));
const root = join(folder, "data");
mkdirSync(join(root, "inner"), { recursive: true });
writeFileSync(join(root, "inner", "known.txt"), "known");
writeFileSync(join(folder, "secret.txt"), "secret");
symlinkSync(join(folder, "secret.txt"), join(root, "link.txt"));
symlinkSync(folder, join(root, "up"));
symlinkSync(join(folder, "not-there"), join(root, "dangling"));
after(() => rmSync(folder, { recursive: true, force: true }));

const OUTSIDE = ["../secret.txt", "inner/../../secret.txt", "inner/../inner/known.txt", "/etc/passwd", join(folder, "secret.txt"), "link.txt", "up/secret.txt", "up/new.txt", "dangling", "dangling/x", "", "\0", "inner/\0", "..", "..\\secret.txt", "C:\\secret.txt", "file:///etc/passwd", "http://127.0.0.1/"]; // prettier-ignore

test("paths stay below the folder", () => {
  const path = below(root);
  assert.equal(path("inner/known.txt"), join(root, "inner", "known.txt"));
  assert.equal(path("new/folder/x"), join(root, "new", "folder", "x"));
  assert.equal(path(join(root, "inner")), join(root, "inner"));
  assert.equal(path("."), root);
  for (const given of OUTSIDE) assert.throws(() => path(given), { name: "SluiceError" }, JSON.stringify(given));
});

describe("payloads that were put straight into the queue", { skip }, () => {
  let server: Server;
  let queue: Queue;
  let kinds: QueueWorker;
  before(async () => {
    server = await redisServer();
    queue = new Queue("hostile", { prefix: "sluice", connection: server.client });
    const own = {
      redis: redisAddress(server.url),
      queue: "hostile",
      slots: 2,
      dataRoot: root,
      lostAfter: 2,
      graceSeconds: 0,
    };
    kinds = await QueueWorker.start({ ...own, handlers: new URL("./support/kinds.js", import.meta.url) });
  });
  after(async () => {
    await kinds.close();
    await queue.close();
    await server.close();
  });

  /** How the job ended. */
  async function outcome(
    name: string,
    data: unknown,
    more: object = {},
  ): Promise<{ state: string; reason: string; result: unknown }> {
    // prettier-ignore
    const job = await queue.add(name, data, { ...more });
    for (let tries = 0; tries < 200; tries++) {
      const state = await job.getState();
      const now = (await queue.getJob(job.id!))!;
      if (state === "completed" || state === "failed")
        return { state, reason: now.failedReason, result: now.returnvalue };
      await wait(20);
    }
    throw new Error(`the job is still ${await job.getState()}`);
  }

  const asked = (kind: string, payload: unknown) => ({ version: sluiceVersion(), id: "x", kind, payload });

  test("other paths are not read", async () => {
    const known = await outcome("read", asked("read", { file: "inner/known.txt" }));
    assert.equal((known.result as { result: string }).result, "known");
    for (const file of OUTSIDE) {
      const { state, reason } = await outcome("read", asked("read", { file }));
      assert.equal(state, "failed", file);
      assert.match(reason, /no path below|lies outside|link to nothing/);
    }
  });

  test("the store gives nothing but content", async () => {
    for (const address of ["../secret.txt", "sha256-../../secret.txt", `sha256-${"0".repeat(63)}/`]) {
      const { state, reason } = await outcome("read", asked("read", { address }));
      assert.equal(state, "failed");
      assert.match(reason, /expected an address sha256-/);
    }
  });

  test("what is no job is refused before anything is done, once", async () => {
    const { done } = kinds.counts;
    const odd = [
      {}, [], null, "text", 7, { version: sluiceVersion() }, asked("", {}), asked("../thread.js", {}), asked("constructor", {}), asked("hasOwnProperty", {}),
      asked("shell", { command: "touch pwned" }), asked("data:text/javascript,process.exit(7)", {}),
      { ...asked("read", { file: "inner/known.txt" }), handlers: "file:///tmp/evil.mjs" },
      { ...asked("read", {}), id: "../../x" },
      asked("read", JSON.parse('{ "__proto__": { "file": "inner/known.txt" } }')),
      asked("read", { file: "x".repeat(2 << 20) }),
    ]; // prettier-ignore
    for (const data of odd) {
      const { state } = await outcome("odd", data);
      assert.equal(state, "failed", JSON.stringify(data)?.slice(0, 100));
    }
    assert.equal(kinds.counts.done, done);
    assert.deepEqual(readdirSync(root).sort(), ["dangling", "inner", "link.txt", "up"]);
  });

  test("a job that asks for a thousand attempts gets three", async () => {
    const poisoned = await queue.add("poison", asked("poison", {}), { attempts: 1000 });
    for (let tries = 0; tries < 200 && (await poisoned.getState()) !== "failed"; tries++) await wait(20);
    const { attemptsMade, failedReason } = (await queue.getJob(poisoned.id!))!;
    assert.ok(attemptsMade <= 4, `${attemptsMade}`);
    assert.match(failedReason, /tried 3 times/);
  });

  test("data that are no JSON end nothing", async () => {
    const job = await queue.add("read", {}, { delay: 400 });
    await server.client.hset(`sluice:hostile:${job.id}`, "data", "{ no JSON");
    await wait(1500);
    const { state } = await outcome("read", asked("read", { file: "inner/known.txt" }));
    assert.equal(state, "completed");
  });
});

describe("trials that were put straight into the queue", { skip }, () => {
  test("data, runs and files of settings stay below the folder", async () => {
    const server = await redisServer();
    const queue = new Queue("jobs", { prefix: "sluice", connection: server.client });
    writeFileSync(join(root, "a.csv"), Array.from({ length: 60 }, (_, i) => `${i % 7},${i % 5}`).join("\n"));
    const worker = await QueueWorker.start({
      redis: redisAddress(server.url),
      dataRoot: root,
      slots: 1,
      graceSeconds: 0,
    });
    const trial = { task: "forecast", data: { path: "a.csv" }, settings: { target: "c1", epochs: 1 }, runs: "runs", name: "t", command: "" }; // prettier-ignore
    const zip = (files: Record<string, string>) =>
      Buffer.from(zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)]))));
    const put = async (content: Buffer) => {
      const address = `sha256-${createHash("sha256").update(content).digest("hex")}`;
      await server.client.hset(`sluice:content:${address}`, "0", content);
      return { name: "2026-01-01T00-00-00-t", content: address };
    };
    const run = { "config.json": '{ "task": "forecast" }', "data.json": '{ "fingerprint": {}, "facts": {} }' };
    const climbs = await put(zip({ ...run, "../../secret.txt": "overwritten" }));
    const reaches = await put(zip({ ...run, "/tmp/sluice-pwned": "" }));
    const bomb = await put(zip({ ...run, "weights.safetensors": "0".repeat(20 << 20) }));
    const none = await put(Buffer.from("no zip"));
    const lists = async (path: string) => {
      const listed = Buffer.from(`path,label\n${path},a\n${path},b\n`);
      const { content } = await put(listed);
      return { ...trial, task: "classify", data: { address: content, ending: ".csv" }, settings: { label: "label", audio: true } }; // prettier-ignore
    };
    const refused = [
      { ...trial, code: "process.exit()" },
      { ...trial, data: "a.csv" },
      { ...trial, data: { path: "a.csv", address: none.content } },
      { ...trial, data: { address: "../../etc/passwd", ending: "" } },
      { ...trial, files: { model: { path: "a.csv" } } },
      { ...trial, until: -1 },
      { ...trial, name: "../../t" },
      { ...trial, runs: null, from: { ...none, name: "../x" } },
      { ...trial, runs: null, from: { ...none, content: "latest" } },
      [],
      "trial",
    ];
    const hostile = [
      { ...trial, data: { address: none.content, ending: "/../../x" } },
      { ...trial, files: { testData: { path: "../secret.txt" } } },
      { ...trial, runs: null, from: climbs },
      await lists("/etc/passwd"),
      await lists("../../../../../../../../etc/hostname"),
      await lists(join(folder, "secret.txt")),
      await lists("../owner.json"),
      { ...trial, runs: null, from: reaches },
      { ...trial, runs: null, from: bomb },
      { ...trial, runs: null, from: none },
      { ...trial, data: { path: "../secret.txt" } },
      { ...trial, runs: "../runs" },
      { ...trial, runs: "up/runs" },
      { ...trial, settings: { ...trial.settings, testData: "/etc/passwd" } },
      { ...trial, settings: { ...trial.settings, validationData: "../a.csv" } },
      { ...trial, task: "constructor" },
    ];
    try {
      for (const payload of refused) {
        const job = await queue.add("trial", { version: sluiceVersion(), id: "t", kind: "trial", payload }, { attempts: 3 }); // prettier-ignore
        for (let tries = 0; tries < 500 && !(await job.isFailed()); tries++) await wait(20);
        const { failedReason, attemptsMade } = (await queue.getJob(job.id!))!;
        assert.match(failedReason, /^refused: its payload is none of kind trial: /);
        assert.equal(attemptsMade, 1, "what is refused is not tried again");
      }
      for (const payload of hostile) {
        const job = await queue.add("trial", { version: sluiceVersion(), id: "t", kind: "trial", payload });
        for (let tries = 0; tries < 500 && !["failed", "completed"].includes(await job.getState()); tries++) await wait(20); // prettier-ignore
        const { failedReason } = (await queue.getJob(job.id!))!;
        assert.equal(await job.getState(), "failed", JSON.stringify(payload));
        assert.match(
          failedReason,
          /no path below the worker|lies outside|is no ending|is no file of a run|zip|task must be one of/,
        );
        assert.ok(!/secret|root:/.test(failedReason.replaceAll("secret.txt", "")), failedReason);
      }
      assert.deepEqual(readdirSync(folder).sort(), ["data", "secret.txt"]);
      assert.equal(readFileSync(join(folder, "secret.txt"), "utf8"), "secret");
      assert.ok(!existsSync("/tmp/sluice-pwned"));
    } finally {
      await worker.close();
      await queue.close();
      await server.close();
    }
  });
});
