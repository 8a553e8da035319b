/** How training comes along, on standard error: one line redrawn in place on a terminal, else a line an epoch. */
import type { Callback, Logs, TrainingRun } from "sluice";
import { duration, figure } from "./figures.js";
import type { Screen } from "./screen.js";
import { fit } from "./text-width.js";

/** Ten times a second is enough for eyes, and costs nothing beside training. */
const REDRAW_MS = 100;
/** How much the newest epoch counts in the mean time of an epoch, by which what is left is foretold. */
const NEWEST = 0.3;

/** @param title what is trained, where there are several */
export function progress(screen: Screen, title = ""): Callback {
  let epoch = 0;
  let began = 0;
  let drawn = 0;
  let perEpoch = 0;
  let first = 0; // the step with which the epoch began here: a run that is resumed goes on in the midst of one
  const elapsed = () => (performance.now() - began) / 1000;
  const head = ({ epochs }: TrainingRun) =>
    `${title}epoch ${String(epoch + 1).padStart(String(epochs).length)}/${epochs}`;
  /** Early stopping may end it sooner. */
  const left = (run: TrainingRun, share: number) => {
    const here = run.steps === null ? share : share - first / run.steps;
    const one = perEpoch || (here > 0 ? elapsed() / here : 0);
    return one > 0 ? `at most ${duration(one * (run.epochs - epoch - share))} left` : "";
  };
  return {
    onEpochBegin(number) {
      epoch = number;
      [began, first] = [performance.now(), -1];
    },
    onBatchEnd(step, logs, run) {
      if (first < 0) first = step;
      if (!screen.status.isLive || performance.now() - drawn < REDRAW_MS) return;
      drawn = performance.now();
      const share = run.steps === null ? 0 : (step + 1) / run.steps;
      const part = run.steps === null ? `${step + 1} steps` : `${Math.floor(share * 100)} %`.padStart(5);
      screen.status.draw(line([head(run), part, values(logs), left(run, share)], screen));
    },
    onEpochEnd(_number, logs, run) {
      const seconds = elapsed();
      if (first === 0) perEpoch = perEpoch === 0 ? seconds : perEpoch + NEWEST * (seconds - perEpoch);
      const rest = epoch + 1 < run.epochs ? left(run, 1) : "";
      const texts = [head(run), values(logs), duration(seconds), rest];
      if (screen.status.isLive) screen.status.draw(line(texts, screen));
      else screen.note(texts.filter(Boolean).join("  "));
    },
    onTrainEnd() {
      screen.status.draw(`${title}measuring, writing the report …`);
    },
  };
}

/** A line that is longer than the terminal is wide would wrap, and then could not be redrawn in place: the time goes first. */
function line(texts: readonly string[], screen: Screen): string {
  return fit(texts.filter(Boolean).join("  "), screen.status.width - 1);
}

function values(logs: Logs): string {
  return Object.entries(logs)
    .filter(([name]) => name !== "learningRate")
    .map(([name, value]) => `${name} ${figure(value)}`)
    .join("  ");
}
