/** Spaces of options: how they are read, what they hold, and where the wrong ones end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { allPoints, checkSpace, placeOf, pointOf, readDimension, valueAt, type Range } from "../../src/distributed/search/space.js"; // prettier-ignore

const read = (_name: string, text: string) => (Number.isNaN(Number(text)) ? text : Number(text));
const dimension = (text: string) => readDimension(text, read);

test("values, ranges of whole numbers, of numbers and of logarithms, and conditions are read", () => {
  assert.deepEqual(dimension("units=32,64"), { name: "units", kind: "choice", values: [32, 64] });
  assert.deepEqual(dimension("layers=1..3"), {
    name: "layers",
    kind: "range",
    low: 1,
    high: 3,
    log: false,
    whole: true,
  });
  assert.deepEqual(dimension("dropout=0..0.5"), { name: "dropout", kind: "range", low: 0, high: 0.5, log: false, whole: false }); // prettier-ignore
  assert.deepEqual(dimension("momentum=0.0..1.0").kind === "range" && dimension("momentum=0.0..1.0"), { name: "momentum", kind: "range", low: 0, high: 1, log: false, whole: false }); // prettier-ignore
  assert.deepEqual(dimension("rate=log:1e-4..1e-2"), { name: "rate", kind: "range", low: 1e-4, high: 1e-2, log: true, whole: false }); // prettier-ignore
  assert.deepEqual(dimension("shift=-3..-1"), { name: "shift", kind: "range", low: -3, high: -1, log: false, whole: true }); // prettier-ignore
  assert.deepEqual(dimension("drop=0..0.5?cell=gru,lstm"), {
    name: "drop", kind: "range", low: 0, high: 0.5, log: false, whole: false, when: { name: "cell", values: ["gru", "lstm"] },
  }); // prettier-ignore
});

test("what is wrong in a space is named", () => {
  const rows: [string, RegExp][] = [
    ["units", /expected NAME=VALUE,VALUE or NAME=LOW\.\.HIGH/],
    ["units=", /expected NAME=VALUE/],
    ["units=32,32", /a value stands twice/],
    ["layers=3..1", /the low end must be below the high one, got 3 and 1/],
    ["rate=log:0..1", /a range of logarithms must be above 0, got 0/],
    ["rate=a..1", /expected a number, got "a"/],
    ["rate=1..2,5..6", /expected a/],
    ["drop=0..1?cell", /expected a condition NAME=VALUE,VALUE behind "\?", got "cell"/],
  ];
  for (const [text, message] of rows) assert.throws(() => dimension(text), message, text);
  const space = (...texts: string[]) => checkSpace(texts.map(dimension));
  assert.throws(() => space(), /give values or a range of at least one option/);
  assert.throws(() => space("a=1,2", "a=3,4"), /a stands twice/);
  assert.throws(() => space("cell=gru,lstm", "a=1,2?cel=gru"), /depends on cel, which must stand before it; did you mean cell\?/); // prettier-ignore
  assert.throws(() => space("cell=gru,lstm", "a=1,2?cell=rnn"), /depends on cell "rnn", which is not among its values/);
  assert.throws(() => space("b=1..3", "a=1,2?b=1"), /depends on b, of which values must be listed: write b=1,2,3$/);
  assert.throws(() => space("b=0..0.5", "a=1,2?b=1"), /depends on b, of which values must be listed$/);
});

test("a grid holds every combination once, and options only where their condition is met", () => {
  const space = ["cell=gru,rnn", "layers=1..2", "drop=0.1,0.2?cell=gru"].map(dimension);
  assert.deepEqual(allPoints(space), [
    { cell: "gru", layers: 1, drop: 0.1 }, { cell: "gru", layers: 1, drop: 0.2 }, { cell: "gru", layers: 2, drop: 0.1 },
    { cell: "gru", layers: 2, drop: 0.2 }, { cell: "rnn", layers: 1 }, { cell: "rnn", layers: 2 },
  ]); // prettier-ignore
  assert.throws(
    () => allPoints([dimension("rate=log:1e-4..1e-2")]),
    /a grid needs the values of rate: list them, rate=A,B,C/,
  );
  assert.throws(() => allPoints([dimension("a=1..200"), dimension("b=1..200")]), /more than 10000 combinations/);
});

test("every u gives a value of the range, each whole number has the same share, and places lead back", () => {
  const ranges = fc
    .record({ low: fc.integer({ min: 1, max: 50 }), width: fc.integer({ min: 1, max: 60 }), log: fc.boolean(), whole: fc.boolean() })
    .map(({ low, width, ...kind }): Range => ({ name: "a", kind: "range", low, high: low + width, ...kind })); // prettier-ignore
  const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(ranges, share, (range, u) => {
      const value = valueAt(range, u) as number;
      assert.ok(value >= range.low && value <= range.high && (!range.whole || Number.isInteger(value)));
      if (range.whole) assert.equal(valueAt(range, placeOf(range, value)), value);
      else assert.ok(Math.abs(placeOf(range, value) - u) < 1e-9);
    }),
  );
  const counts = [0, 0, 0];
  for (let i = 0; i < 3000; i++) counts[(valueAt(dimension("a=1..3"), i / 3000) as number) - 1]!++;
  assert.ok(
    counts.every((n) => Math.abs(n - 1000) <= 1),
    counts.join(),
  );
});

test("a point holds what is active", () => {
  const space = ["cell=gru,rnn", "drop=0.1,0.2?cell=gru"].map(dimension);
  assert.deepEqual(
    pointOf(space, (d) => (d.kind === "choice" ? d.values[1] : 0)),
    { cell: "rnn" },
  );
});
