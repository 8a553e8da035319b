import { Random, type Model } from "sluice";
import { Breather } from "../../model/breather.js";
import { SluiceError } from "../../util/errors.js";
import { attachmentOf } from "../attachment.js";
import { readOptions } from "../options.js";
import { samplingOptions, type SamplingOptions } from "./options.js";
import { Sampler } from "./sampler.js";
import { TextOut } from "./text-out.js";
import { ToldLikelihood } from "./told-likelihood.js";
import { Vocabulary } from "./vocabulary.js";

/** What may be changed, and what is told, while a text is written. */
export interface LiveSampling {
  /** In place of the option; read before each draw. */
  temperature: number;
  /** Of the piece that was given last: what the network gave to what was drawn, before temperature and cuts; of several draws the product. */
  probability: number;
}

/**
 * Writes on from a prompt, piece by piece, as the model samples it.
 * @param model trained by the task "generate", or loaded from its file
 * @returns the text that follows the prompt, in pieces that never cut a character as people see it; the prompt is not repeated
 * @throws SluiceError at once when an option is wrong, or the prompt has a character or word that the model does not know
 */
export function generateText(
  model: Model,
  options: SamplingOptions = {},
  live?: LiveSampling,
): AsyncIterableIterator<string> {
  const { name, pipeline } = attachmentOf("generate", model.attachments);
  if (name !== "generate") throw new SluiceError(`generate: the model was trained to ${name}, it does not write texts`);
  return continuation(model, Vocabulary.revive((pipeline as { vocabulary: unknown }).vocabulary), options, live);
}

/** The same for a vocabulary at hand. */
export function continuation(
  model: Model,
  vocabulary: Vocabulary,
  given: SamplingOptions,
  live?: LiveSampling,
): AsyncIterableIterator<string> {
  const options = readOptions("generate", samplingOptions, given);
  const { prompt, spaced } = trimmed(vocabulary, options.prompt);
  return write(model, vocabulary, encodePrompt(vocabulary, { ...options, prompt }), spaced, options, live);
}

/** What the network reads of a prompt. @throws SluiceError as `generateText` does */
export function promptIds(vocabulary: Vocabulary, given: Pick<Checked, "prompt" | "unknown">): Int32Array {
  return encodePrompt(vocabulary, { ...given, prompt: trimmed(vocabulary, given.prompt).prompt });
}

function trimmed(vocabulary: Vocabulary, prompt: string): { readonly prompt: string; readonly spaced: boolean } {
  // Between words the space belongs to the word that follows: one at the end of the prompt is taken back and not written again.
  const spaced = vocabulary.level === "word" && /\S $/.test(prompt);
  return { prompt: spaced ? prompt.slice(0, -1) : prompt, spaced };
}

/** All of it at once. */
export async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const piece of pieces) text += piece;
  return text;
}

type Checked = ReturnType<typeof samplingOptions.parse>;

function encodePrompt(vocabulary: Vocabulary, { prompt, unknown }: Pick<Checked, "prompt" | "unknown">): Int32Array {
  try {
    const ids = vocabulary.encode(prompt, unknown);
    return ids.length > 0 ? ids : Int32Array.of(vocabulary.start);
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    throw new SluiceError(`generate: prompt: ${error.message.replace(/^\w+Tokenizer: /, "")}`, { cause: error });
  }
}

async function* write(
  model: Model,
  vocabulary: Vocabulary,
  prompt: Int32Array,
  spaced: boolean,
  options: Checked,
  live: LiveSampling | undefined,
): AsyncGenerator<string, void, undefined> {
  await model.preparePrediction();
  const stream = model.stream();
  const random = new Random(options.seed ?? crypto.getRandomValues(new Uint32Array(1))[0]!);
  const { topK, topP } = options;
  const sampling = { topK, topP, get temperature() { return live?.temperature ?? options.temperature; } }; // prettier-ignore
  const sampler = new Sampler(vocabulary.size, sampling, vocabulary.unknown);
  const out = new TextOut(options.stop === undefined ? [] : [options.stop].flat());
  const breather = new Breather();
  for (const id of prompt.subarray(0, -1)) stream.step(id);
  let before = prompt.at(-1)!;
  const likelihood = new ToldLikelihood();
  for (let n = 0; n < options.length && !out.ended; n++) {
    const logits = stream.step(before).data;
    const id = sampler.draw(logits, random);
    const written = vocabulary.written(n === 0 && options.prompt === "" ? undefined : before, id);
    const added = n === 0 && spaced ? written.replace(/^ /, "") : written;
    if (live) likelihood.drawn(added, probabilityOf(logits, id));
    const text = out.add(added);
    before = id;
    if (live) live.probability = likelihood.shown(text.length);
    if (text !== "") yield text;
    await breather.breathe();
  }
  const rest = out.end();
  if (live) live.probability = likelihood.shown(rest.length);
  if (rest !== "") yield rest;
}

/** Of one entry in the softmax of all. */
function probabilityOf(logits: ArrayLike<number>, id: number): number {
  let largest = -Infinity;
  for (let i = 0; i < logits.length; i++) largest = Math.max(largest, logits[i]!);
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i]! - largest);
  return Math.exp(logits[id]! - largest) / sum;
}
