// One sequence into another: dates as people write them into ISO 8601, learnt from pairs alone. One GRU reads the characters in both
// directions, another writes and looks back at what it needs. `node build/examples/translate.js [epochs]`
import { pathToFileURL } from "node:url";
import { Random } from "sluice";
import { openRun, translate } from "sluice/tasks";

const MONTHS = "January February March April May June July August September October November December".split(" ");

/** Pairs of a date as it is written somewhere and its ISO form. */
export function dates(count: number, seed: number): { written: string; iso: string }[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => {
    const [year, month, day] = [1900 + random.below(200), random.below(12), 1 + random.below(28)];
    const name = MONTHS[month]!;
    const short = `${day}. ${name.slice(0, 3)}. ${year}`;
    const written = [`${day} ${name} ${year}`, `${name} ${day}, ${year}`, short, `${day}/${month + 1}/${year}`];
    const two = (n: number) => String(n).padStart(2, "0");
    return { written: written[random.below(4)]!, iso: `${year}-${two(month + 1)}-${two(day)}` };
  });
}

export async function main(epochs: number, runs = "runs") {
  const sides = { source: "written", target: "iso", sourceLevel: "char", targetLevel: "char", lower: false } as const;
  const network = { units: 48, embedding: 16, dropout: 0.1, learningRate: 0.01, batchSize: 32, epochs };
  const run = await translate.train(dates(2000, 1), { ...sides, ...network, name: "dates", runs }, { verbose: 0 });
  const [own, , nearest] = run.evaluation!.entries.map(({ values }) => values["sentenceErrorRate"]!);
  console.log(
    `dates of the test part that are wrong: ${percent(own!)}, of the nearest neighbour's ${percent(nearest!)}`,
  );

  // From the run's folder, as another program would, and by another search.
  const again = await openRun(run.folder!);
  const asked = ["3 April 2021", "December 24, 1984", "7/7/2077"].map((written) => ({ written }));
  const answers = await again.predict(asked, { beamWidth: 8 });
  for (const { source, translation } of answers) console.log(`${source} → ${translation}`);
  console.log(`Report with samples and attention: ${pathToFileURL(`${run.folder}/report.html`).href}`);
  return { wrong: own!, nearest: nearest!, answers };
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  await main(Number(process.argv[2] ?? 10));
