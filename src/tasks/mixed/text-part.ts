import { input, layers } from "sluice";
import { check } from "../../util/errors.js";
import { withLogRatios } from "../classify/text.js";
import { fitTokenizer, levelOf, TextEncoder } from "../classify/text-encoder.js";
import type { Field } from "../view.js";
import type { NamedInput } from "../views/named.js";
import type { MixedItem } from "./columns.js";
import { layerName, type FittedPart, type MixedSettings, type MixedTraining, type Part } from "./part.js";
import { recurrentBranch } from "./recurrent-branch.js";

/** Longest texts that are read whole by default. */
const LONGEST = 200;

export class TextPart implements Part {
  readonly kind = "text";

  constructor(
    readonly name: string,
    readonly encoder: TextEncoder,
  ) {}

  static revive(name: string, saved: unknown): TextPart {
    return new TextPart(name, TextEncoder.revive(saved));
  }

  isPresent(item: MixedItem): boolean {
    return item[this.name] !== null;
  }

  /** An absent text is one unknown word. */
  texts(items: readonly MixedItem[]): string[] {
    return items.map((item) => (item[this.name] as string | null) ?? "");
  }

  encode(items: readonly MixedItem[]) {
    return [this.encoder.encode(this.texts(items))];
  }

  namesOf(items: readonly MixedItem[]): NamedInput[] {
    return this.encoder.namesOf({ items: this.texts(items) });
  }

  get fields(): Field[] {
    return [{ name: this.name, type: "text" }];
  }

  toJSON(): object {
    return this.encoder.toJSON();
  }
}

export function fitText(where: string, name: string, training: MixedTraining, settings: MixedSettings): FittedPart {
  const there = training.items.filter((item) => item[name] !== null);
  check(there.length > 0, () => `${where}: column ${JSON.stringify(name)} is empty in the training part`);
  const texts = there.map((item) => item[name] as string);
  const level = settings.level === "auto" ? levelOf(texts) : settings.level;
  const fitted = fitTokenizer(texts, { ...settings, level });
  check(fitted.wordIndex.size > 1, () => {
    return `${where}: no word of ${JSON.stringify(name)} comes ${settings.minCount} times in the training part`;
  });
  const sorted = fitted.textsToSequences(texts).map(({ length }) => length).sort((a, b) => a - b); // prettier-ignore
  const usual = sorted[Math.floor(0.95 * (sorted.length - 1))]!;
  const maxLength = settings.maxLength ?? Math.max(1, Math.min(usual, LONGEST));
  const encoder = new TextEncoder(fitted, { columns: { text: name, label: "" }, maxLength, keep: settings.keep });
  const part = new TextPart(name, encoder);
  const facts = [[name, `text by ${level}, ${encoder.size - 2} known, ${maxLength} are read`]] as const;
  return { part, facts, branch: (o) => branchOf(part, training, o) };
}

function branchOf(part: TextPart, { items, classes }: MixedTraining, settings: MixedSettings) {
  const tokens = input({ shape: [null], dtype: "int32", name: layerName(part.name) });
  const table = layerName(part.name, "words");
  const { embedding: outputDim, embeddingDropout: rate } = settings;
  const words = layers.embedding({ inputDim: part.encoder.size, outputDim, maskZero: true, name: table }).apply(tokens);
  const steps = rate > 0 ? layers.dropout({ rate, noiseShape: [null, null, 1] }).apply(words) : words;
  const sequences = () => part.encoder.sequences(part.texts(items));
  const initial = classes && {
    [table]: (random: Parameters<typeof withLogRatios>[0]) => withLogRatios(random, sequences(), classes),
  };
  return { inputs: [tokens], ...recurrentBranch(steps, settings), initial: initial ?? {} };
}
