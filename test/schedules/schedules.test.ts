import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { resolveSchedule, schedules, type Schedule, type ScheduleLike } from "../../src/schedules/index.js";

const STEPS = [0, 1, 5, 10, 13, 20, 35, 70, 100];
const decay = { initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.5 };
const polynomial = { initialLearningRate: 0.1, decaySteps: 30, endLearningRate: 0.01, power: 2 };
const restarts = { initialLearningRate: 0.1, firstDecaySteps: 9, mMul: 0.9, alpha: 0.05 };
const warmCosine = { initialLearningRate: 0.01, decaySteps: 50, alpha: 0.1, warmupTarget: 0.2, warmupSteps: 12 };

/** [schedule, float(keras.optimizers.schedules.…(same arguments)(step)) for STEPS], Keras 3.15.1, which computes them in float32. */
const KERAS: [Schedule, number[]][] = [
  [schedules.exponentialDecay(decay), [0.100000001, 0.0933033, 0.070710681, 0.050000001, 0.040612619, 0.025, 0.008838835, 0.00078125, 9.7656e-5]],
  [schedules.exponentialDecay({ ...decay, staircase: true }), [0.100000001, 0.100000001, 0.100000001, 0.050000001, 0.050000001, 0.025, 0.0125, 0.00078125, 9.7656e-5]],
  [schedules.inverseTimeDecay(decay), [0.100000001, 0.095238104, 0.079999998, 0.06666667, 0.060606062, 0.050000001, 0.036363635, 0.022222223, 0.016666668]],
  [schedules.piecewiseConstantDecay({ boundaries: [5, 20], values: [0.1, 0.05, 0.01] }), [0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.01, 0.01, 0.01]],
  [schedules.polynomialDecay(polynomial), [0.100000001, 0.094099991, 0.072499998, 0.049999997, 0.038900003, 0.02, 0.01, 0.01, 0.01]],
  [schedules.polynomialDecay({ ...polynomial, cycle: true }), [0.100000001, 0.094099991, 0.072499998, 0.049999997, 0.038900003, 0.02, 0.025625002, 0.014444444, 0.0125]],
  [schedules.cosineDecay({ initialLearningRate: 0.1, decaySteps: 50, alpha: 0.1 }), [0.100000001, 0.099911205, 0.097797543, 0.091405764, 0.085804626, 0.068905763, 0.028549662, 0.01, 0.01]],
  [schedules.cosineDecay(warmCosine), [0.01, 0.025833333, 0.089166664, 0.168333337, 0.199822411, 0.188867614, 0.121279977, 0.020000001, 0.020000001]],
  [schedules.cosineDecayRestarts({ ...restarts, tMul: 2 }), [0.100000001, 0.097135402, 0.044251706, 0.08985053, 0.08049839, 0.03312863, 0.072948553, 0.072652332, 0.038117073]],
  [schedules.cosineDecayRestarts({ ...restarts, tMul: 1 }), [0.100000001, 0.097135402, 0.044251706, 0.08792185, 0.055173464, 0.072948545, 0.007088294, 0.010315264, 0.033913065]],
]; // prettier-ignore

test("schedules: equal Keras's", () => {
  for (const [schedule, expected] of KERAS) {
    for (const [i, step] of STEPS.entries()) {
      const rate = schedule(step);
      const what = `${schedule.className} at ${step}: ${rate}, Keras ${expected[i]}`;
      assert.ok(Math.abs(rate - expected[i]!) <= 1e-6 * expected[i]! + 1e-9, what);
    }
  }
});

test("schedules: one cycle equals torch.optim.lr_scheduler.OneCycleLR (PyTorch 1.13)", () => {
  // max_lr=0.5, total_steps=40, pct_start=0.3, div_factor=20, final_div_factor=100; the optimizer's lr at these steps
  const options = { maxLearningRate: 0.5, totalSteps: 40, pctStart: 0.3, divFactor: 20, finalDivFactor: 100 };
  const schedule = schedules.oneCycle(options);
  const steps = [0, 1, 5, 11, 12, 20, 30, 38, 39];
  const torch = [0.025, 0.034620419, 0.228700226, 0.5, 0.498428838, 0.383066515, 0.117183485, 0.001821162, 0.00025];
  for (const [i, step] of steps.entries()) assert.ok(Math.abs(schedule(step) - torch[i]!) < 1e-8, `step ${step}`);
  assert.equal(schedule(1000), schedule(39));
});

test("schedules: a warm-up in front of cosine decay is Keras's CosineDecay with warmup_target", () => {
  const { warmupTarget, warmupSteps, initialLearningRate, ...rest } = warmCosine;
  const schedule = schedules.cosineDecay({ initialLearningRate: warmupTarget, ...rest });
  const warm = schedules.warmUp({ schedule, warmupSteps, from: initialLearningRate });
  const keras = schedules.cosineDecay(warmCosine);
  for (let step = 0; step < 100; step++) assert.ok(Math.abs(warm(step) - keras(step)) < 1e-15);
});

test("schedules: the saved form makes the same schedule again", () => {
  const warm = schedules.warmUp({ schedule: schedules.exponentialDecay(decay), warmupSteps: 7 });
  const one = schedules.oneCycle({ maxLearningRate: 0.1, totalSteps: 50 });
  for (const schedule of [...KERAS.map(([schedule]) => schedule), warm, one, resolveSchedule(0.3, "test")]) {
    const saved = JSON.parse(JSON.stringify(schedule)) as ScheduleLike;
    const again = resolveSchedule(saved, "test");
    assert.deepEqual(JSON.parse(JSON.stringify(again)), saved);
    for (const step of STEPS) assert.equal(again(step), schedule(step));
  }
});

test("schedules: a restart begins at the full rate exactly", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 3 }), fc.nat(8), (first, tMul, k) => {
      const schedule = schedules.cosineDecayRestarts({ initialLearningRate: 1, firstDecaySteps: first, tMul });
      const start = tMul === 1 ? first * k : (first * (tMul ** k - 1)) / (tMul - 1);
      assert.ok(schedule(start) > 1 - 1e-9, `${schedule(start)} at ${start}`);
    }),
  );
});

test("schedules: a user's function is taken as it is, and cannot be brought back from a file", () => {
  const mine = resolveSchedule((step) => 1 / (step + 1), "adam: learningRate");
  assert.equal(mine(3), 0.25);
  const lost = resolveSchedule(JSON.parse(JSON.stringify(mine)) as ScheduleLike, "adam: learningRate");
  assert.throws(() => lost(0), /was a function of the program that saved the model/);
});

test("schedules: wrong options are named", () => {
  const wrong: [() => unknown, RegExp][] = [
    [() => schedules.exponentialDecay({ ...decay, decaySteps: 0 }), /decaySteps must be a whole number of at least 1/],
    [() => schedules.exponentialDecay({ ...decay, staircas: true } as never), /"staircas"; did you mean "staircase"/],
    [() => schedules.piecewiseConstantDecay({ boundaries: [1], values: [1] }), /one more than boundaries/],
    [() => schedules.piecewiseConstantDecay({ boundaries: [5, 2], values: [1, 2, 3] }), /each of boundaries/],
    [() => schedules.oneCycle({ maxLearningRate: 1, totalSteps: 2 }), /must leave steps to rise and to fall/],
    [() => schedules.polynomialDecay({ decaySteps: 3 } as never), /initialLearningRate must be a number/],
    [() => schedules.cosineDecayRestarts({ ...restarts, tMul: 0.5 }), /tMul/],
    [() => schedules.warmUp({ warmupSteps: 3 } as never), /warmUp: schedule: expected a number/],
    [() => resolveSchedule({ className: "cosinDecay" }, "adam"), /adam: .*"cosinDecay"; did you mean "cosineDecay"/],
    [() => resolveSchedule(-1, "adam"), /adam: the learning rate must be/],
    [() => resolveSchedule("cosineDecay" as never, "adam"), /adam: expected a number, a schedule/],
    [() => resolveSchedule({ className: "__proto__" }, "adam"), /no schedule "__proto__"/],
  ];
  for (const [act, message] of wrong) assert.throws(act, { name: "SluiceError", message });
});
