/** Baselines of samples of several kinds: what one kind alone gives a simple model. The validation part chooses among them. */
import { check, show } from "../../util/errors.js";
import type { MixedItem } from "../mixed/columns.js";
import type { MixedEncoder } from "../mixed/encoder.js";
import type { Part } from "../mixed/part.js";
import { SequencePart } from "../mixed/sequence-part.js";
import { TablePart } from "../mixed/table-part.js";
import { TextPart } from "../mixed/text-part.js";
import type { TrainingPart } from "./encoder.js";
import type { Labels } from "./labels.js";
import type { ClassifyOptions } from "./options.js";
import type { Rival, SavedRival } from "./rivals.js";
import { sequenceRival, sequenceRivals } from "./sequence-rivals.js";
import { savedTableRival, tableRivals } from "./table-rivals.js";
import { naiveBayes, naiveBayesRival } from "./text-bayes.js";

/** Naive Bayes on each text, logistic regression on the table, and for sequences what they have alone. */
export function mixedRivals(
  encoder: MixedEncoder,
  training: TrainingPart<MixedItem>,
  { level, lower }: ClassifyOptions,
): Rival<MixedItem>[] {
  return encoder.parts.flatMap((part, m) => {
    const own = rivalsOf(part, training, level === "char" ? "char" : "word", lower);
    return own.map((rival) => named(rival, part, m));
  });
}

function rivalsOf(
  part: Part,
  training: TrainingPart<MixedItem>,
  level: "word" | "char",
  lower: boolean,
): Rival<MixedItem>[] {
  if (part instanceof TablePart) return tableRivals(part, training);
  if (part instanceof SequencePart) return sequenceRivals(training, (item) => part.sequenceOf(item));
  if (!(part instanceof TextPart)) return [];
  const texts = { ...training, items: part.texts(training.items) };
  return naiveBayes(texts, level, lower).map((rival) => onTexts(rival, part));
}

function onTexts(rival: Rival<string>, part: TextPart): Rival<MixedItem> {
  return { ...rival, predict: (items) => rival.predict(part.texts(items)) };
}

/** Its name says of which kind it is, and what is saved by which part of the inputs. */
function named(rival: Rival<MixedItem>, part: Part, m: number): Rival<MixedItem> {
  return {
    ...rival,
    name: part.kind === "table" ? rival.name : `${rival.name} (${part.name})`,
    saved() {
      const saved = rival.saved?.() ?? null;
      return saved && { ...saved, part: m };
    },
  };
}

export function mixedRival(saved: SavedRival, encoder: MixedEncoder, labels: Labels): Rival<MixedItem> {
  const m = (saved as { part?: unknown }).part;
  const part = encoder.parts[m as number];
  if (part instanceof TablePart) return named(savedTableRival(saved, part, labels), part, m as number);
  if (part instanceof TextPart) return named(onTexts(naiveBayesRival(saved, labels), part), part, m as number);
  check(part instanceof SequencePart, () => `classify: the saved baseline is of part ${show(m)}, which is not there`);
  return named(
    sequenceRival(saved, labels, (item: MixedItem) => part.sequenceOf(item)),
    part,
    m as number,
  );
}
