/** DiLoCo's arithmetic: the outer step beside PyTorch's, what rounding costs, who gets which batch; and contents and answers that are not to be trusted. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import fc from "fast-check";
import type { JobContext } from "../../src/distributed/job.js";
import { Dealer, type Source } from "../../src/distributed/parallel/diloco/batches.js";
import { BLOCK, pack, unpack, type Deltas } from "../../src/distributed/parallel/diloco/codec.js";
import { readDelta, readWeights, writeDelta, writeVelocity, writeWeights } from "../../src/distributed/parallel/diloco/contents.js"; // prettier-ignore
import { readState, writeState, type Place } from "../../src/distributed/parallel/diloco/state.js";
import { meanOf, nesterov } from "../../src/distributed/parallel/diloco/outer.js";
import type { RoundAnswer, ShardAnswer } from "../../src/distributed/parallel/diloco/payloads.js";
import { round } from "../../src/distributed/parallel/diloco/round.js";
import { FolderStore } from "../../src/distributed/store/folder-store.js";
import type { Json } from "../../src/format/json.js";
import { tensor, type Tensor } from "../../src/index.js";
import { SluiceError } from "../../src/util/errors.js";

const folder = mkdtempSync(join(tmpdir(), "sluice-diloco-numbers-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const store = new FolderStore(join(folder, "store"));

const context = (children: [string, Json][]): JobContext => ({
  worker: { name: "test", version: "0", cores: 1, kernels: "wasm", host: hostname() },
  store,
  signal: new AbortController().signal,
  path: (given) => given,
  report: () => Promise.resolve(),
  children: new Map(children),
  scratch: () => mkdtempSync(join(folder, "scratch-")),
});

describe("the outer step", () => {
  const torch = JSON.parse(readFileSync("test/fixtures/torch-diloco-outer.json", "utf8")) as {
    theta: number[];
    steps: { deltas: number[][]; theta: number[] }[];
  };

  test("is torch.optim.SGD with Nesterov momentum 0.9 and rate 0.7, on the mean of the changes", () => {
    const theta = Float32Array.from(torch.theta);
    const velocity = new Float32Array(theta.length);
    for (const step of torch.steps) {
      nesterov(theta, velocity, meanOf(step.deltas.map((d) => Float32Array.from(d))), { rate: 0.7, momentum: 0.9 });
      for (const [i, wanted] of step.theta.entries()) assert.ok(Math.abs(theta[i]! - wanted) < 1e-6);
    }
  });

  test("the mean is that of a plain sum, in a fixed order, of any number of shards", () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.float({ noNaN: true, min: -8, max: 8 }), { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 9 }), (rows) => {
        const mean = meanOf(rows.map((row) => Float32Array.from(row)));
        for (const i of [0, 1, 2]) {
          const wanted = rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length;
          assert.ok(Math.abs(mean[i]! - wanted) < 1e-12);
        }
      }),
    ); // prettier-ignore
  });

  test("a round averages those that came, by hand", async () => {
    const theta = { trained: Float32Array.of(1, 2), kept: Float32Array.of(10) };
    const deltas = [[0.5, 0], null, [0.1, -0.4]] as const;
    const kept = [1, 0, 3];
    const answers: [string, Json][] = [];
    for (const [shard, delta] of deltas.entries()) {
      if (delta) answers.push([`job-${shard}`, await answerOf(shard, { trained: Float32Array.from(delta), kept: Float32Array.of(kept[shard]!) })]); // prettier-ignore
    }
    const payload = {
      weights: await store.put(writeWeights(theta)),
      velocity: await store.put(writeVelocity(Float32Array.of(1, 0))),
      rate: 0.5,
      momentum: 0.8,
      children: ["job-0", "job-1", "job-2"],
    };
    const answer = (await round(payload, context(answers.reverse()))) as unknown as RoundAnswer;
    const after = readWeights(await store.get(answer.weights));
    // Δ = (0.3, −0.2), v = 0.8·(1, 0) + Δ = (1.1, −0.2), θ − 0.5·(Δ + 0.8·v); the mean of what is kept goes in whole.
    for (const [i, wanted] of [1 - 0.5 * (0.3 + 0.88), 2 - 0.5 * (-0.2 - 0.16)].entries())
      assert.ok(Math.abs(after.trained[i]! - wanted) < 1e-6);
    assert.deepEqual([...after.kept], [8]);
    assert.deepEqual(answer.came.map(({ shard }) => shard), [0, 2]); // prettier-ignore
    const same = await round(payload, context(answers));
    assert.deepEqual({ ...(same as object), seconds: 0 }, { ...answer, seconds: 0 });
  });

  const hostile = async (more: object, answer: (good: Record<string, Json>) => Json = (good) => good) => {
    const weights = await store.put(writeWeights({ trained: Float32Array.of(1, 2), kept: new Float32Array(0) }));
    const good = (await answerOf(0, { trained: Float32Array.of(1, 1), kept: new Float32Array(0) })) as Record<string, Json>; // prettier-ignore
    const payload = { weights, velocity: null, rate: 0.7, momentum: 0.9, children: ["a"], ...more };
    return round(payload, context([["a", answer(good)]]));
  };

  test("refuses what it was not sent by its own kind", async () => {
    const other = await store.put(writeDelta({ trained: Float32Array.of(1), kept: new Float32Array(0) }, "int8"));
    const text = await store.put(new TextEncoder().encode("weights"));
    const odd = await store.put(writeWeights({ trained: Float32Array.of(Number.NaN, 1), kept: new Float32Array(0) }));
    const cases: [() => Promise<Json>, RegExp][] = [
      [() => hostile({ weights: "../../etc/passwd" }), /weights: expected an address/],
      [() => hostile({ weights: text }), /weights/],
      [() => hostile({ weights: odd }), /the weights hold what is not finite/],
      [() => hostile({ rate: -1 }), /rate: must be above 0/],
      [() => hostile({ momentum: 1 }), /momentum/],
      [() => hostile({ more: 1 }), /unknown option "more"/],
      [() => hostile({ children: [] }), /children/],
      [() => hostile({}, (good) => ({ ...good, shard: 3 })), /a answers for shard 3, not 0/],
      [() => hostile({}, (good) => ({ ...good, delta: `sha256-${"0".repeat(64)}` })), /there is no such content/],
      [() => hostile({}, (good) => ({ ...good, delta: other })), /a change of 1 weights was sent for 2/],
      [() => hostile({}, (good) => ({ ...good, delta: text })), /change/],
      [() => hostile({}, (good) => ({ ...good, delta: odd })), /kind that this version does not know/],
      [() => hostile({}, (good) => ({ ...good, code: "process.exit()" })), /unknown option "code"/],
      [() => hostile({}, () => "done"), /answer of a: expected an object, got "done"/],
      [() => hostile({}, () => null), /answer of a: expected an object, got null/],
    ];
    for (const [work, message] of cases) await assert.rejects(work(), (error: Error) => error instanceof SluiceError && message.test(error.message), `${message}`); // prettier-ignore
  });

  async function answerOf(shard: number, delta: Parameters<typeof writeDelta>[0]): Promise<Json> {
    const answer: ShardAnswer = {
      shard,
      delta: await store.put(writeDelta(delta, "float32")),
      state: `sha256-${"a".repeat(64)}`,
      values: { loss: 1 },
      bytes: { weights: 1, stateIn: 0, stateOut: 1, delta: 1 },
      seconds: { prepare: 0, read: 0, train: 0, write: 0 },
    };
    return answer as unknown as Json;
  }
});

describe("changes in fewer bytes", () => {
  /** Of all magnitudes that float32 has, in blocks whose magnitudes differ. */
  const values = fc
    .array(fc.tuple(fc.double({ min: -1, max: 1, noNaN: true }), fc.integer({ min: -30, max: 20 })), {
      minLength: 1,
      maxLength: 3 * BLOCK,
    })
    .map((list) => Float32Array.from(list, ([x, e]) => x * 2 ** e));
  const again = (x: Float32Array, as: Deltas) => unpack(pack(x, as), as, x.length);
  const bounds: Record<Deltas, (x: number, m: number) => number> = {
    float32: () => 0,
    float16: (x, m) => 2 ** -11 * Math.abs(x) + (2 ** -25 + 2 ** -23) * m,
    int8: (_, m) => (1 / 254 + 2 ** -23) * m,
  };
  for (const as of ["float32", "float16", "int8"] as const) {
    test(`${as} is as near as it says`, () => {
      fc.assert(
        fc.property(values, (x) => {
          const y = again(x, as);
          assert.equal(y.length, x.length);
          for (let first = 0; first < x.length; first += BLOCK) {
            const block = x.subarray(first, first + BLOCK);
            const m = block.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
            for (const [i, one] of block.entries()) {
              const error = Math.abs(y[first + i]! - one);
              assert.ok(error <= bounds[as](one, m), `${one} in a block of ${m}: off by ${error}`);
            }
          }
          assert.deepEqual(again(y, as).length, y.length);
        }),
        { numRuns: 60 },
      );
    });
  }

  test("zeros, a single value, and the largest of a block come back as they were", () => {
    for (const as of ["float16", "int8"] as const) {
      assert.deepEqual(again(new Float32Array(300), as), new Float32Array(300));
      assert.deepEqual(again(Float32Array.of(-3e-7), as), Float32Array.of(-3e-7));
      const x = Float32Array.of(0.25, -1, 0.5);
      assert.equal(again(x, as)[1], -1);
    }
  });

  test("a quarter, a half or all of the bytes, and 4 in 256 for the scales", () => {
    const size = (as: Deltas) => {
      const { values: packed, scales } = pack(new Float32Array(4096).fill(1), as);
      return packed.byteLength + scales.byteLength;
    };
    assert.deepEqual([size("float32"), size("float16"), size("int8")], [16384, 8192 + 64, 4096 + 64]);
  });

  test("what is not finite is refused on both sides", () => {
    for (const as of ["float32", "float16", "int8"] as const) {
      assert.throws(() => pack(Float32Array.of(1, Number.NaN), as), /the change of weight 1 is NaN/);
      const packed = pack(Float32Array.of(1, 2, 3, 4), as);
      const scales = as === "float32" ? packed.scales : Float32Array.of(Infinity);
      const values = as === "float32" ? Float32Array.of(1, Infinity, 3, 4) : packed.values;
      assert.throws(() => unpack({ values, scales }, as, 4), /not finite/);
      assert.throws(() => unpack(packed, as, 9), /a change of 9 weights/);
    }
    assert.throws(() => unpack({ values: Int32Array.of(0x7c007c00, 0), scales: Float32Array.of(1) }, "float16", 4), /not finite/); // prettier-ignore
  });

  test("contents come back as they were written, and statistics that did not move are not sent", () => {
    const like = { trained: Float32Array.of(1, 2, 3), kept: Float32Array.of(4, 5) };
    assert.deepEqual(readWeights(writeWeights(like)), like);
    assert.deepEqual(readDelta(writeDelta(like, "float32"), like), like);
    const still = { trained: like.trained, kept: new Float32Array(2) };
    assert.deepEqual(readDelta(writeDelta(still, "float32"), like), still);
    assert.ok(writeDelta(still, "float32").length < writeDelta(like, "float32").length);
    const state = { place: { pass: 2, batch: 7 }, random: [1, 2, 3, 4] as const, optimizer: new Map([["iterations", tensor(Int32Array.of(9))]]) }; // prettier-ignore
    const back = readState(writeState(state, "float16"));
    assert.deepEqual([back.place, [...back.random], back.optimizer.get("iterations")!.item()], [state.place, [1, 2, 3, 4], 9]); // prettier-ignore
  });
});

describe("moments in half the bytes", () => {
  test("come back within 2⁻¹⁰ of themselves, or 2⁻²² of the largest beside them; mean squares by their roots", () => {
    const numbers = (min: number) =>
      fc
        .array(fc.tuple(fc.double({ min, max: 1, noNaN: true }), fc.integer({ min: -40, max: 3 })), { minLength: 1, maxLength: 400 })
        .map((list) => Float32Array.from(list, ([x, e]) => x * 2 ** e)); // prettier-ignore
    fc.assert(
      fc.property(numbers(-1), numbers(0), (m, v) => {
        const optimizer = new Map([["m/0", tensor(m)], ["v/0", tensor(v)], ["iterations", tensor(Int32Array.of(7))]]); // prettier-ignore
        const back = readState(
          writeState({ place: { pass: 0, batch: 0 }, random: [1, 2, 3, 4], optimizer }, "float16"),
        );
        const largest = (x: Float32Array) => x.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
        for (const [i, x] of m.entries()) {
          const error = Math.abs((back.optimizer.get("m/0")!.data[i] as number) - x);
          assert.ok(error <= 2 ** -10 * Math.abs(x) + 2 ** -22 * largest(m), `m ${x}: ${error}`);
        }
        for (const [i, x] of v.entries()) {
          const root = Math.sqrt(back.optimizer.get("v/0")!.data[i] as number);
          assert.ok(
            Math.abs(root - Math.sqrt(x)) <= 2 ** -10 * Math.sqrt(x) + 2 ** -22 * Math.sqrt(largest(v)),
            `v ${x}`,
          );
        }
        assert.equal(back.optimizer.get("iterations")!.item(), 7);
      }),
      { numRuns: 60 },
    );
  });

  test("are half as large, and refused where parts lack", () => {
    const optimizer = new Map([["m/0", tensor(new Float32Array(4096).fill(0.5))]]);
    const state = { place: { pass: 0, batch: 0 }, random: [1, 2, 3, 4] as const, optimizer };
    const [whole, half] = [writeState(state, "float32"), writeState(state, "float16")];
    assert.ok(half.length < 0.53 * whole.length);
    const text = new TextDecoder("latin1").decode(half).replace("scales of m", "scales of n");
    assert.throws(() => readState(Uint8Array.from(text, (c) => c.charCodeAt(0))), /lacks moments/);
  });
});

describe("dealing batches", () => {
  /** Batches are [pass, number]; every pass may have another length. */
  const sourceOf = (lengths: readonly number[], opened: number[] = []): Source => ({
    steps: lengths[0]!,
    async *pass(number) {
      opened.push(number);
      const length = lengths[number % lengths.length]!;
      for (let i = 0; i < length; i++) yield () => [tensor([[number]]), tensor([[i]])] as const;
    },
  });
  async function taken(dealer: Dealer, from: Place, count: number): Promise<{ list: string[]; place: Place }> {
    let place = from;
    const list: string[] = [];
    for await (const batch of dealer.take(from, count, (next) => (place = next))) {
      const [x, y] = batch as readonly [Tensor, Tensor];
      list.push(`${x.item()}.${y.item()}`);
    }
    return { list, place };
  }

  test("the shards together get every batch of every pass once, however the rounds are cut", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 }),
        async (lengths, shards, rounds) => {
          const all: string[] = [];
          for (let shard = 0; shard < shards; shard++) {
            const kept = new Dealer(sourceOf(lengths), shards);
            let place = Dealer.begin(shard);
            const list: string[] = [];
            for (const steps of rounds) {
              const one = await taken(kept, place, steps);
              // Another thread, which has not seen the rounds before, gets the same.
              assert.deepEqual(await taken(new Dealer(sourceOf(lengths), shards), place, steps), one);
              // And so does the same thread when the round is done again.
              assert.deepEqual(await taken(kept, place, steps), one);
              place = one.place;
              list.push(...one.list);
            }
            all.push(...list);
          }
          const wanted: string[] = [];
          for (let pass = 0; wanted.length < all.length; pass++)
            for (let i = 0; i < lengths[pass % lengths.length]! && wanted.length < all.length; i++) wanted.push(`${pass}.${i}`); // prettier-ignore
          assert.deepEqual(all.sort(), wanted.sort());
        },
      ),
      { numRuns: 60 },
    );
  });

  test("a pass that is gone on with is not begun anew", async () => {
    const opened: number[] = [];
    const dealer = new Dealer(sourceOf([6], opened), 2);
    const first = await taken(dealer, Dealer.begin(1), 2);
    const second = await taken(dealer, first.place, 2);
    assert.deepEqual([first.list, second.list], [["0.1", "0.3"], ["0.5", "1.1"]]); // prettier-ignore
    assert.deepEqual(opened, [0, 1]);
  });

  test("data without a batch are an error, no endless search", async () => {
    await assert.rejects(taken(new Dealer(sourceOf([0]), 2), Dealer.begin(0), 1), /gave no batch/);
  });
});
