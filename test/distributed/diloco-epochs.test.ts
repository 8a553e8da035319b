/** Epochs of a training on shards: as many as were asked for, ended by the rounds that are nearest to whole passes. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import fc from "fast-check";
import { REPLIES } from "../../src/cli/reply-schema.js";
import { ThreadExecutor } from "../../src/distributed/executors/threads.js";
import { advance, rewind, type Journal, type RoundRecord } from "../../src/distributed/parallel/diloco/journal.js";
import { courseOf, endOf, isEnd, RoundTooLong } from "../../src/distributed/parallel/diloco/epochs.js";
import { dilocoOptions } from "../../src/distributed/parallel/diloco/options.js";
import { trainDiloco } from "../../src/distributed/parallel/diloco/train.js";
import { taskNamed } from "../../src/tasks/registry.js";
import { ask, runIn, workFolder } from "../cli/program.js";

const asked = fc.record({
  epochs: fc.integer({ min: 1, max: 60 }),
  batches: fc.integer({ min: 1, max: 3000 }),
  shards: fc.integer({ min: 1, max: 12 }),
  innerSteps: fc.integer({ min: 1, max: 90 }),
});

/** round(a / b), halves upwards, in whole numbers. */
const nearest = (a: number, b: number) => Number((2n * BigInt(a) + BigInt(b)) / (2n * BigInt(b)));

describe("where epochs end", () => {
  test("where a pass has a round, there are as many as were asked for, and each ends at the nearest round, later than the one before", () => {
    fc.assert(
      fc.property(asked, (given) => {
        const inRound = given.shards * given.innerSteps;
        fc.pre(given.batches >= inRound);
        const { perEpoch, epochs, remark } = courseOf(given);
        assert.deepEqual([epochs, remark], [given.epochs, null]);
        const ends = Array.from({ length: epochs }, (_, epoch) => endOf(epoch, perEpoch));
        for (const [epoch, end] of ends.entries()) {
          assert.equal(end, nearest((epoch + 1) * given.batches, inRound));
          assert.ok(end > (ends[epoch - 1] ?? 0));
        }
        for (let round = 0; round <= Math.min(ends.at(-1)!, 200); round++)
          assert.equal(isEnd(round, perEpoch), round === 0 || ends.includes(round), `round ${round}`);
        // Whole ones are as they were in runs of before.
        if (given.batches % inRound === 0) assert.deepEqual(ends, ends.map((_, epoch) => (epoch + 1) * (given.batches / inRound))); // prettier-ignore
      }),
    );
  });

  test("where a round is longer than a pass it is an epoch, with the figures; longer than the training it is refused", () => {
    fc.assert(
      fc.property(asked, (given) => {
        const inRound = given.shards * given.innerSteps;
        const all = given.epochs * given.batches;
        fc.pre(given.batches < inRound);
        if (all < inRound) assert.throws(() => courseOf(given), RoundTooLong);
        else {
          const { perEpoch, epochs, remark } = courseOf(given);
          assert.deepEqual([perEpoch, epochs], [1, nearest(all, inRound)]);
          if (epochs !== given.epochs)
            for (const figure of [inRound, given.batches, given.epochs, epochs]) assert.ok(remark!.includes(`${figure} `) || remark!.includes(`${figure}.`)); // prettier-ignore
          else assert.equal(remark, null);
        }
      }),
    );
    const wide = { epochs: 3, batches: 10, shards: 100, innerSteps: 50 };
    assert.throws(() => courseOf(wide), /is 5000 batches, and the whole training has 30: 3 epochs of 10 batches\. Take fewer of both, or at least 500 epochs/); // prettier-ignore
    assert.throws(() => courseOf({ ...wide, shards: 2 }), /Take at most 15 inner steps, or at least 10 epochs/);
  });

  test("a run of an earlier version keeps its whole rounds", () => {
    const { perEpoch, epochs, remark } = courseOf({ epochs: 12, batches: 24, shards: 2, innerSteps: 5 }, 2);
    assert.deepEqual([perEpoch, epochs], [2, 14]);
    assert.match(remark!, /an epoch is 2 rounds: 12 epochs of 24 batches become 14 epochs/);
    assert.equal(courseOf({ epochs: 1, batches: 4, shards: 2, innerSteps: 5 }, 1).epochs, 1);
  });

  test("the snapshot of an epoch's end stays, and is gone back to", () => {
    const weights = `sha256-${"0".repeat(64)}`;
    const at = (round: number) => ({ round, weights, velocity: null, states: [null] });
    const journal: Journal = { format: 1, shards: 1, options: dilocoOptions.parse({}), perEpoch: 2.4, rounds: [], snapshots: [at(0)], generation: 0 }; // prettier-ignore
    const record = (round: number) => ({ round }) as RoundRecord;
    for (let round = 1; round <= 6; round++) advance(journal, at(round), record(round - 1));
    assert.deepEqual(journal.snapshots.map(({ round }) => round), [6, 5]); // prettier-ignore
    rewind(journal, 2); // ends at round 5
    assert.equal(journal.snapshots[0]!.round, 6);
    advance(journal, at(7), record(6)); // the end of the third
    rewind(journal, 1);
    assert.deepEqual([journal.snapshots[0]!.round, journal.rounds.length, journal.generation], [5, 5, 1]);
  });
});

const folder = workFolder();
before(() => writeFileSync(join(folder, "text.txt"), "the river sluice opens and the water falls ".repeat(60)));
const TRAIN = "train text.txt --task generate --units 8 --embedding 4 --sequence-length 8 --batch-size 4 --seed 3";
const json = (run: string, file: string) => JSON.parse(readFileSync(join(folder, run, file), "utf8"));
const last = (run: string) => readFileSync(join(folder, run, "checkpoints/last.safetensors"));
const runsOf = () => readdirSync(folder).includes("runs") ? readdirSync(join(folder, "runs")).length : 0; // prettier-ignore

describe("the command line", () => {
  const SHARDS = `${TRAIN} --steps-per-epoch 24 --inner-steps 5 --diloco --workers 2`;

  test("--epochs is what is trained, and what a run that goes on comes to", async () => {
    const long = await ask(folder, REPLIES.train, `${SHARDS} --epochs 5 --name long`);
    assert.deepEqual([long.epochs, long.diloco!.perEpoch, long.diloco!.rounds], [5, 2.4, 12]);
    const { rounds, epochs } = json(long.run, "diloco.json") as Journal;
    assert.equal(epochs, 5);
    assert.deepEqual(rounds.map(({ epoch }) => epoch), [0, 0, 1, 1, 1, 2, 2, 3, 3, 3, 4, 4]); // prettier-ignore
    assert.match(readFileSync(join(folder, long.run, "report.html"), "utf8"), /DiLoCo on 2 shards, rounds of 5 steps, 2\.4 rounds in an epoch.*received and sent \d+ kB/); // prettier-ignore
    const { code, out, err } = await runIn(folder, `${SHARDS} --epochs 3 --name short`);
    assert.equal(code, 0, err);
    assert.match(err, /^DiLoCo on 2 shards, rounds of 5 steps, trained by \d threads? of this process\./);
    assert.match(err, /epoch 3\/3/);
    assert.match(out, /Trained by +DiLoCo on 2 shards, rounds of 5 steps\nRounds +7 done; \d+ kB to and from shards/);
    const short = out.match(/Run +(runs\S+-short)/)![1]!;
    const more = await runIn(folder, `train --resume ${short} --epochs 5 --workers 3`);
    assert.equal(more.code, 0, more.err);
    assert.match(more.err, /--workers 3: the run keeps the 2 shards that it was begun with/);
    assert.match(more.err, /epoch 5\/5/);
    assert.deepEqual(last(short), last(long.run));
    const shown = await ask(folder, REPLIES["runs show"], `runs show ${short}`);
    assert.deepEqual([shown.epochs, shown.diloco!.shards, shown.diloco!.rounds], [5, 2, 12]);
    assert.match((await runIn(folder, `runs show ${short}`)).out, /DiLoCo on 2 shards.*\nRounds +12 done; \d+ kB/);
    const kept = await runIn(folder, `train --resume ${short} --inner-steps 5`);
    assert.equal(kept.code, 2);
    assert.match(kept.err, /--inner-steps: it belongs to the run, which goes on with what it was begun with/);
  });

  test("rounds that are longer than a pass are epochs, said as a warning and noted", async () => {
    const reply = await ask(folder, REPLIES.train, `${TRAIN} --steps-per-epoch 10 --epochs 4 --inner-steps 10 --diloco --workers 2`); // prettier-ignore
    assert.deepEqual([reply.epochs, reply.diloco!.perEpoch], [2, 1]);
    assert.match(reply.warnings.join(), /is 20 batches, and a pass over the data has 10\. Here a round is an epoch: 4 epochs of 10 batches become 2 epochs/); // prettier-ignore
    assert.equal((json(reply.run, "diloco.json") as Journal).epochs, 2);
  });

  test("what cannot be trained so is wrong use, and nothing is begun", async () => {
    const before = runsOf();
    const wrong: [string, RegExp][] = [
      ["--steps-per-epoch 10 --epochs 3 --diloco --workers 100", /is 5000 batches, and the whole training has 30/],
      ["--redis redis://127.0.0.1:1", /--redis: such a training is done by DiLoCo.*give --workers/],
      ["--diloco --workers 2 --shards 4", /--shards: .*--diloco trains by DiLoCo/],
      ["--diloco --workers 2 --tbptt", /--tbptt: .*deals batches out to shards/],
      ["--diloco --workers 1025", /it counts shards, of which there are at most 1024, got 1025/],
    ];
    const blind = "train none.txt --task generate";
    const unread: [string, RegExp][] = [
      ["--workers 65", /--workers: expected at most 64 threads, got 65; this machine has \d+ cores?/],
      ["--workers 1.5", /--workers: .*(?:whole|int)/],
      ["--workers 2 --tbptt", /--workers: .*--tbptt carries states/],
      ["--shards 2 --tbptt", /--shards: .*--tbptt carries states/],
      ["--diloco --workers 2 --shards 4", /--shards: /],
    ];
    const outcomes = [...wrong.map(([more, says]) => ({ line: `${TRAIN} ${more}`, says })), ...unread.map(([more, says]) => ({ line: `${blind} ${more}`, says }))]; // prettier-ignore
    for (const { line, says } of outcomes) {
      const { code, err } = await runIn(folder, line);
      assert.equal(code, 2, `${line}: ${err}`);
      assert.match(err, says);
    }
    const many = await runIn(folder, `sweep none.csv --task forecast --target a --space units=4,8 --workers 65`);
    assert.equal(many.code, 2);
    assert.match(many.err, /--workers: expected at most 64 threads/);
    assert.equal(runsOf(), before);
    const crowded = await runIn(folder, `${blind} --workers 64`);
    assert.match(crowded.err, /--workers 64: this machine has \d+ cores?, which so many threads share/);
  });
});

test("a round that comes to nothing says what was learnt only where something was", async () => {
  const own = new ThreadExecutor({ workers: 1, store: join(folder, "store") });
  const failing = (rounds: number) => {
    let done = 0;
    return () => ({
      slots: own.slots,
      store: own.store,
      run: own.run.bind(own),
      close: () => Promise.resolve(),
      runFlow: async (...given: Parameters<typeof own.runFlow>) => {
        if (done++ < rounds) return own.runFlow(...given);
        const parent = { state: "failed" as const, result: null, reason: "nobody is there", worker: "", attempts: 1 };
        return { parent, children: [] } as never;
      },
    });
  };
  const settings = { units: [6], embedding: 4, sequenceLength: 8, stepsPerEpoch: 12, batchSize: 4, epochs: 1, seed: 3, runs: join(folder, "failed") }; // prettier-ignore
  const train = (rounds: number) =>
    trainDiloco(taskNamed("test", "generate"), join(folder, "text.txt"), settings, 2, { innerSteps: 2 }, { executor: failing(rounds), verbose: 0, report: false, warn: () => undefined }); // prettier-ignore
  try {
    await assert.rejects(train(0), /round 1 came to nothing 3 times: nobody is there\. Nothing was learnt yet; /);
    await assert.rejects(
      train(1),
      /round 2 came to nothing 3 times: nobody is there\. What was learnt in 1 round is in /,
    );
  } finally {
    await own.close();
  }
});
