import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readTs } from "../../../src/data/index.js";
import { bytes, fails } from "./support.js";

const HEADER =
  "#a comment\n@problemName Two\n@timeStamps false\n@univariate false\n@equalLength false\n@classLabel true a b\n";
const read = (text: string) => readTs(bytes(text), { name: "t.ts" });

test("series of unequal length with several dimensions and missing values", async () => {
  const { name, dimensions, classes, series, labels } = await read(
    `${HEADER}@missing true\n@data\n1,2,3:4,?,6:a\n\n7:-8e1:b\n`,
  );
  assert.deepEqual(
    { name, dimensions, classes, labels },
    { name: "Two", dimensions: 2, classes: ["a", "b"], labels: ["a", "b"] },
  );
  assert.deepEqual(
    series.map(({ values, length, D }) => [[...values], length, D]),
    [
      [[1, 4, 2, NaN, 3, 6], 3, 2],
      [[7, -80], 1, 2],
    ],
  );
});

test("univariate without classes, and with a target", async () => {
  const plain = await read("@univariate true\n@classLabel false\n@data\n1,2\n3\n");
  assert.deepEqual([plain.dimensions, plain.labels, plain.series.map(({ length }) => length)], [1, [], [2, 1]]);
  const target = await read("@univariate true\n@targetlabel true\n@data\n1,2:0.5\n3:1e1\n");
  assert.deepEqual([...target.targets], [0.5, 10]);
});

for (const [what, text, message] of [
  ["a class that the header lacks", `${HEADER}@data\n1:2:c\n`, 'line 8: the class "c" is not one of a, b'],
  [
    "too few dimensions",
    `${HEADER}@dimensions 3\n@data\n1:2:a\n`,
    'line 9: expected 3 dimensions separated by ":", got 2',
  ],
  ["dimensions of unequal length", `${HEADER}@data\n1,2:3:a\n`, "line 8: dimension 2 has 1 values, expected 2"],
  ["text", `${HEADER}@data\n1,x:3,4:a\n`, 'line 8: value 2 of dimension 1 must be a number, got "x"'],
  [
    "? although nothing is missing",
    `${HEADER}@missing false\n@data\n?:3:a\n`,
    'line 9: value 1 of dimension 1 must be a number, as @missing is false, got "?"',
  ],
  ["no class", `${HEADER}@data\n1,2\n`, 'line 8: expected values, ":" and the class, got "1,2"'],
  [
    "time stamps",
    "@timeStamps true\n@data\n",
    "line 2: @timeStamps true is not read; write the values alone, at equal steps",
  ],
  [
    "other lengths than said",
    "@equalLength true\n@seriesLength 3\n@data\n1,2\n",
    "line 4: dimension 1 has 2 values, expected 3",
  ],
  ["no header", "1,2:a\n", 'line 1: expected a line such as "@univariate true", got "1,2:a"'],
  ["a flag that is none", "@equalLength yes\n@data\n1\n", 'line 2: @equallength must be true or false, got "yes"'],
] as const)
  test(`refused: ${what}`, () => fails(read(text), `readTs: t.ts, ${message}`));

test("refused: no data", async () => {
  await fails(read("@univariate true\n"), "readTs: t.ts has no line @data: it is no .ts file");
  await fails(read(`${HEADER}@data\n`), "readTs: t.ts has no series below @data");
});

const ARCHIVE = "../shared/data/ucr";
const absent = existsSync(ARCHIVE) ? false : `${ARCHIVE} is absent: the archive's own files are not read`;
test("the archive's files have the sizes that its authors state", { skip: absent }, async () => {
  for (const [file, count, D, classes, lengths] of [
    ["JapaneseVowels/JapaneseVowels_TRAIN.ts", 270, 12, 9, [7, 26]],
    ["JapaneseVowels/JapaneseVowels_TEST.ts", 370, 12, 9, [7, 29]],
    ["BasicMotions/BasicMotions_TRAIN.ts", 40, 6, 4, [100, 100]],
    ["GunPoint/GunPoint_TEST.ts", 150, 1, 2, [150, 150]],
    ["ItalyPowerDemand/ItalyPowerDemand_TRAIN.ts", 67, 1, 2, [24, 24]],
    ["ECG5000/ECG5000_TRAIN.ts", 500, 1, 5, [140, 140]],
  ] as const) {
    const data = await readTs(join(ARCHIVE, file));
    const all = data.series.map(({ length }) => length);
    const came = [data.series.length, data.dimensions, data.classes.length, [Math.min(...all), Math.max(...all)]];
    assert.deepEqual(came, [count, D, classes, lengths], file);
    assert.equal(data.labels.length, count);
  }
});
