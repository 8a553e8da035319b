import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Callback } from "../../../src/index.js";
import { openRun, resumeRun, transcribe } from "../../../src/tasks/index.js";
import { Random } from "../../../src/util/random.js";
import { beeps, writeBeeps } from "./support.js";

const root = mkdtempSync(join(tmpdir(), "sluice-transcribe-"));
after(() => rmSync(root, { recursive: true, force: true }));

const { table, texts } = writeBeeps(root, 90);
const COLUMNS = { audio: "path", text: "sentence" };
const SMALL = {
  ...COLUMNS, mels: 12, units: 24, dropout: 0, learningRate: 0.01, epochs: 14, batchSize: 8, validation: 0.15, test: 0.15,
  bandMasks: 0, timeMasks: 0, runs: join(root, "runs"),
}; // prettier-ignore
const quiet = { verbose: 0, report: false, warn: () => undefined } as const;

let run: Awaited<ReturnType<typeof transcribe.train>>;
test("clips and their texts: learnt, measured beside baselines, shown in the report", async () => {
  run = await transcribe.train(table, { ...SMALL, languageWeight: 0.3 }, { ...quiet, report: true });
  const { judge, entries, count, of, pictures } = run.evaluation!;
  assert.deepEqual([judge.name, judge.mode, of, count], ["characterErrorRate", "min", "clips", 13]);
  assert.ok(run.metrics["characterErrorRate"]! <= 0.1, JSON.stringify(entries));
  assert.deepEqual(entries.map(({ kind }) => kind), ["network", "trivial", "simple"]); // prettier-ignore
  assert.equal(entries[1]!.name, "the most frequent text");
  assert.ok(entries[0]!.values["characterErrorRate"]! < entries[1]!.values["characterErrorRate"]!);
  const { substitutions, deletions, insertions, characterErrorRate } = run.metrics;
  assert.ok(Math.abs(substitutions! + deletions! + insertions! - characterErrorRate!) < 1e-12);
  const heat = pictures.find(({ kind }) => kind === "heat")!;
  assert.ok(heat.kind === "heat" && heat.y.join("") === "–abc" && heat.values.flat().every((p) => p >= 0 && p <= 1));
  const page = readFileSync(join(run.folder!, "report.html"), "utf8");
  for (const text of ["What is heard at each step", "said: ", "heard: "]) assert.ok(page.includes(text), text);
});

test("a new clip is written down from a table, a folder, paths or bytes, by a model that was saved", async () => {
  const again = await openRun(run.folder!);
  const clip = join(root, "new.wav");
  writeFileSync(clip, beeps("abcb", new Random(77)));
  const [heard] = await again.predict(clip);
  assert.equal(heard!["text"], "abcb");
  const p = heard!["probability"] as number;
  assert.ok(p > 0.1 && p <= 1, `${p}`);
  const [bytes] = await again.predict(readFileSync(clip));
  const [listed] = await run.predict([clip]);
  const unnamed = { text: heard!["text"], probability: p };
  assert.deepEqual([bytes, listed], [{ path: "bytes", ...unnamed }, { path: clip, ...unnamed }]); // prettier-ignore
  const folder = await again.predict(join(root, "clips"));
  const inTable = await again.predict(table);
  assert.equal(folder.length, 90);
  const byPath = new Map(folder.map((answer) => [`clips/${String(answer["path"])}`, answer]));
  for (const answer of inTable) assert.equal(byPath.get(String(answer["path"]))!["text"], answer["text"]);
  const right = inTable.filter((answer, i) => answer["text"] === texts[i]).length;
  assert.ok(right > 75, `${right} of 90`);
  const { count, entries } = await again.evaluate(table);
  assert.deepEqual([count, entries.length], [90, 3]);
});

test("a folder in which each clip has its text beside it, by word", async () => {
  const folder = join(root, "folder");
  mkdirSync(folder);
  for (let i = 0; i < 40; i++) {
    cpSync(join(root, "clips", `${i}.wav`), join(folder, `${i}.wav`));
    writeFileSync(join(folder, `${i}.txt`), `${[...texts[i]!].join(" ")}\n`);
  }
  const options = { ...SMALL, level: "word", epochs: 2, beams: 1 } as const;
  const { evaluation, predict } = await transcribe.train(folder, options, quiet);
  assert.equal(evaluation!.judge.name, "wordErrorRate");
  assert.ok(predict);
  rmSync(join(folder, "7.txt"));
  await assert.rejects(transcribe.train(folder, options, quiet), /7\.wav has no text beside it: expected ".*7\.txt"/);
});

test("interrupted and taken up again, a run ends as the whole one does", async () => {
  const options = { ...SMALL, epochs: 3 };
  const whole = await transcribe.train(table, options, quiet);
  const controller = new AbortController();
  const stop: Callback = { onEpochEnd: (epoch) => (epoch === 0 ? controller.abort() : undefined) };
  const part = await transcribe.train(table, options, { ...quiet, signal: controller.signal, callbacks: [stop] });
  assert.equal(part.interrupted, true);
  const again = await resumeRun(part.folder!, quiet);
  assert.deepEqual(again.history.history, whole.history.history);
  assert.deepEqual(again.metrics, whole.metrics);
});

test("what is wrong with the data is said with the clip, before training", async () => {
  const write = (name: string, rows: string[]) => {
    const path = join(root, name);
    writeFileSync(path, `path,sentence\n${rows.join("\n")}\n`);
    return path;
  };
  const good = texts.slice(0, 20).map((text, i) => `clips/${i}.wav,${text}`);
  const rows: [RegExp, string, object?][] = [
    [/missing\.csv, line 4: clips\/none\.wav: there is no such file/, write("missing.csv", [...good.slice(0, 2), "clips/none.wav,a"])], // prettier-ignore
    [/empty\.csv, line 3: the column "sentence" is empty/, write("empty.csv", [good[0]!, "clips/1.wav,"])],
    [/the text of clips\/3\.wav, "\?!", has no letter or digit in it/, write("bare.csv", [...good.slice(0, 3), "clips/3.wav,?!"]), { validation: 0.25, test: 0.25 }], // prettier-ignore
    [/the text of clips\/5\.wav, "(abc)+\.\.\.", needs 90 steps, but .* s are \d+ steps of 30 ms/, write("long.csv", [...good.slice(0, 5), `clips/5.wav,${"abc".repeat(30)}`, ...good.slice(6)]), { validationData: table, testData: table }], // prettier-ignore
    [/there is no column "text"|no column "text"/, table, { text: "text" }],
    [/audio and text are both the column "path"/, table, { text: "path" }],
    [/validation 0\.6 and test 0\.5 leave nothing to train on/, table, { validation: 0.6, test: 0.5 }],
  ];
  for (const [message, source, more] of rows) {
    await assert.rejects(transcribe.train(source, { ...SMALL, ...more }, quiet), message);
  }
  const other = write("other.csv", [...good.slice(0, 3), "clips/3.wav,abz"]);
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  await transcribe.train(table, { ...SMALL, epochs: 1, testData: other }, { ...quiet, warn });
  assert.match(
    warnings.join(),
    /1 of 4 texts of the test part have characters that the training part has not, such as "z"/,
  );
});
