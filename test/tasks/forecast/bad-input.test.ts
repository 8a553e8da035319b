import assert from "node:assert/strict";
import { test } from "node:test";
import { forecastTask } from "../../../src/tasks/forecast/forecast-task.js";
import { dates, prepare, tableOf, wave } from "./support.js";

const y = wave(60);

async function refused(
  columns: Parameters<typeof tableOf>[0],
  options: Record<string, unknown>,
  message: RegExp,
): Promise<void> {
  await assert.rejects(prepare(tableOf(columns), options), (error: Error) => {
    assert.equal(error.name, "SluiceError");
    assert.match(error.message, message);
    return true;
  });
}

test("columns that are not there, or not what they should be", async () => {
  await refused({ price: y }, { target: "prise" }, /forecast: test\.csv has no column "prise"; did you mean "price"\?/);
  await refused({ y, z: y }, { past: "zz" }, /no column "zz"/);
  await refused({ y }, { id: "shop" }, /no column "shop"/);
  await refused({ y, z: y }, { past: "y" }, /column "y" has two parts/);
  const texts = y.map((v, i) => (i === 7 ? "n/k" : String(v)));
  await refused({ y: texts }, {}, /column "y" must hold numbers, got "n\/k" \(test\.csv, line 9\)/);
  await refused({ y, date: y.map(() => 1), date2: y.map(() => 2) }, {}, /several columns of dates; say with time/);
  await refused({ y, when: y.map(() => "soon") }, { time: "when" }, /column "when" of test\.csv must hold dates/);
  await refused({ y }, { calendar: "weekday" }, /calendar needs a column of dates/);
});

test("dates that come twice or are missing, and ids that are missing", async () => {
  const date: (number | null)[] = dates(60);
  date[30] = date[12]!;
  const twice =
    /the date 2024-01-13 comes twice \(test\.csv, line 14 and test\.csv, line 32\); if the file holds several series/;
  await refused({ y, date }, {}, twice);
  const step = y.map((_, i) => (i === 30 ? 12 : i));
  await refused({ y, step }, { time: "step" }, /the time 12 comes twice \(test\.csv, line 14 and test\.csv, line 32\)/);
  date[30] = null;
  await refused({ y, date }, {}, /column "date" must hold a date in every row, got none \(test\.csv, line 32\)/);
  const shop = y.map((_, i) => (i === 3 ? null : "a"));
  await refused({ y, shop }, { id: "shop" }, /column "shop" must say which series a row belongs to.*line 5/);
});

test("values that are missing, endless, constant, or have no logarithm", async () => {
  const gap = y.map((v, i) => (i === 10 ? null : v));
  await refused({ y: gap }, {}, /column "y" has no value \(test\.csv, line 12\); choose how to fill it with missing/);
  await refused(
    { y: y.map((v, i) => (i === 4 ? Infinity : v)) },
    {},
    /must hold numbers up to 3\.4e38, got Infinity \(test\.csv, line 6\)/,
  );
  await refused({ y: y.map(() => 5) }, {}, /target "y" of test\.csv is 5 all through the training part/);
  const zero = y.map((v, i) => (i === 4 ? 0 : v));
  await refused(
    { y: zero },
    { transform: "log" },
    /transform log needs values above 0; column "y" has 0 \(test\.csv, line 6\)/,
  );
  await refused({ y: y.map(() => null) }, { missing: "forwardFill" }, /test\.csv has 0 rows/);
});

test("data that are too short", async () => {
  await refused({ y: [] }, {}, /forecast: test\.csv has no rows/);
  await refused({ y: [1] }, {}, /test\.csv has 1 row; lookback 5 and horizon 1 need at least 6/);
  await refused(
    { y: y.slice(0, 20) },
    { lookback: 15, horizon: 4 },
    /20 rows; lookback 15 and horizon 4 with parts of 70 %, 15 %, 15 % need about 29/,
  );
  const ids = { y: [...y, 1, 2, 3], shop: [...y.map(() => "a"), "b", "b", "b"] };
  const made = await prepare(tableOf(ids), { id: "shop" });
  assert.match(made.warnings.join(), /left out 1 of 2 series that are shorter/);
  await refused({ y: ids.y.slice(-3), shop: ids.shop.slice(-3) }, { id: "shop" }, /series "b" of test\.csv has 3 rows/);
  await refused({ y }, { validation: 0.6, test: 0.5 }, /leave nothing to train on/);
});

test("a column of years or steps orders the rows, and goes on in its own numbers", async () => {
  const year = y.map((_, i) => 1901 + i);
  const { pipeline, model } = await prepare(tableOf({ y, year }), { time: "year", horizon: 2 });
  const answers = await pipeline.predict(model, tableOf({ y, year }));
  assert.deepEqual(
    answers.map((answer) => answer["year"]),
    [1961, 1962],
  );
});

test("what is asked of a trained model", async () => {
  const made = await prepare(tableOf({ y, date: dates(60) }), { calendar: "weekday" });
  const predict = (columns: Parameters<typeof tableOf>[0]) => made.pipeline.predict(made.model, tableOf(columns));
  await assert.rejects(
    predict({ y }),
    /looks at the calendar \(weekday\), so test\.csv must have the dates in column "date"/,
  );
  await assert.rejects(
    predict({ y: y.slice(0, 4), date: dates(4) }),
    /has 4 rows with a target; a forecast needs at least the last 5/,
  );
  await assert.rejects(predict({ x: y, date: dates(60) }), /no column "y"/);
  await assert.rejects(
    made.pipeline.evaluate(made.model, tableOf({ y: y.slice(0, 4), date: dates(4) })),
    /lookback 5 and horizon 1 need at least 6/,
  );
  assert.throws(() => forecastTask.revive({ some: "thing" }), /the saved preprocessing is not one of a forecast/);
});
