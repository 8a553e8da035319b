import assert from "node:assert/strict";
import { test } from "node:test";
import { verdictOf, type Entry } from "../../src/runs/evaluation.js";

const entry = (name: string, kind: Entry["kind"], mae?: number): Entry => ({ name, kind, values: mae === undefined ? {} : { mae } });
const mae = { name: "mae", mode: "min", unit: "°C" } as const;

test("the verdict names the baseline that is better first, with figures and the share", () => {
  const network = entry("GRU", "network", 1.1);
  const verdict = verdictOf(mae, [network, entry("last value", "trivial", 2.2), entry("linear", "simple", 1)]);
  assert.equal(
    verdict,
    "The network is WORSE than linear (mae 1.100 °C against 1.000 °C, 10 % higher): use that one, or tune the network. " +
      "The network is better than last value (mae 1.100 °C against 2.200 °C, 50 % lower).",
  );
  assert.match(verdictOf(mae, [network, entry("naive", "trivial", 1)]), /WORSE than naive .*: a rule that needs no training\.$/);
  assert.match(verdictOf({ name: "mae", mode: "max" }, [network, entry("x", "simple", 1)]), /better than x \(mae 1\.100 against 1\.000, 10 % higher\)/);
});

test("a tie is called a tie, and what cannot be compared is not", () => {
  const network = entry("GRU", "network", 1);
  assert.equal(verdictOf(mae, [network, entry("x", "simple", 1)]), "The network does exactly as well as x (mae 1.000 °C against 1.000 °C).");
  assert.equal(verdictOf(mae, [network, entry("x", "simple", 0.99999)]), "The network does as well as x, to four digits (mae 1.000 °C against 1.000 °C).");
  for (const close of [0.991, 0.999, 1.009])
    assert.equal(verdictOf(mae, [network, entry("x", "simple", close)]), `The network does as well as x, to less than 1 % (mae 1.000 °C against ${close.toPrecision(4)} °C).`);
  for (const [far, word] of [[0.98, "WORSE"], [1.02, "better"]] as const)
    assert.match(verdictOf(mae, [network, entry("x", "simple", far)]), new RegExp(`${word} than x .*, 2 % `));
  // Of 99.6 % and 99.0 % of right answers one has more than twice the mistakes.
  assert.match(verdictOf({ name: "mae", mode: "max" }, [entry("GRU", "network", 0.996), entry("x", "simple", 0.99)]), /better than x \(mae 0\.9960 against 0\.9900, less than 1 % higher\)/);
  assert.equal(verdictOf(mae, [network, entry("x", "simple"), entry("y", "simple", Number.NaN)]), "");
  assert.match(verdictOf(mae, [entry("GRU", "network", Number.NaN), entry("x", "simple", 1)]), /mae is not a number/);
  // R² may be negative: there is no share of it.
  assert.match(verdictOf({ name: "mae", mode: "max" }, [network, entry("x", "simple", -0.5)]), /better than x \(mae 1\.000 against -0\.5000\)/);
});
