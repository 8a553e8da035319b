// Sentiment of film reviews from a file with a column of texts and a column of labels: train, measure beside naive Bayes, ask.
// Such a file is not part of the package: IMDB's is at https://ai.stanford.edu/~amaas/data/sentiment (to be made one table), or
// take a CSV, TSV or Parquet file of your own. Without one the hundred sentences of the other example are used.
// `node build/examples/movie-reviews.js [epochs] [reviews.csv] [text column] [label column]`
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { classify } from "sluice/tasks";

const SENTENCES = "examples/data/sentences.tsv";

export async function main(file: string, text: string, label: string, epochs: number | undefined, runs = "runs") {
  const run = await classify.train(file, { text, label, epochs, runs, name: "movie-reviews" });
  const { count, part, entries, verdict } = run.evaluation!;

  console.log(`\n${count} texts of the ${part} part:\n`);
  for (const { name, values } of entries)
    console.log(`${name.padEnd(45)} accuracy ${values["accuracy"]!.toFixed(3)}  F1 ${values["macroF1"]!.toFixed(3)}`);
  console.log(`\n${verdict}\n`);

  // The model file holds the vocabulary: raw texts in, labels and probabilities out.
  const answers = await run.predict([
    { [text]: "A wonderful film with brilliant actors and a moving story" },
    { [text]: "A dull story, terrible actors and an awful, boring ending" },
  ]);
  for (const { label: found, probability, [text]: review } of answers)
    console.log(`${String(found)} (${(probability as number).toFixed(2)})  ${String(review)}`);
  console.log(`\nReport: ${pathToFileURL(join(run.folder!, "report.html")).href}`);
  return { evaluation: run.evaluation!, answers };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [epochs = "30", file = SENTENCES, text = "text", label = "label"] = process.argv.slice(2);
  await main(file, text, label, Number(epochs));
}
