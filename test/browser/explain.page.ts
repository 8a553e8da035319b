// A page that looks inside a network while it steps through a sequence, as a playground does.
import { input, ready, sequential, tensor } from "sluice";
import { attribute, rankUnits, saturation, trace, Tracer } from "sluice/explain";
import { dense, gru } from "sluice/layers";
import { check, equal, pageTest } from "./page.js";

const T = 6;
const model = sequential([input({ shape: [null, 2] }), gru({ units: 5 }), dense({ units: 2, activation: "softmax" })], {
  seed: 1,
});
const frames = Array.from({ length: T }, (_, t) => Float32Array.of(Math.sin(t), Math.cos(2 * t)));
const x = tensor([frames.map((frame) => [...frame])]);

pageTest("traces are the states of predict, and a tracer steps through them", async () => {
  await ready();
  const [whole] = await trace(model, x);
  const { signals, steps, units } = whole!.layers[0]!;
  equal([steps, units], [T, 5], "sizes");
  equal([...whole!.output], [...(await model.predict(x)).data], "output");
  const tracer = new Tracer(model);
  for (const [t, frame] of frames.entries()) {
    const { layers, output } = tracer.step(frame);
    for (const [name, values] of Object.entries(layers[0]!.signals)) {
      values.forEach((v, j) => check(Math.abs(v - signals[name]![t * units + j]!) < 1e-6, `${name} at ${t}: ${v}`));
    }
    output.forEach((v, k) => check(Math.abs(v - whole!.outputs![2 * t + k]!) < 1e-6, `output at ${t}: ${v}`));
  }
  equal(saturation([whole!]).gates.length, 3, "gates");
});

pageTest("attributions are complete, and units are ranked", async () => {
  const [a] = await attribute(model, x);
  check(a!.incompleteness! <= 0.01, `incompleteness ${a!.incompleteness}`);
  equal((await rankUnits(model, x)).length, 5, "units");
});
