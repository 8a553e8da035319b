/** What is told of a search: digits that tell trials apart, what was not begun, and reasons. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ledger, TrialRecord } from "../../src/distributed/search/ledger.js";
import { reasonsOf } from "../../src/distributed/search/remarks.js";
import { trialsTable } from "../../src/distributed/search/table.js";

function ledgerOf(trials: readonly Partial<TrialRecord>[]): Ledger {
  const all = trials.map((own, trial) => ({
    trial,
    point: { units: trial },
    state: "done",
    parameters: 9,
    rungs: [],
    ...own,
  }));
  const failed = all.filter(({ state }) => state === "failed");
  return { plan: { space: [{ name: "units" }] }, judge: null, trials: all, failed, signed: (v: number | null) => v } as unknown as Ledger; // prettier-ignore
}
const at = (value: number | null): Partial<TrialRecord> => ({
  rungs: [{ until: null, value, learnt: null, epochs: 1, seconds: 1 }],
});
const results = (trials: readonly Partial<TrialRecord>[]) => trialsTable(ledgerOf(trials)).rows.map((row) => row[2]);

test("values have four digits, or as many as tell trials apart", () => {
  assert.deepEqual(results([at(2.517), at(2.6)]), ["2.517", "2.600"]);
  assert.deepEqual(results([at(2.51703), at(2.51711), at(2.6)]), ["2.5170", "2.5171", "2.6000"]);
  assert.deepEqual(results([at(2.5), at(2.5)]), ["2.500", "2.500"]);
  assert.deepEqual(results([at(123456.7), at(123999.1)]), ["123457", "123999"]);
});

test("what has no value says why", () => {
  const trials = [at(1), at(null), { state: "waiting" as const }, { state: "failed" as const, reason: "no" }];
  assert.deepEqual(results(trials).toSorted(), ["1.000", "failed", "no number", "not begun"]);
  assert.equal(trialsTable(ledgerOf([{ state: "waiting" }])).rows[0]!.at(-1), "–");
});

test("a reason that several trials share is told once, the most frequent first", () => {
  const failed = (reason: string) => ({ state: "failed" as const, reason });
  const share = (trial: number) => failed(`cannot read /x/2026-01-01T10-00-00-trial-00${trial}/a.csv`);
  assert.deepEqual(reasonsOf(ledgerOf([failed("the loss is NaN"), share(2), at(1), share(4), share(5)])), [
    "Trials 2, 4 and 5 failed: cannot read /x/2026-01-01T10-00-00-trial-002/a.csv",
    "Trial 1 failed: the loss is NaN",
  ]);
});
