import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { z } from "zod";
import { aligned } from "../../src/cli/aligned.js";
import { writeAnswers } from "../../src/cli/answers.js";
import { quoted } from "../../src/cli/command-line.js";
import { duration, figure, size } from "../../src/cli/figures.js";
import { flagOf, flagsOf } from "../../src/cli/flags.js";
import { readValue } from "../../src/cli/flag-values.js";
import { styleOf } from "../../src/cli/style.js";
import { fit, plain, widthOf, wrap, wrapCommand, wrapLines } from "../../src/cli/text-width.js";
import { tableOf } from "../../src/data/index.js";
import { readTable } from "../../src/data/readers/read-table.js";
import { textsOf } from "../../src/data/table/table.js";

describe("values of flags", () => {
  const options = z.strictObject({
    units: z.union([z.int(), z.array(z.int())]),
    past: z.union([z.literal("all"), z.string(), z.array(z.string())]),
    rate: z.number(),
    either: z.union([z.literal("auto"), z.number()]),
    types: z.record(z.string(), z.enum(["text", "date"])),
    deep: z.boolean(),
  });
  const schemas = new Map(flagsOf(options).map(({ key, schema }) => [key, schema]));
  const read = (key: string, text: string) => readValue(flagOf(key), schemas.get(key)!, text);

  test("are what the schema has", () => {
    assert.deepEqual(read("units", "32"), [32]);
    assert.deepEqual(read("units", "64, 32"), [64, 32]);
    assert.equal(read("past", "all"), "all");
    assert.deepEqual(read("past", 'a,"b,c",d e'), ["a", "b,c", "d e"]);
    assert.equal(read("rate", "1e-3"), 0.001);
    assert.deepEqual([read("either", "auto"), read("either", "3")], ["auto", 3]);
    assert.deepEqual(read("types", "a.b=text,c=date"), { "a.b": "text", c: "date" });
    assert.deepEqual([read("deep", "true"), read("deep", "false")], [true, false]);
  });

  test("are refused where they are no numbers, or a list has a hole", () => {
    for (const [key, text] of [
      ["rate", "fast"],
      ["rate", ""],
      ["units", "1,,2"],
      ["units", "1,"],
      ["units", ""],
      ["past", 'a"b,c"'],
    ] as const)
      // prettier-ignore
      assert.throws(() => read(key, text), /expected/, `${key} ${text}`);
  });

  test("flags are words with hyphens", () => {
    assert.deepEqual(["batchSize", "topK", "test"].map(flagOf), ["--batch-size", "--top-k", "--test"]);
  });
});

describe("text on a terminal", () => {
  test("takes the cells that it takes", () => {
    assert.deepEqual(["abc", "价格", "e\u0301", "\x1b[1mx\x1b[22m", "한글", "😀"].map(widthOf), [3, 4, 1, 1, 4, 2]);
    assert.equal(fit("价格上涨", 5), "价格…");
    assert.equal(wrap("one two three", 8), "one two\nthree");
  });

  test("cannot steer the terminal", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }),
        (text) => !/[\p{Control}\u202A-\u202E\u2066-\u2069]/u.test(plain(text)),
      ),
    );
  });

  test("tables are aligned, and as wide as the terminal at most", () => {
    const rows = [["网络", "1.5", "a text"], ["last value", "12.25", ""]]; // prettier-ignore
    assert.deepEqual(aligned(["", "mae", "remark"], rows, 80).split("\n"), [
      "              mae  remark",
      "──────────  ─────  ──────",
      "网络          1.5  a text",
      "last value  12.25",
    ]);
    const long = aligned(["name", "n", "text"], [["a".repeat(20), "1", "b".repeat(50)]], 40);
    assert.ok(
      long.split("\n").every((line) => widthOf(line) <= 40),
      long,
    );
    assert.ok(long.includes("a".repeat(20)), "the name of the row is cut last");
  });

  test("numbers are never cut, nor headings broken inside a word: what has no room goes below, behind the names of the rows", () => {
    const header = ["trial", "learningRate", "RMSE (lower is better)", "parameters", "seconds"];
    const rows = [["1", "0.00351", "2.520", "1,308", "0.3"], ["12", "0.0011", "2.519", "424", "0.6"]]; // prettier-ignore
    for (const width of [20, 24, 30, 40, 50, 60, 80]) {
      const text = aligned(header, rows, width);
      const lines = text.split("\n");
      assert.ok(lines.every((line) => widthOf(line) <= width), `${width}\n${text}`); // prettier-ignore
      const words = text.split(/\s+/);
      for (const word of [...header.flatMap((title) => title.split(" ")), ...rows.flat()]) assert.ok(words.includes(word), `${word} in ${width}\n${text}`); // prettier-ignore
      const heads = lines.filter((line) => line.startsWith("trial"));
      assert.equal(heads.length, text.split("\n\n").length, "each block names its rows");
    }
  });

  test("names and values go on in further lines, and a path stays whole", () => {
    const path = `runs/${"x".repeat(40)}`;
    assert.deepEqual(aligned(null, [["Kept", "the weights before the first epoch"], ["Run", path]], 24).split("\n"), [
      "Kept  the weights before",
      "      the first epoch",
      `Run   ${path}`,
    ]); // prettier-ignore
  });

  test("remarks are broken at spaces, below what they say; commands so that they can be copied", () => {
    const line = " 3/12  trial 3  units 4, layers 2, learningRate 0.0011  RMSE 2.520";
    assert.deepEqual(wrapLines(line, 40).split("\n"), [
      " 3/12  trial 3  units 4, layers 2,",
      "       learningRate 0.0011  RMSE 2.520",
    ]);
    assert.equal(wrapLines("one\ntwo", 3), "one\ntwo");
    assert.equal(wrapLines(line, Infinity), line);
    const command = "  sluice predict runs/x --data new.csv --out predictions.csv";
    assert.equal(wrapCommand(command, 80), command);
    assert.equal(wrapCommand(command.replace("runs/x", "'a  --b'"), 20), command.replace("runs/x", "'a  --b'"));
  });

  test("a command that is broken is the same command", { skip: process.platform === "win32" }, () => {
    const command = "  sluice predict runs/x --data new.csv --out predictions.csv";
    const broken = wrapCommand(command, 40);
    assert.ok(broken.split("\n").every((part) => part.length <= 40), broken); // prettier-ignore
    assert.equal(broken.replaceAll(/ \\\n\s+/g, " "), command);
  });

  test("colours are for terminals that want them", () => {
    const red = (isTTY: boolean, env: NodeJS.ProcessEnv) => styleOf({ isTTY }, env).red("x");
    assert.equal(red(true, {}), "\x1b[31mx\x1b[39m");
    assert.deepEqual([red(false, {}), red(true, { NO_COLOR: "1" }), red(true, { TERM: "dumb" })], ["x", "x", "x"]);
    assert.notEqual(red(true, { NO_COLOR: "" }), "x", "no-color.org: when present and not empty");
  });

  test("figures", () => {
    assert.deepEqual([0.123456, 1234, 12345.6, 1e-6, NaN].map(figure), [
      "0.1235",
      "1,234",
      "12,346",
      "1.000e-6",
      "NaN",
    ]);
    assert.deepEqual([0.0204, 3.14, 75, 4000].map(duration), ["20 ms", "3.1 s", "1 min 15 s", "1 h 6 min"]);
    assert.deepEqual([999, 1500, 123456, 2.5e9].map(size), ["999 bytes", "1.50 kB", "123 kB", "2.50 GB"]);
  });

  test("commands can be typed as they are shown", { skip: process.platform === "win32" }, () => {
    assert.deepEqual(["a.csv", "two words", "it's", "$HOME"].map(quoted), [
      "a.csv",
      "'two words'",
      `'it'\\''s'`,
      "'$HOME'",
    ]);
  });
});

test("answers as CSV are read back as they were", async () => {
  const cell = fc
    .string({ minLength: 1 })
    .filter((text) => text.trim() === text && !/[\r\0]/.test(text) && !/\p{Surrogate}/u.test(text));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.record({ a: cell, b: cell }), { minLength: 1, maxLength: 5 }), async (answers) => {
      const table = await readTable(Buffer.from(writeAnswers(answers, "csv")), {
        format: "csv",
        delimiter: ",",
        header: true,
        missing: [],
        types: { a: "text", b: "text" },
      });
      const expected = tableOf(answers, { types: { a: "text", b: "text" } });
      for (const name of ["a", "b"]) assert.deepEqual(textsOf("test", table, name), textsOf("test", expected, name));
    }),
    { numRuns: 50 },
  );
});
