import { decodeSequences, type Model } from "sluice";
import { padded } from "./batches.js";
import { END, START, UNKNOWN, type Codec } from "./codec.js";
import type { Search } from "./options.js";

export interface Translation {
  readonly text: string;
  /** ln P of the tokens, the end included, over ((5 + length) / 6)^lengthPenalty. */
  readonly score: number;
  /** The tokens of both sides; how much each of the target's (and the end, where it was reached) looked at each of the source's. */
  readonly sourceTokens: readonly string[];
  readonly targetTokens: readonly string[];
  /** The target's tokens by number, without the end. */
  readonly ids: readonly number[];
  readonly attention: readonly (readonly number[])[];
}

const BATCH = 64;

/** The tokens of a sentence. One without any, such as "…" by words, still is a row: one unknown token. */
export function idsOf(source: Codec, text: string): number[] {
  const ids = source.encode(text);
  return ids.length > 0 ? ids : [UNKNOWN];
}

/** Sentences of like length are translated together; the answers come in the order of the sentences. */
export async function translations(
  model: Model,
  sentences: readonly string[],
  source: Codec,
  target: Codec,
  search: Search,
): Promise<Translation[]> {
  const encoded = sentences.map((text) => idsOf(source, text));
  const order = encoded.map((_, i) => i).sort((a, b) => encoded[a]!.length - encoded[b]!.length);
  const found = new Array<Translation>(sentences.length);
  for (let at = 0; at < order.length; at += BATCH) {
    const chosen = order.slice(at, at + BATCH);
    const ids = chosen.map((i) => encoded[i]!);
    const options = { ...search, start: START, end: END, banned: [UNKNOWN], batchSize: BATCH }; // prettier-ignore
    const lists = await decodeSequences(model, padded(ids), options);
    for (const [row, i] of chosen.entries()) {
      const best = lists[row]![0]!;
      const pieces = source.split(sentences[i]!);
      found[i] = {
        text: target.decode(best.ids),
        score: best.score,
        sourceTokens: pieces.length > 0 ? pieces : [source.pieceOf(UNKNOWN)],
        targetTokens: [...best.ids.map((id) => target.pieceOf(id)), ...(best.finished ? ["end"] : [])],
        ids: Array.from(best.ids),
        attention: best.attention.map((weights) => Array.from(weights)),
      };
    }
  }
  return found;
}
