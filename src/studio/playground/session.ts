/** What the page knows of the training, and its talk with the worker. */
import { batch, computed, signal } from "@preact/signals";
import { Curve } from "./curve.js";
import type { Frame, FromWorker, GradientNorm, ToWorker } from "./protocol.js";
import { fromFragment, toFragment, type Settings } from "./settings.js";

/** Who asked for little motion gets a frame a second. */
const CALM_MS = 1000;
/** Updates a second in slow motion. */
export const SLOW = 8;

const start = fromFragment(location.hash);
export const settings = signal<Settings>(start.settings);
export const refused = signal<readonly string[]>(start.refused);
/** The visitor's own text; null for the nursery rhyme. */
export const ownText = signal<string | null>(null);

export const going = signal(false);
export const slow = signal(false);
export const temperature = signal(0.7);
/** The last frame; after a new beginning that of the run before, until there is one, so that nothing flickers. */
export const frame = signal<Frame | null>(null);
/** What that frame shows. */
export const framed = signal(start.settings);
/** Updates a second, when last measured. */
export const speed = signal<number | null>(null);
/** The gradients before the training. */
export const firstGradients = signal<readonly GradientNorm[] | null>(null);
export const facts = signal<{ readonly parameters: number; readonly baseline: number } | null>(null);
export const failure = signal<{ readonly message: string; readonly exploded: number | null } | null>(null);
export const curve = signal(new Curve(null));
/** The run before on the same problem, to compare with. */
export const earlier = signal<{ readonly curve: Curve; readonly settings: Settings } | null>(null);
/** The step of the sample that is looked at; null for the last one. */
export const chosenStep = signal<number | null>(null);
export const chosenUnit = signal(0);
export const chosenLayer = signal(0);

/** A network that knows no more than the baseline hovers about it, now a little above, now a little below. */
const CLEARLY = 0.95;

/** The first step from which on the loss has been clearly below the baseline; null when it is not. */
export const belowSince = computed(() => (facts.value ? curve.value.belowSince(CLEARLY * facts.value.baseline) : null));

const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let run = 0;
const send = (order: ToWorker) => worker.postMessage(order);

worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => {
  if (data.kind === "frame") acknowledge();
  if (data.run !== run) return;
  batch(() => take(data));
});
worker.addEventListener("error", (event) => {
  failure.value = { message: event.message || "the worker could not be started", exploded: null };
});

function take(data: FromWorker): void {
  if (data.kind === "ready") facts.value = { parameters: data.parameters, baseline: data.baseline };
  else if (data.kind === "frame") {
    frame.value = data.frame;
    framed.value = settings.value;
    speed.value = data.frame.stepsPerSecond ?? speed.value;
    curve.value = curve.value.with(data.frame);
    firstGradients.value ??= data.frame.gradients;
  } else {
    going.value = false;
    failure.value = { message: data.message, exploded: data.exploded };
  }
}

/** The worker sends the next frame when this one is drawn; in a hidden page, where nothing is drawn, it only trains. */
function acknowledge(): void {
  const shown = () => send({ kind: "shown" });
  if (calm.matches) setTimeout(shown, CALM_MS);
  else requestAnimationFrame(() => setTimeout(shown));
}

/** A new network, untrained. */
export function reset(): void {
  const text = settings.value.problem === "text" ? ownText.value : null;
  batch(() => {
    if (curve.value.trained && curve.value.settings?.problem === settings.value.problem)
      earlier.value = { curve: curve.value, settings: curve.value.settings };
    else if (earlier.value?.settings.problem !== settings.value.problem) earlier.value = null;
    speed.value = failure.value = firstGradients.value = null;
    curve.value = new Curve(settings.value);
    going.value = false;
    chosenStep.value = null;
    chosenUnit.value = Math.min(chosenUnit.value, settings.value.units - 1);
    chosenLayer.value = Math.min(chosenLayer.value, settings.value.layers - 1);
  });
  send({ kind: "reset", run: ++run, settings: settings.value, text });
}

export function go(wanted: boolean): void {
  going.value = wanted;
  send({ kind: "go", go: wanted });
}

export const stepOnce = () => send({ kind: "step" });
export const nextExample = () => send({ kind: "example" });

export function setSlow(wanted: boolean): void {
  slow.value = wanted;
  send({ kind: "pace", perSecond: wanted ? SLOW : null });
}

export function setTemperature(wanted: number): void {
  temperature.value = wanted;
  send({ kind: "temperature", temperature: wanted });
}

/** Begins anew with other settings, and goes on training if it did. */
export function change(next: Settings): void {
  const went = going.value;
  settings.value = next;
  refused.value = [];
  history.replaceState(null, "", `#${toFragment(next)}`);
  reset();
  if (went) go(true);
}

export function changeText(text: string | null): void {
  ownText.value = text;
  change(settings.value);
}

addEventListener("hashchange", () => {
  const read = fromFragment(location.hash);
  settings.value = read.settings;
  refused.value = read.refused;
  reset();
});

reset();
