import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import {
  initializers,
  resolveInitializer,
  type Initializer,
  type InitializerLike,
} from "../../src/initializers/index.js";
import { orthonormalize } from "../../src/initializers/orthogonal.js";
import { Random } from "../../src/util/random.js";

const made = Object.entries(initializers).map(([name, make]) => [name, make()] as [string, Initializer]);

function moments(values: Float64Array) {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
  return { mean, stddev: Math.sqrt(variance), largest: values.reduce((m, v) => Math.max(m, Math.abs(v)), 0) };
}

test("initializers: spread and limits are Keras's", () => {
  // largest and standard deviation of np.asarray(keras.initializers.…(seed=1)((400, 600))), Keras 3.15.1
  const keras: Record<string, [largest: number, stddev: number]> = {
    glorotUniform: [0.07745954, 0.04472542],
    heUniform: [0.12247429, 0.07071709],
    lecunUniform: [0.0866024, 0.05000454],
    glorotNormal: [0.10167368, 0.04461686],
    heNormal: [0.16076, 0.07054545],
    lecunNormal: [0.11367463, 0.04988317],
    varianceScaling: [0.11367463, 0.04988317], // its defaults are LeCun's normal
    randomUniform: [0.05, 0.05 / Math.sqrt(3)],
    truncatedNormal: [0.1, 0.05 * 0.87962566],
  };
  for (const [name, [largest, stddev]] of Object.entries(keras)) {
    const got = moments(resolveInitializer(name, "test").init([400, 600], new Random(1)));
    assert.ok(Math.abs(got.largest / largest - 1) < 1e-3, `${name}: largest ${got.largest}, Keras ${largest}`);
    assert.ok(Math.abs(got.stddev / stddev - 1) < 1e-2, `${name}: deviation ${got.stddev}, Keras ${stddev}`);
    assert.ok(Math.abs(got.mean) < 4 * (stddev / Math.sqrt(240000)), `${name}: mean ${got.mean}`);
  }
  const normal = moments(initializers.randomNormal({ mean: 2, stddev: 3 }).init([500, 500], new Random(2)));
  assert.ok(Math.abs(normal.mean - 2) < 0.03 && Math.abs(normal.stddev - 3) < 0.03);
  assert.ok(normal.largest > 10, "not cut off");
});

test("initializers: fans of vectors, matrices and convolutions are Keras's", () => {
  // keras.src.initializers.random_initializers.compute_fans: (3, 40, 60) → (120, 180), (7,) → (7, 7), (5, 4) → (5, 4), () → (1, 1)
  const cases: [number[], number, number][] = [[[3, 40, 60], 120, 180], [[7], 7, 7], [[5, 4], 5, 4], [[], 1, 1]]; // prettier-ignore
  for (const [shape, fanIn, fanOut] of cases) {
    for (const [mode, fan] of [
      ["fanIn", fanIn],
      ["fanOut", fanOut],
      ["fanAvg", (fanIn + fanOut) / 2],
    ] as const) {
      // prettier-ignore
      const options = { mode, distribution: "uniform" as const, seed: 3 };
      const scaled = initializers.varianceScaling(options).init(shape, new Random(0));
      const limit = Math.sqrt(3 / fan);
      const plain = initializers.randomUniform({ minval: -limit, maxval: limit, seed: 3 }).init(shape, new Random(0));
      assert.deepEqual(scaled, plain);
    }
  }
});

test("initializers: Gram-Schmidt gives the Q of numpy's QR with R's diagonal made positive", () => {
  // a = sin(0.9·i^1.1 + 0.2) as [3, 7]; q, r = np.linalg.qr(a.T); q *= sign(diag(r)); rows of q.T
  const a = Array.from({ length: 3 }, (_, v) => {
    return Float64Array.from({ length: 7 }, (_, i) => Math.sin(0.9 * (v * 7 + i) ** 1.1 + 0.2));
  });
  const numpy = [
    [0.1133911447, 0.5086594005, 0.4840592171, -0.0410245258, -0.5306552447, -0.4083980014, 0.209828046],
    [0.5725787621, 0.3246157943, -0.2867803733, -0.477850737, -0.0223010228, 0.4338274911, 0.2597887802],
    [0.7320062484, -0.2607455561, -0.1994480231, 0.2589094695, 0.0162728471, -0.5028624344, -0.1903406067],
  ];
  orthonormalize(a);
  for (const [v, row] of numpy.entries()) {
    for (const [i, value] of row.entries()) assert.ok(Math.abs(a[v]![i]! - value) < 1e-9);
  }
});

test("initializers: orthogonal gives orthonormal rows or columns of any shape", () => {
  const size = fc.integer({ min: 1, max: 14 });
  fc.assert(
    fc.property(fc.array(size, { minLength: 2, maxLength: 3 }), fc.nat(), (shape, seed) => {
      const values = initializers.orthogonal({ gain: 2 }).init(shape, new Random(seed));
      const cols = shape.at(-1)!;
      const rows = values.length / cols;
      const [count, length] = [Math.min(rows, cols), Math.max(rows, cols)];
      const at = (i: number, k: number) => values[rows <= cols ? i * cols + k : k * cols + i]!;
      for (let i = 0; i < count; i++) {
        for (let j = 0; j <= i; j++) {
          let dot = 0;
          for (let k = 0; k < length; k++) dot += at(i, k) * at(j, k);
          assert.ok(Math.abs(dot - (i === j ? 4 : 0)) < 1e-8, `${i} · ${j} = ${dot} for [${shape.join()}]`);
        }
      }
    }),
  );
});

test("initializers: orthogonal matrices have no preferred sign", () => {
  let sum = 0;
  for (let seed = 0; seed < 400; seed++) sum += initializers.orthogonal({ seed }).init([2, 2], new Random(0))[0]!;
  assert.ok(Math.abs(sum / 400) < 0.15, `mean of the first element ${sum / 400}`); // deviation 0.035
});

test("initializers: constants", () => {
  const draw = (initializer: Initializer, shape: number[]) => [...initializer.init(shape, new Random(0))];
  assert.deepEqual(draw(initializers.zeros(), [2]), [0, 0]);
  assert.deepEqual(draw(initializers.ones(), [2, 1]), [1, 1]);
  assert.deepEqual(draw(initializers.constant({ value: -3 }), [2]), [-3, -3]);
  assert.deepEqual(draw(initializers.identity({ gain: 2 }), [2, 3]), [2, 0, 0, 0, 2, 0]);
});

test("initializers: one generator gives one stream, a seed its own", () => {
  for (const [name, initializer] of made) {
    const draw = (random: Random) => initializer.init([4, 4], random);
    assert.deepEqual(draw(new Random(5)), draw(new Random(5)), name);
  }
  const random = new Random(5);
  const shared = initializers.glorotUniform();
  assert.notDeepEqual(shared.init([3, 3], random), shared.init([3, 3], random));
  const own = initializers.glorotUniform({ seed: 1 });
  assert.deepEqual(own.init([3, 3], random), own.init([3, 3], random));
});

test("initializers: the saved form makes the same values again", () => {
  const seeded = initializers.varianceScaling({ scale: 2, mode: "fanOut", distribution: "untruncatedNormal", seed: 4 });
  for (const [name, initializer] of [...made, ["seeded", seeded] as const]) {
    const saved = JSON.parse(JSON.stringify(initializer)) as InitializerLike;
    const again = resolveInitializer(saved, name);
    assert.deepEqual(again.init([5, 3], new Random(9)).length, 15);
    assert.deepEqual(JSON.parse(JSON.stringify(again)), saved);
    assert.deepEqual(again.init([3, 3], new Random(9)), initializer.init([3, 3], new Random(9)), name);
  }
});

test("initializers: a user's function is taken as it is, and cannot be brought back from a file", () => {
  const ramp = (shape: readonly number[]) => Array.from({ length: shape[0]! }, (_, i) => i);
  const mine = resolveInitializer(ramp, "test");
  assert.deepEqual([...mine.init([3], new Random(0))], [0, 1, 2]);
  const lost = resolveInitializer(JSON.parse(JSON.stringify(mine)) as InitializerLike, "test");
  assert.throws(() => lost.init([3], new Random(0)), /"ramp" was a function/);
});

test("initializers: wrong options and names are named", () => {
  const where = 'GRU "gru_1": kernelInitializer';
  const wrong: [() => unknown, RegExp][] = [
    [() => resolveInitializer("glorot_unifrom", where), /^SluiceError: GRU "gru_1": kernelInitializer: there is no initializer "glorot_unifrom"; did you mean "glorotUniform"\?/],
    [() => resolveInitializer("constructor", where), /there is no initializer "constructor"/],
    [() => resolveInitializer({ className: "__proto__" }, where), /there is no initializer "__proto__"/],
    [() => resolveInitializer(undefined as never, where), /expected an initializer .* got undefined/],
    [() => resolveInitializer({ config: {} } as never, where), /the initializer must be a name or/],
    [() => resolveInitializer({ className: "orthogonal", config: { gian: 1 } }, where), /unknown option "gian"/],
    [() => initializers.randomNormal({ stddev: -1 }), /stddev must be/],
    [() => initializers.randomUniform({ minval: 1, maxval: 0 }), /minval must not exceed maxval/],
    [() => initializers.varianceScaling({ scale: 0 }), /scale must be above 0/],
    [() => initializers.varianceScaling({ mode: "fan_in" as never }), /mode must be one of .*did you mean "fanIn"/],
    [() => initializers.orthogonal().init([3], new Random(0)), /at least two axes, got \[3\]/],
    [() => initializers.identity().init([3], new Random(0)), /must be a matrix, got \[3\]/],
    [() => initializers.glorotUniform({ seed: Number.NaN }), /seed must be a number/],
  ]; // prettier-ignore
  for (const [act, message] of wrong) assert.throws(act, message);
});
