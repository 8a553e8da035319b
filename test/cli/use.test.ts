// What a user does with a run: predict, evaluate, generate, list, compare, remove; and with data: inspect.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { before, describe, test } from "node:test";
import { REPLIES } from "../../src/cli/reply-schema.js";
import { writeBeeps } from "../tasks/transcribe/support.js";
import { ask, PROGRAM, runIn, workFolder } from "./program.js";
import { writeNovel, writePrices, writeReviews } from "./samples.js";

const folder = workFolder();
const read = (path: string) => readFileSync(join(folder, path), "utf8");
let reviews = "";
let novel = "";

before(async () => {
  for (const write of [writePrices, writeReviews, writeNovel]) write(folder);
  const classify = "train reviews.tsv --task classify --text review --label label --units 4 --epochs 2";
  const generate = "train novel.txt --task generate --units 8 --epochs 1 --steps-per-epoch 3 --embedding 4";
  novel = (await ask(folder, REPLIES.train, generate)).run;
  reviews = (await ask(folder, REPLIES.train, classify)).run;
});

describe("sluice predict", () => {
  const rows = ["great film", "dull plot"];

  test("writes CSV, TSV, JSON lines and JSON by the ending, and never over a file without --force", async () => {
    writeFileSync(join(folder, "new.csv"), `review\n${rows.join("\n")}\n`);
    for (const ending of ["csv", "tsv", "jsonl", "json"]) {
      const { code, err } = await runIn(folder, `predict runs/latest --data new.csv --out p.${ending}`);
      assert.equal(code, 0, err);
    }
    assert.match(read("p.csv"), /^review,label,.*\ngreat film,(good|bad),[\d.]+/);
    assert.match(read("p.tsv"), /^review\tlabel\t/);
    assert.equal((JSON.parse(read("p.jsonl").split("\n")[1]!) as { review: string }).review, "dull plot");
    assert.equal((JSON.parse(read("p.json")) as unknown[]).length, 2);
    const earlier = read("p.csv");
    const again = await runIn(folder, "predict runs/latest --data reviews.tsv --out p.csv");
    assert.equal(again.code, 1);
    assert.match(again.err, /p\.csv is there already; --force overwrites it/);
    assert.equal(read("p.csv"), earlier);
    assert.equal((await runIn(folder, "predict runs/latest --data reviews.tsv --out p.csv --force")).code, 0);
    assert.equal(read("p.csv").split("\n").length, 82);
  });

  test("never writes over the data that it reads, and says so when standard output has no room", async (t) => {
    writeFileSync(join(folder, "in.csv"), "review\ngreat film\n");
    const same = await runIn(folder, "predict runs/latest --data in.csv --out ./in.csv --force");
    assert.equal(same.code, 2);
    assert.match(same.err, /--out: \.\/in\.csv is the file of --data/);
    assert.equal(read("in.csv"), "review\ngreat film\n");
    if (!existsSync("/dev/full")) return t.skip("no /dev/full here to stand for a full disk");
    const full = openSync("/dev/full", "w");
    const { status, stderr } = spawnSync(process.execPath, [...PROGRAM, "runs", "--json"], {
      cwd: folder,
      stdio: ["ignore", full, "pipe"],
      encoding: "utf8",
    });
    closeSync(full);
    assert.equal(status, 1);
    assert.match(stderr, /^Error: cannot write to standard output: ENOSPC[^\n]*\n$/);
  });

  test("reads CSV, JSON lines and JSON from standard input, and writes CSV to a pipe", async () => {
    const inputs = {
      csv: `review\n${rows.join("\n")}\n`,
      jsonl: rows.map((review) => `${JSON.stringify({ review })}\n`).join(""),
      json: JSON.stringify(rows.map((review) => ({ review }))),
    };
    const outs = [];
    for (const input of Object.values(inputs)) outs.push((await runIn(folder, "predict runs/latest", { input })).out);
    assert.match(outs[0]!, /^review,label,[^\n]*\ngreat film,/);
    assert.deepEqual(outs, [outs[0], outs[0], outs[0]]);
  });

  test("--json brings the answers with all their digits", async () => {
    const { answers, count } = await ask(folder, REPLIES.predict, "predict runs/latest --data new.csv");
    assert.equal(count, 2);
    assert.ok(answers!.every(({ probability }) => typeof probability === "number"));
  });

  test("ends quietly when nobody reads on", async () => {
    const { code, err } = await runIn(folder, "predict runs/latest --data reviews.tsv", { closeOutput: true });
    assert.deepEqual({ code, err }, { code: 0, err: "" });
  });
});

describe("sluice evaluate", () => {
  test("measures a run and a model file", async () => {
    for (const model of ["runs/latest", reviews, `${reviews}/model.safetensors`]) {
      const { evaluation } = await ask(folder, REPLIES.evaluate, `evaluate ${model} --data reviews.tsv`);
      assert.equal(evaluation.count, 80);
    }
  });
});

describe("sluice generate", () => {
  test("continues the prompt, the same for the same seed", async () => {
    const line = `generate ${novel} --prompt "the fox " --length 20 --temperature 0.8 --seed 1`;
    const { code, out } = await runIn(folder, line);
    assert.equal(code, 0);
    assert.match(out, /^the fox .{20}/s);
    const { text } = await ask(folder, REPLIES.generate, line);
    assert.equal(`the fox ${text}\n`, out);
  });

  test("checks its options, and that the run writes texts", async () => {
    const wrong = await runIn(folder, `generate ${novel} --top-p 2`);
    assert.deepEqual([wrong.code, /--top-p: .*got 2/.test(wrong.err)], [2, true], wrong.err);
    const other = await runIn(folder, `generate ${reviews} --length 5`);
    assert.deepEqual([other.code, /was trained to classify/.test(other.err)], [1, true], other.err);
    const unknown = await runIn(folder, `generate ${novel} --prompt "ŧ"`);
    assert.deepEqual([unknown.code, /"ŧ"/.test(unknown.err)], [1, true], unknown.err);
  });
});

describe("sluice runs", () => {
  test("lists, shows and compares", async () => {
    const { runs } = await ask(folder, REPLIES["runs list"], "runs");
    assert.deepEqual(runs.map(({ path }) => path).sort(), [novel, reviews].sort());
    const shown = await ask(folder, REPLIES["runs show"], "runs show latest");
    assert.deepEqual([shown.path, shown.config["task"], shown.state], [reviews, "classify", "finished"]);
    const compared = await ask(folder, REPLIES["runs compare"], `runs compare ${novel} ${reviews}`);
    assert.ok(compared.differences.includes("task"));
    for (const line of ["runs", "runs show latest", `runs compare ${novel} ${reviews}`]) {
      const { code, out } = await runIn(folder, line);
      assert.deepEqual([code, out.includes("classify")], [0, true]);
    }
  });

  test("removes what is a run, and nothing else", async () => {
    const { run } = await ask(
      folder,
      REPLIES.train,
      "train prices.csv --task forecast --target close --epochs 1 --units 2",
    );
    const { removed } = await ask(folder, REPLIES["runs remove"], `runs remove ${run}`);
    assert.deepEqual([removed.map((path) => basename(path)), existsSync(join(folder, run))], [[basename(run)], false]);
    const before = readdirSync(folder);
    const outside = await runIn(folder, "runs remove .");
    assert.equal(outside.code, 1);
    assert.deepEqual(readdirSync(folder), before);
  });
});

describe("sluice inspect", () => {
  test("describes a table, and the command that it proposes works", async () => {
    const facts = await ask(folder, REPLIES.inspect, "inspect prices.csv");
    assert.ok(facts.kind === "table");
    assert.deepEqual(facts.columns.map(({ name, type }) => `${name} ${type}`), ["date date", "close number", "volume number"]); // prettier-ignore
    const [{ dates }] = facts.columns as [(typeof facts.columns)[number]];
    assert.deepEqual([dates!.step, dates!.gaps, dates!.ordered], ["1 day", 0, true]);
    const { command } = facts.proposals[0]!;
    assert.match(command, /^sluice train prices.csv --task forecast --target close/);
    const { code, err } = await runIn(folder, `${command.replace("sluice ", "")} --epochs 1 --units 2`);
    assert.equal(code, 0, err);
  });

  test("proposes to read several kinds of columns together, and that works", async () => {
    const lines = Array.from({ length: 60 }, (_, i) => {
      return `${i % 2 ? `parcel ${i} was wet and torn` : `number ${i} works as it should`},${1 + (i % 7)},${["north", "south"][i % 2]},${i % 2 ? "yes" : "no"}`;
    });
    writeFileSync(join(folder, "returns.csv"), ["note,weeks,shop,label", ...lines].join("\n"));
    const facts = await ask(folder, REPLIES.inspect, "inspect returns.csv");
    assert.ok(facts.kind === "table");
    const { command } = facts.proposals[1]!;
    assert.equal(command, "sluice train returns.csv --task classify --inputs note=text,weeks=number,shop=category --label label"); // prettier-ignore
    const { code, err } = await runIn(folder, `${command.replace("sluice ", "")} --epochs 1 --units 2`);
    assert.equal(code, 0, err);
  });

  test("proposes to transcribe clips whose texts stand in a table, or in files beside them", async () => {
    const { texts } = writeBeeps(join(folder, "beeps"), 3);
    const table = await ask(folder, REPLIES.inspect, "inspect beeps/clips.csv");
    assert.ok(table.kind === "table");
    const { config } = table.proposals[0]!;
    assert.deepEqual(config, { task: "transcribe", data: "beeps/clips.csv", audio: "path", text: "sentence" });
    for (const [i, text] of texts.entries()) writeFileSync(join(folder, "beeps/clips", `${i}.txt`), text);
    const clips = await ask(folder, REPLIES.inspect, "inspect beeps/clips");
    assert.ok(clips.kind === "clips" && clips.clips === 3);
    assert.deepEqual(clips.proposals[0]!.config, { task: "transcribe", data: "beeps/clips" });
  });

  test("describes texts with classes, running text, and a run", async () => {
    const table = await ask(folder, REPLIES.inspect, "inspect reviews.tsv");
    assert.ok(table.kind === "table");
    assert.deepEqual(table.columns[1]!.classes, [{ value: "bad", count: 40 }, { value: "good", count: 40 }]); // prettier-ignore
    assert.deepEqual(table.proposals[0]!.config, { task: "classify", data: "reviews.tsv", text: "review", label: "label" }); // prettier-ignore
    const text = await ask(folder, REPLIES.inspect, "inspect novel.txt");
    assert.ok(text.kind === "text" && text.lines === 150 && text.words === 1200);
    const model = await ask(folder, REPLIES.inspect, `inspect ${reviews}`);
    assert.ok(model.kind === "model" && model.task === "classify" && model.bytes! > 1000);
    assert.match((await runIn(folder, `inspect ${reviews}`)).out, /labels.classes +bad, good/);
  });
});
