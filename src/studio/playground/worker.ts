/** The worker: trains while the page draws. Everything it needs, kernels included, lies beside it. */
import { ready } from "sluice";
import type { FromWorker, ToWorker } from "./protocol.js";
import { isExplosion } from "./explosion.js";
import { Trainer } from "./trainer.js";

/** Messages are heard between slices of this length. */
const SLICE_MS = 25;
/** Frames come often at first, when much happens, then a few times a second. */
const [FIRST_FRAME_MS, FRAME_MS, LONGER] = [40, 160, 1.15];
/** The first updates are shown one by one: that is when most happens, and when a training may explode. */
const [EARLY_STEPS, EARLY_MS] = [16, 20];
/** A large network is trained for at least so many times as long as it takes to look at it. */
const TRAINING_SHARE = 2;

const state = {
  run: 0,
  /** The last one that was asked for. */
  wanted: 0,
  trainer: null as Trainer | null,
  going: false,
  perSecond: null as number | null,
  /** The page has drawn the last frame. */
  shown: true,
};
/** Training, tracing and drawing samples share the network: one after the other. */
let work: Promise<void> = Promise.resolve();

const post = (message: FromWorker) => postMessage(message);
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

function fail(error: unknown): void {
  state.going = false;
  const message = error instanceof Error ? error.message : String(error);
  const exploded = isExplosion(error) ? (state.trainer?.step ?? 0) + 1 : null;
  post({ kind: "failed", run: state.run, message, exploded });
}

function enqueue(task: () => Promise<void>): void {
  work = work.then(task).catch(fail);
}

async function postFrame(stepsPerSecond: number | null): Promise<void> {
  if (!state.trainer) return;
  state.shown = false;
  post({ kind: "frame", run: state.run, frame: await state.trainer.frame(stepsPerSecond) });
}

/** Updates for a slice of time, in slow motion one. @returns how many */
async function slice(trainer: Trainer): Promise<number> {
  const { perSecond } = state;
  const end = performance.now() + SLICE_MS;
  await trainer.update();
  let steps = 1;
  if (perSecond !== null) await sleep(1000 / perSecond);
  else if (trainer.step < EARLY_STEPS) await sleep(EARLY_MS);
  else for (; performance.now() < end && state.going; steps++) await trainer.update();
  return steps;
}

async function loop(): Promise<void> {
  const { trainer } = state;
  if (!trainer) return;
  let interval = FIRST_FRAME_MS;
  let frameAt = performance.now();
  let count = { steps: 0, since: frameAt };
  while (state.going && state.trainer === trainer) {
    const due = state.shown && (trainer.step < EARLY_STEPS || performance.now() - frameAt >= interval);
    count.steps += await slice(trainer);
    if (due && state.going) {
      const begun = performance.now();
      const seconds = (begun - count.since) / 1000;
      await postFrame(count.steps / seconds);
      frameAt = performance.now();
      if (seconds > 1) count = { steps: 0, since: frameAt };
      interval = Math.max(Math.min(FRAME_MS, interval * LONGER), TRAINING_SHARE * (frameAt - begun));
    }
    await sleep(0);
  }
  if (state.trainer === trainer) await postFrame(null);
}

/** What is asked for while the network trains is in its next frame. */
const refresh = () => {
  if (!state.going) enqueue(() => postFrame(null));
};

const orders: { [Kind in ToWorker["kind"]]: (order: Extract<ToWorker, { kind: Kind }>) => void } = {
  reset({ run, settings, text }) {
    state.going = false;
    state.trainer = null; // ends the loop, even when the next order is to go on
    state.wanted = run;
    enqueue(async () => {
      if (state.wanted !== run) return; // a slider has moved on
      state.run = run;
      state.shown = true;
      await ready();
      state.trainer = new Trainer(settings, text);
      const { model, baseline } = state.trainer;
      post({ kind: "ready", run, parameters: model.countParams(), baseline });
      await postFrame(null);
    });
  },
  go({ go }) {
    state.going = go;
    if (go) enqueue(loop);
  },
  pace({ perSecond }) {
    state.perSecond = perSecond;
  },
  step() {
    enqueue(async () => {
      await state.trainer?.update();
      await postFrame(null);
    });
  },
  example() {
    state.trainer?.nextExample();
    refresh();
  },
  temperature({ temperature }) {
    if (state.trainer) state.trainer.temperature = temperature;
    refresh();
  },
  shown() {
    state.shown = true;
  },
};

addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  (orders[data.kind] as (order: ToWorker) => void)(data);
});
