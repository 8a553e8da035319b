// Every kind of bad input: one clear message that names the file and the place, the right exit code, and earlier results as they were.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { REPLIES } from "../../src/cli/reply-schema.js";
import { ask, runIn, workFolder } from "./program.js";
import { writeNovel, writePrices, writeReviews } from "./samples.js";

const folder = workFolder();
const FORECAST = "--task forecast --target close --lookback 8 --units 2 --epochs 1";
const CLASSIFY = "--task classify --text review --label label --units 2 --epochs 1";
let model = "";

/** Names, sizes and times of all files of the runs. */
function stateOfRuns(): string[] {
  const names = readdirSync(join(folder, "runs"), { recursive: true }) as string[];
  return names.sort().map((name) => {
    const { size, mtimeMs } = statSync(join(folder, "runs", name));
    return `${name} ${size} ${mtimeMs}`;
  });
}

const file = (name: string, text: string | Uint8Array) => writeFileSync(join(folder, name), text);

before(async () => {
  for (const write of [writePrices, writeReviews, writeNovel]) write(folder);
  const prices = readFileSync(join(folder, "prices.csv"), "utf8").split("\n");
  file("empty.csv", "");
  file("one-row.csv", `${prices.slice(0, 2).join("\n")}\n`);
  file("short.csv", `${prices.slice(0, 8).join("\n")}\n`);
  file("ragged.csv", `${prices.slice(0, 5).join("\n")}\n2024-01-05,1\n${prices.slice(6).join("\n")}`);
  file("text.csv", prices.map((line, i) => (i === 4 ? "2024-01-04,n.a.!,3" : line)).join("\n"));
  file("latin.csv", Buffer.from("review,label\ncaf\xe9 noir,good\nplain text,bad\n", "latin1"));
  file("one-class.tsv", `review\tlabel\n${"a fine film\tgood\n".repeat(40)}`);
  file("unseen.tsv", "review\tlabel\na fine film\tgood\na strange film\todd\n");
  file("tiny.txt", "abc");
  file("list.json", "[1, 2]");
  file("unknown.json", JSON.stringify({ task: "forecast", data: "prices.csv", target: "close", epoch: 3 }));
  file("broken.json", '{ "task": "forecast", }');
  mkdirSync(join(folder, "no-clips/cat"), { recursive: true });
  mkdirSync(join(folder, "bad-clips/cat"), { recursive: true });
  mkdirSync(join(folder, "bad-clips/dog"), { recursive: true });
  file("bad-clips/cat/a.wav", "this is no recording at all, but text");
  file("bad-clips/dog/b.wav", Buffer.concat([Buffer.from("RIFF\x40\x00\x00\x00WAVE"), Buffer.alloc(8)]));
  model = (await ask(folder, REPLIES.train, `train reviews.tsv ${CLASSIFY}`)).run;
});

type Case = readonly [name: string, line: string, code: 1 | 2, ...messages: RegExp[]];

const DATA: readonly Case[] = [
  ["a missing file", `train nowhere.csv ${FORECAST}`, 1, /nowhere\.csv/, /no such file/],
  [
    "an unknown column",
    `train prices.csv ${FORECAST} --target clsoe`,
    1,
    /prices\.csv/,
    /"clsoe".*did you mean "close"/,
  ],
  ["text among numbers", `train text.csv ${FORECAST}`, 1, /"close"/, /line 5/, /"n\.a\.!"/],
  ["an empty file", `train empty.csv ${FORECAST}`, 1, /empty\.csv/],
  ["one row", `train one-row.csv ${FORECAST}`, 1, /one-row\.csv|1 row/],
  ["ragged rows", `train ragged.csv ${FORECAST}`, 1, /ragged\.csv, line 6/, /3.*2/],
  ["a wrong encoding", `train latin.csv ${CLASSIFY}`, 1, /latin\.csv/, /utf-8/i],
  ["a series that is too short", `train short.csv ${FORECAST} --horizon 5`, 1, /lookback|horizon/],
  ["one class only", `train one-class.tsv ${CLASSIFY}`, 1, /one-class\.tsv|"label"/, /one class|two classes|"good"/],
  ["labels unseen in training", "evaluate runs/latest --data unseen.tsv", 1, /"odd"/],
  ["a folder without clips", "train no-clips/ --task classify --audio", 1, /no-clips/],
  ["clips that are none", "train bad-clips/ --task classify --audio", 1, /a\.wav|b\.wav/],
  ["a text that is too short", "train tiny.txt --task generate", 1, /tiny\.txt/],
  ["a missing run", "predict runs/nothing --data reviews.tsv", 1, /runs\/nothing/],
  ["data without the columns", "predict runs/latest --data prices.csv", 1, /prices\.csv has no column "review"/],
  ["no rows on standard input", "predict runs/latest", 1, /standard input/],
  ["a file that is no model", "inspect prices.safetensors", 1, /prices\.safetensors/],
  ["a missing configuration", "train --config nowhere.json", 1, /nowhere\.json: there is no such file/],
  ["a configuration that is no JSON", "train --config broken.json", 1, /broken\.json: JSON/],
  ["a configuration that is no object", "train --config list.json", 1, /list\.json: expected an object/],
];

const USE: readonly Case[] = [
  ["an unknown command", "trian prices.csv", 2, /did you mean "train"/],
  ["an unknown flag", `train prices.csv ${FORECAST} --epoch 3`, 2, /'--epoch'.*did you mean --epochs/],
  ["an unknown task", "train prices.csv --task forcast", 2, /did you mean "forecast"/],
  ["no task", "train prices.csv", 2, /--task is needed.*sluice inspect prices\.csv/],
  ["no data", `train ${FORECAST}`, 2, /the data are needed/],
  ["an option that is needed", "train prices.csv --task forecast", 2, /--target is needed/],
  [
    "text instead of a number",
    `train prices.csv ${FORECAST} --batch-size many`,
    2,
    /--batch-size: expected a number, got "many"/,
  ],
  ["a number out of range", `train prices.csv ${FORECAST} --dropout 1.5`, 2, /--dropout: .*got 1\.5/],
  ["an unknown choice", `train prices.csv ${FORECAST} --cell grru`, 2, /--cell: .*"gru".*got "grru"/],
  ["a list with a hole", `train prices.csv ${FORECAST} --units 4,,2`, 2, /--units: expected items/],
  [
    "an unknown name in a configuration",
    "train --config unknown.json",
    2,
    /unknown\.json: unknown option "epoch"; did you mean "epochs"/,
  ],
  ["an unknown name after --set", `train prices.csv ${FORECAST} --set epoch=3`, 2, /--set: unknown option "epoch"/],
  ["a wrong value after --set", `train prices.csv ${FORECAST} --set dropout=2`, 2, /--set dropout: .*got 2/],
  ["two files of data", `train prices.csv more.csv ${FORECAST}`, 2, /too many arguments/],
  ["evaluate without data", "evaluate runs/latest", 2, /--data is needed/],
  ["predict without a run", "predict", 2, /<run> is needed/],
  [
    "an unknown kind of output",
    "predict runs/latest --data reviews.tsv --out p.xlsx",
    2,
    /p\.xlsx must end in one of \.csv/,
  ],
  ["an unknown command of runs", "runs lst", 2, /did you mean "list"/],
  ["one run to compare", "runs compare runs/latest", 2, /at least two/],
];

for (const [kind, cases] of Object.entries({ "the data": DATA, "the command line": USE })) {
  describe(`what is wrong with ${kind}`, () => {
    for (const [name, line, code, ...messages] of cases) {
      test(name, async () => {
        const earlier = stateOfRuns();
        const { code: got, out, err } = await runIn(folder, line);
        assert.deepEqual([got, out], [code, ""], err);
        const [first, ...rest] = err.trim().split("\n");
        assert.match(first!, /^Error: /);
        for (const message of messages) assert.match(first!, message);
        assert.deepEqual(rest.filter((text) => !text.startsWith("See: sluice")), [], "one line, without a stack"); // prettier-ignore
        assert.deepEqual(stateOfRuns(), earlier);
      });
    }
  });
}

test("with --json the error is the one object on standard output", async () => {
  for (const [line, code, kind] of [
    ["evaluate runs/latest --data nowhere.csv --json", 1, "failure"],
    ["train prices.csv --jsno --json", 2, "usage"],
  ] as const) {
    const { code: got, out } = await runIn(folder, line);
    const { error } = REPLIES.error.parse(JSON.parse(out));
    assert.deepEqual([got, error.exitCode, error.kind], [code, code, kind]);
  }
});

test("control characters of names do not reach the terminal", async () => {
  const { err } = await runIn(folder, 'train "x\x1b[2Jy.csv" --task generate');
  assert.ok(!err.includes("\x1b"), JSON.stringify(err));
  assert.ok(model !== "");
});
