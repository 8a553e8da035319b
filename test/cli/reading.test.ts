// Files that say nothing of how they are written: told once in training, they and their like are read that way ever after.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { REPLIES } from "../../src/cli/reply-schema.js";
import { ask, runIn, workFolder } from "./program.js";

const folder = workFolder();
const rowsOf = (count: number, line: (i: number) => string) => Array.from({ length: count }, (_, i) => line(i));

/** No header, tabs, decimal commas, days first, -999 for what is missing, names in Latin-1, an ending that says nothing. */
const odd = (i: number) => {
  const close = i === 3 ? "-999" : (100 + 10 * Math.sin(i / 3)).toFixed(2).replace(".", ",");
  return [
    `${String(1 + (i % 28)).padStart(2, "0")}/${String(1 + Math.floor(i / 28)).padStart(2, "0")}/2024`,
    `caf\xe9`,
    close,
    `0${i}`,
  ].join("\t");
};
const FLAGS =
  "--format csv --encoding latin1 --delimiter tab --no-header --decimal , --missing-marks -999,? --date-format DD/MM/YYYY --types c4=text,c2=text";

before(() => {
  writeFileSync(join(folder, "odd.dat"), `${rowsOf(140, odd).join("\n")}\n`, "latin1");
  writeFileSync(
    join(folder, "plain.csv"),
    `c1,c2,c3\n${rowsOf(40, (i) =>
      odd(i + 100)
        .split("\t")
        .slice(0, 3)
        .join(",")
        .replace(/(\d),(\d\d)$/, "$1.$2"),
    ).join("\n")}\n`,
  );
});

describe("a file that must be explained", () => {
  test("inspect reads it so, and its proposal repeats the flags", async () => {
    assert.equal((await runIn(folder, "inspect odd.dat")).code, 1);
    const reply = await ask(folder, REPLIES.inspect, `inspect odd.dat ${FLAGS}`);
    assert.ok(reply.kind === "table");
    assert.deepEqual(
      reply.columns.map(({ name, type, missing }) => [name, type, missing]),
      [
        ["c1", "date", 0],
        ["c2", "text", 0],
        ["c3", "number", 1],
        ["c4", "text", 0],
      ],
    );
    const { command } = reply.proposals[0]!;
    for (const part of [
      "--delimiter tab",
      "--no-header",
      "--missing-marks -999,?",
      "--types c4=text,c2=text",
      "--date-format DD/MM/YYYY",
    ])
      assert.ok(command.replaceAll(/['"]/g, "").includes(part), `${part} in ${command}`);
  });

  test("forecast: train, evaluate and predict; flags override what is saved", async () => {
    const { run } = await ask(
      folder,
      REPLIES.train,
      `train odd.dat --task forecast --target c3 --missing forwardFill --lookback 5 --epochs 1 --units 2 ${FLAGS}`,
    );
    const config = JSON.parse(readFileSync(join(folder, run, "config.json"), "utf8")) as Record<string, unknown>;
    assert.deepEqual(config["types"], { c4: "text", c2: "text" });
    const { evaluation } = await ask(folder, REPLIES.evaluate, `evaluate ${run} --data odd.dat`);
    assert.deepEqual(
      evaluation.entries.map(({ kind }) => kind),
      ["network", "trivial", "simple"],
    );
    const same = await ask(folder, REPLIES.predict, `predict ${run} --data odd.dat`);
    const piped = await runIn(folder, `predict ${run} --json`, { input: readFileSync(join(folder, "odd.dat")) });
    assert.deepEqual((JSON.parse(piped.out) as typeof same).answers, same.answers);
    const other = await ask(
      folder,
      REPLIES.predict,
      `predict ${run} --data plain.csv --delimiter , --header --decimal .`,
    );
    assert.equal(other.count, 1);
    const bad = await runIn(folder, `predict ${run} --data plain.csv --types nothing=text --delimiter , --header`);
    assert.match(bad.err, /no column "nothing"/);
  });

  test("regress and classify keep it too", async () => {
    const lines = rowsOf(
      60,
      (i) => `${i % 7};${(i * 37) % 11};${i % 2 === 0 ? "schön und gut" : "gar nicht gut"};${i % 2}`,
    );
    writeFileSync(join(folder, "texts.dat"), Buffer.from(`a;b;wort;y\n${lines.join("\n")}\n`, "latin1"));
    const how = "--format csv --encoding latin1 --delimiter ;";
    for (const task of ["regress --target y --features a,b", "classify --text wort --label y"]) {
      const { run } = await ask(folder, REPLIES.train, `train texts.dat --task ${task} --epochs 1 --units 2 ${how}`);
      const { answers } = await ask(folder, REPLIES.predict, `predict ${run} --data texts.dat`);
      assert.equal(answers!.length, 60);
      if (task.startsWith("classify")) assert.equal(answers![0]!["wort"], "schön und gut");
      assert.equal((await ask(folder, REPLIES.evaluate, `evaluate ${run} --data texts.dat`)).evaluation.count, 60);
      assert.equal((await runIn(folder, `predict ${run} --data texts.dat --encoding utf-8`)).code, 1);
    }
  });

  test("wrong use is told by the flag", async () => {
    for (const [line, message] of [
      ["inspect odd.dat --delimiter x", /--delimiter/],
      ["inspect odd.dat --types c1=integer", /--types/],
      ["predict latest --format parquet", /standard input/],
      ["inspect latest --delimiter tab", /--delimiter is for data/],
    ] as const) {
      const { code, err } = await runIn(folder, line, { input: "a\n1\n" });
      assert.deepEqual([code, message.test(err)], [2, true], `${line}: ${err}`);
    }
    assert.match((await runIn(folder, "predict --help")).out, /^Data:$[^]*--delimiter <mark>/m);
  });
});
