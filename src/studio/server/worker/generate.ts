import { setTimeout as sleep } from "node:timers/promises";
import { generateText, type LiveSampling } from "../../../tasks/generate/continuation.js";
import type { GenerateEvents } from "../../api/index.js";
import { Refusal } from "../problems.js";
import type { Given, Tell } from "./methods.js";
import { openModel } from "./models.js";

interface Writing extends LiveSampling {
  /** Pieces a second; Infinity for no limit. */
  pace: number;
  stopped: boolean;
}

const LONGEST = 20_000;
const SLOWEST = 0.5;
const writings = new Map<string, Writing>();

/** Tells the text piece by piece; `change` turns its temperature while it is written. */
export async function generate(
  { run: place, request, id }: Given<"generate">,
  tell: Tell,
): Promise<GenerateEvents["end"]> {
  const { length = 500, temperature = 0.8, pace = Infinity, ...rest } = request;
  if (!(length <= LONGEST)) throw new Refusal(422, `length: at most ${LONGEST}`);
  const writing: Writing = { temperature, probability: 1, pace: checkedPace(pace), stopped: false };
  writings.set(id, writing);
  const begin = performance.now();
  let pieces = 0;
  try {
    const { run } = await openModel(place);
    for await (const text of generateText(run.model, { ...rest, length, temperature }, writing)) {
      if (writing.stopped) break;
      pieces++;
      tell({ text, probability: writing.probability } satisfies GenerateEvents["piece"]);
      if (writing.pace < Infinity) await sleep(1000 / writing.pace);
    }
  } finally {
    writings.delete(id);
  }
  return { pieces, seconds: (performance.now() - begin) / 1000 };
}

/** At the next piece. */
export async function change({ id, change }: Given<"change">): Promise<null> {
  const writing = writings.get(id);
  if (!writing) throw new Refusal(404, "there is no such text, or it has ended");
  const { temperature, pace, stop = false } = change;
  if (temperature !== undefined) {
    const fits = typeof temperature === "number" && temperature >= 0 && temperature <= 100;
    if (!fits) throw new Refusal(422, `temperature must be from 0 to 100, got ${JSON.stringify(temperature)}`);
    writing.temperature = temperature;
  }
  if (pace !== undefined) writing.pace = checkedPace(pace);
  writing.stopped ||= stop;
  return null;
}

function checkedPace(pace: number): number {
  if (typeof pace === "number" && pace >= SLOWEST) return pace;
  throw new Refusal(422, `pace must be at least ${SLOWEST} pieces a second, got ${JSON.stringify(pace)}`);
}
