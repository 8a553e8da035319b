import { splitWords } from "../../data/index.js";
import { countFeatures, naiveBayesOf, type Bag, type FeatureCounts } from "../baselines/naive-bayes.js";
import { MOST_JSON } from "../baselines/saved.js";
import type { TrainingPart } from "./encoder.js";
import type { Labels } from "./labels.js";
import { fitEach, predictEach, type Predictor, type Rival, type SavedRival } from "./rivals.js";

/** What a text is counted as. */
interface Counting {
  readonly level: "word" | "char";
  readonly lower: boolean;
  /** 1 for single pieces, 2 for pairs of neighbours too. */
  readonly n: number;
  /** Whether a piece counts once in a text. */
  readonly binary: boolean;
}

interface Saved extends SavedRival, Counting {
  readonly kind: "naiveBayes";
  readonly grams: readonly string[];
  readonly models: readonly FeatureCounts[];
}

/** Naive Bayes on words or characters, alone or with neighbours, how often or whether they come (Wang and Manning 2012). */
export function naiveBayes(
  { items, truth, labels }: TrainingPart<string>,
  level: "word" | "char",
  lower: boolean,
): Rival<string>[] {
  return [1, 2].flatMap((n) => {
    const index = new Map<string, number>();
    const known = items.map((item) => bagOf(gramsOf(item, { level, lower, n }), index, true));
    return [false, true].map((binary): Rival<string> => {
      const bags = binary ? known.map(present) : known;
      const models = fitEach(truth, labels, (classOf, K) => countFeatures(bags, classOf, K, index.size));
      const saved = (): Saved => ({ kind: "naiveBayes", level, lower, n, binary, grams: [...index.keys()], models });
      return { ...rivalOf({ level, lower, n, binary }, index, models, labels), saved: () => small(saved()) };
    });
  });
}

export function naiveBayesRival(saved: SavedRival, labels: Labels): Rival<string> {
  const { grams, models, ...counting } = saved as Saved;
  return { ...rivalOf(counting, new Map(grams.map((gram, w) => [gram, w])), models, labels), saved: () => saved };
}

function rivalOf(
  counting: Counting,
  index: Map<string, number>,
  models: readonly FeatureCounts[],
  labels: Labels,
): Rival<string> {
  const { level, n, binary } = counting;
  const each = models.map((counts): Predictor<string> => {
    const model = naiveBayesOf(counts);
    return (texts) => {
      const found = texts.map((item) => bagOf(gramsOf(item, counting), index, false));
      return model.logProbabilities(binary ? found.map(present) : found).map(Math.exp);
    };
  });
  const of = level === "char" ? "characters" : "words";
  const name = `naive Bayes on ${of}${n === 2 ? " and pairs" : ""}${binary ? ", each once" : ""}`;
  return { name, kind: "simple", probabilities: true, predict: predictEach(each, labels) };
}

function small(saved: Saved): Saved | null {
  return JSON.stringify(saved).length > MOST_JSON ? null : saved;
}

function gramsOf(text: string, { level, lower, n }: Omit<Counting, "binary">): string[] {
  const plain = lower ? text.toLowerCase() : text;
  const pieces = level === "char" ? [...plain] : splitWords(plain);
  // A tab is in no piece of words, and in texts by character no pair is taken for another by it.
  return n === 1 ? pieces : [...pieces, ...pieces.slice(1).map((piece, i) => `${pieces[i]!}\t${piece}`)];
}

function bagOf(grams: readonly string[], index: Map<string, number>, learn: boolean): Bag {
  const bag = new Map<number, number>();
  for (const gram of grams) {
    if (learn && !index.has(gram)) index.set(gram, index.size);
    const w = index.get(gram);
    if (w !== undefined) bag.set(w, (bag.get(w) ?? 0) + 1);
  }
  return bag;
}

const present = (bag: Bag): Bag => new Map([...bag.keys()].map((w) => [w, 1]));
