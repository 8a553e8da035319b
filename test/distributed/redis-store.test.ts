/** Content through Redis: in pieces, checked, forgotten after a while, and with copies that do not fill a disk. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { RedisExecutor } from "../../src/distributed/executors/redis.js";
import { redisAddress } from "../../src/distributed/queue/address.js";
import { FolderStore } from "../../src/distributed/store/folder-store.js";
import { MOST_IN_REDIS } from "../../src/distributed/store/redis-content.js";
import { RedisStore } from "../../src/distributed/store/redis-store.js";
import { QueueWorker } from "../../src/distributed/worker.js";
import { redisServer, skip, type Server } from "./support/redis.js";

const addressOf = (bytes: Uint8Array) => `sha256-${createHash("sha256").update(bytes).digest("hex")}`;
const WEEK = 7 * 24 * 3600;

describe("content through Redis", { skip }, () => {
  let server: Server;
  let root: string;
  before(async () => {
    server = await redisServer();
    root = mkdtempSync(join(tmpdir(), "sluice-content-"));
  });
  after(async () => {
    await server.close();
    rmSync(root, { recursive: true, force: true });
  });
  const storeIn = (name: string, copies?: number) =>
    new RedisStore({
      folder: new FolderStore(join(root, name)),
      shared: false,
      client: server.client,
      redis: redisAddress(server.url),
      ...(copies !== undefined && { copies }),
    });
  const keyOf = (address: string) => `sluice:content:${address}`;

  test("a model of five million weights goes in pieces, and is whole or not there", async () => {
    const model = new Uint8Array(20_000_003);
    for (let i = 0; i < model.length; i++) model[i] = Math.imul(i, 2654435761) >>> 24; // no two pieces alike
    const [one, other] = [storeIn("one"), storeIn("other")];
    const address = await one.put(model);
    assert.equal(address, addressOf(model));
    assert.equal(await server.client.hlen(keyOf(address)), 20);
    const left = await server.client.ttl(keyOf(address));
    assert.ok(left > WEEK && left <= WEEK + 86_400, `${left}`);
    assert.deepEqual(await other.get(address), model);
    writeFileSync(join(root, "model"), model);
    assert.equal(await one.put({ file: join(root, "model") }), address);
    assert.deepEqual(await one.get(await one.put(new Uint8Array())), new Uint8Array());
    await other.drop(address);
    await other.drop(address);
    assert.equal(await server.client.exists(keyOf(address)), 0);
    await assert.rejects(storeIn("third").get(address), /Redis holds no content/);
    await assert.rejects(other.drop("../../x"), /expected an address/);
    assert.deepEqual(await server.client.keys("sluice:content:*:*"), [], "nothing half written is left");
  });

  test("what is too large says so, and how it is done instead", async () => {
    const much = new Uint8Array(MOST_IN_REDIS + 1);
    await assert.rejects(
      storeIn("one").put(much),
      /more than 67108864 bytes does not go through Redis; .*--store FOLDER/,
    );
    writeFileSync(join(root, "much"), much);
    await assert.rejects(storeIn("one").put({ file: join(root, "much") }), /--store FOLDER/);
    await assert.rejects(storeIn("one").put({ file: join(root, "absent") }), /store: cannot read .*absent/);
    await assert.rejects(new FolderStore(join(root, "thread"), 1000).put(new Uint8Array(1001)), /more than 1000 bytes .*--store FOLDER/); // prettier-ignore
    assert.deepEqual(readdirSync(join(root, "thread")), []);
  });

  test("what was forged or damaged in Redis is refused, and put right by who has it", async () => {
    const bytes = new TextEncoder().encode("true");
    const address = addressOf(bytes);
    const key = keyOf(address);
    const store = storeIn("forged");
    const forged = [
      () => server.client.set(key, "true"),
      () => server.client.hset(key, "0", "false"),
      () => server.client.hset(key, "0", Buffer.alloc((1 << 20) + 1)),
      () => server.client.hset(key, Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`${i}`, ""]))),
      () => server.client.hset(key, "x", "true"),
    ];
    for (const forge of forged) {
      await server.client.del(key);
      await forge();
      await assert.rejects(store.get(address), /what Redis holds under sha256-.* is not what its address says/);
    }
    await store.put(bytes);
    assert.deepEqual(await store.get(address), bytes);
  });

  test("copies take no more room than they may, least lately used first, and what a job needs stays", async () => {
    const store = storeIn("copies", 3000);
    const addresses = await Promise.all([1, 2, 3, 4].map((value) => store.put(new Uint8Array(1000).fill(value))));
    const [a, b, c, d] = addresses as [string, string, string, string];
    const release = await store.hold([{ deep: [{ model: a }] }]);
    for (const one of [b, c, b, d]) {
      await store.get(one);
      await new Promise((resolve) => setTimeout(resolve, 15)); // times of files are told in milliseconds
    }
    assert.deepEqual(new Set(readdirSync(join(root, "copies"))), new Set([a, b, d]));
    await release();
    await release();
    await store.file(c, ".csv");
    assert.deepEqual(new Set(readdirSync(join(root, "copies"))), new Set([c, `${c}.csv`, d]));
    assert.deepEqual(await store.get(a), new Uint8Array(1000).fill(1), "it comes again");
  });

  test("who asks and who works must mean the same folder, or none", async () => {
    const redis = redisAddress(server.url);
    const folder = mkdtempSync(join(root, "shared-"));
    const own = { redis, queue: "folders", dataRoot: root, handlers: new URL("./support/kinds.js", import.meta.url), slots: 1 }; // prettier-ignore
    const worker = await QueueWorker.start({ ...own, store: folder, graceSeconds: 1 });
    const [small, shared] = await Promise.all([
      RedisExecutor.open({ redis, plan: "f", queue: "folders" }),
      RedisExecutor.open({ redis, plan: "f", queue: "folders", store: folder }),
    ]);
    try {
      const measure = (id: string, kept: string) => ({ id, kind: "measure", payload: { kept } });
      const [lost, found] = await Promise.all([
        small.run(measure("small", await small.store.put(new Uint8Array(11)))),
        shared.run(measure("shared", await shared.store.put(new Uint8Array(70 << 20)))),
      ]);
      assert.match(
        lost.reason!,
        /there is no content sha256-.*: whoever asked gave no --store, or .* is another folder/,
      );
      assert.equal(lost.attempts, 1, "no attempt is used up: a folder of another machine may show it later");
      assert.deepEqual(found.result, [70 << 20]);
    } finally {
      await small.close();
      await shared.close();
      await worker.close();
    }
  });

  test("what a job keeps and names in its answer reaches who asked, and the parent of a round", async () => {
    const redis = redisAddress(server.url);
    const handlers = new URL("./support/kinds.js", import.meta.url);
    const workers = await Promise.all(
      ["anna", "ben"].map((name) => QueueWorker.start({ redis, name, dataRoot: root, handlers, slots: 1, lostAfter: 2 })), // prettier-ignore
    );
    const queue = await RedisExecutor.open({ redis, plan: "p" });
    try {
      const keep = (id: string, bytes: number, value: number) => ({ id, kind: "keep", payload: { bytes, value } });
      const base = await queue.store.put(new Uint8Array(7));
      const { parent, children } = await queue.runFlow({
        parent: { id: "all", kind: "measure", payload: { kept: base } },
        children: [keep("a", 2_500_000, 1), keep("b", 10, 2), keep("c", 20, 3)],
      });
      assert.deepEqual(parent.result, [2_500_000, 10, 20, 7]);
      const { kept } = children[0]!.result as { kept: string };
      assert.deepEqual(await queue.store.get(kept), new Uint8Array(2_500_000).fill(1));
      const much = await queue.run(keep("much", MOST_IN_REDIS + 1, 1));
      assert.match(much.reason!, /does not go through Redis/);
    } finally {
      await queue.close();
      for (const one of workers) await one.close();
    }
  });
});
