/** Parts of the studio's page that need no browser: curves that grow, and Chinese names for every option. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { HistoryRow } from "../../src/studio/api/index.js";
import { metricsOf, nameBeside, NO_HISTORY, withNorms, withRows } from "../../src/studio/page/run/history.js";
import { kindOf } from "../../src/studio/page/start/option-kind.js";
import { OPTIONS_ZH } from "../../src/studio/page/start/option-names-zh.js";
import { formOf } from "../../src/studio/server/forms.js";
import { tickTexts } from "../../src/studio/ui/plots/number.js";
import { TASKS } from "../../src/tasks/registry.js";

const row = (epoch: number, values: HistoryRow["values"]): HistoryRow => ({ epoch, time: "", values });
const event = (rows: readonly HistoryRow[], reset = false) => ({ run: "a", reset, rows });

describe("curves of a run that trains", () => {
  test("grow by the rows that come in, in whatever pieces they come", () => {
    const pieces = fc.array(fc.nat(3), { maxLength: 8 });
    fc.assert(
      fc.property(pieces, (sizes) => {
        let history = NO_HISTORY;
        let next = 0;
        for (const size of sizes) {
          const rows = Array.from({ length: size }, () => row(next, { loss: next++, val_loss: -next }));
          history = withRows(history, event(rows));
        }
        assert.deepEqual(
          history.epoch,
          Array.from({ length: next }, (_, i) => i),
        );
        assert.deepEqual(history.values["loss"] ?? [], history.epoch);
      }),
    );
  });

  test("begin again where the server says so, as after a connection that broke off", () => {
    const before = withRows(NO_HISTORY, event([row(0, { loss: 3 }), row(1, { loss: 2 })]));
    const after = withRows(before, event([row(0, { loss: 5 })], true));
    assert.deepEqual(after, { epoch: [0], values: { loss: [5] } });
  });

  test("are cut where a resumed run trains an epoch again", () => {
    const before = withRows(NO_HISTORY, event([0, 1, 2, 3].map((epoch) => row(epoch, { loss: epoch }))));
    const after = withRows(before, event([row(2, { loss: 9 })]));
    assert.deepEqual(after, { epoch: [0, 1, 2], values: { loss: [0, 1, 9] } });
  });

  test("have gaps where a metric begins later or is missing", () => {
    const history = withRows(NO_HISTORY, event([row(0, { loss: 1 }), row(1, { val_loss: 2 }), row(2, { loss: null })]));
    assert.deepEqual(history.values, { loss: [1, null, null], val_loss: [null, 2, null] });
    assert.deepEqual(metricsOf(history), ["loss"]);
  });

  test("gradient norms of an epoch that is trained again take the place of the old ones", () => {
    const norms = (epoch: number, value: number) => ({ epoch, layer: "gru", norms: [value] });
    const before = withNorms([], { run: "a", reset: false, rows: [norms(0, 1), norms(1, 2)] });
    assert.deepEqual(withNorms(before, { run: "a", reset: false, rows: [norms(1, 3)] }), [norms(0, 1), norms(1, 3)]);
    assert.deepEqual(withNorms(before, { run: "a", reset: true, rows: [] }), []);
    assert.equal(withNorms(before, { run: "a", reset: false, rows: [] }), before);
  });
});

describe("forms", () => {
  const options = Object.values(TASKS).flatMap((task) => formOf(task).groups.flatMap((group) => group.options));

  test("name every option of every task in Chinese, and none that is gone", () => {
    const names = new Set(options.map(({ name }) => name));
    assert.deepEqual([...names].filter((name) => !(name in OPTIONS_ZH)).sort(), []);
    assert.deepEqual(
      Object.keys(OPTIONS_ZH).filter((name) => !names.has(name)),
      [],
    );
    for (const [name, [label, help]] of Object.entries(OPTIONS_ZH)) {
      assert.match(label, /[\u4e00-\u9fff]/, name);
      assert.match(help, /[\u4e00-\u9fff]/, name);
    }
  });

  test("have the control that an option's schema asks for", () => {
    const kindsOf = (name: string) => [...new Set(options.filter((o) => o.name === name).map((o) => kindOf(o).kind))];
    assert.deepEqual(kindsOf("bidirectional"), ["switch"]);
    assert.deepEqual(kindsOf("cell"), ["choice"]);
    assert.deepEqual(kindsOf("units"), ["list", "number"]);
    assert.deepEqual(kindsOf("learningRate"), ["number"]);
    assert.deepEqual(kindsOf("label"), ["column"]);
    assert.deepEqual(kindsOf("past"), ["several"]);
    assert.deepEqual(kindsOf("calendar"), ["several"]);
    assert.deepEqual(kindsOf("types"), ["map"]);
    assert.deepEqual(kindsOf("name"), ["text"]);
    const past = kindOf(options.find((option) => option.name === "past")!);
    assert.deepEqual(past, { kind: "several", values: "columns", alone: ["all"] });
  });
});

test("ticks that lie close together are told apart, others stay short", () => {
  assert.deepEqual(tickTexts([2.654, 2.6545, 2.655]), ["2.654", "2.6545", "2.655"]);
  assert.deepEqual(tickTexts([0, 0.5, null, 1]), ["0", "0.5", "", "1"]);
  assert.deepEqual(tickTexts([-1.204e-5, 1.201e-5, 1.204e-5]), ["−1.204e−5", "1.201e−5", "1.204e−5"]);
  assert.deepEqual(tickTexts([1, 1]), ["1", "1"]);
});

test("a unit that says what is measured stands without the name of the metric", () => {
  assert.equal(nameBeside({ name: "nats", mode: "min", unit: "nats a character" }), "");
  assert.equal(nameBeside({ name: "mae", mode: "min", unit: "°C" }), "mae");
  assert.equal(nameBeside({ name: "accuracy", mode: "max" }), "accuracy");
});
