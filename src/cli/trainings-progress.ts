/** How the trainings of a backtest come along that are done at the same time: a line each, and on a terminal one below that is redrawn in place. */
import type { BacktestTrainerOptions } from "../distributed/backtest/trainer.js";
import { duration } from "./figures.js";
import type { Screen } from "./screen.js";
import { fit } from "./text-width.js";

const REDRAW_MS = 100;

export function trainingsProgress(screen: Screen): Pick<BacktestTrainerOptions, "onEpoch" | "onFit"> {
  const began = performance.now();
  const running = new Map<number, string>();
  let first: number | null = null;
  let head = "";
  let drawn = 0;
  const draw = () => {
    if (!screen.status.isLive || performance.now() - drawn < REDRAW_MS) return;
    drawn = performance.now();
    const under = [...running].map(([number, epoch]) => `training ${number}: ${epoch}`).join(", ");
    screen.status.draw(fit([head, under].filter(Boolean).join("  "), screen.status.width - 1));
  };
  return {
    onEpoch(number, progress) {
      const { epoch, epochs } = progress as { epoch: number; epochs: number };
      running.set(number, `epoch ${epoch}/${epochs}`);
      draw();
    },
    onFit({ number, at, failed, done, of }) {
      running.delete(number);
      first ??= done - (failed === null ? 1 : 0); // of an earlier session
      const left = ((performance.now() - began) / 1000 / Math.max(1, done - first)) * (of - done);
      screen.note(`${String(done).padStart(String(of).length)}/${of}  training ${number}  at ${at}${failed === null ? "" : `  failed: ${failed}`}`); // prettier-ignore
      head = `${done}/${of} done${of > done ? `, about ${duration(left)} left` : ""}`;
      draw();
    },
  };
}
