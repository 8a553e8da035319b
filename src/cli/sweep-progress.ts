/** How a sweep comes along, on standard error: a line a trial, and on a terminal one below that is redrawn in place. */
import type { SweepHooks } from "../distributed/search/sweep.js";
import { showPoint } from "../distributed/search/show.js";
import { rankedTrials } from "../distributed/search/table.js";
import { valueOf } from "../distributed/search/ledger.js";
import { duration, figure } from "./figures.js";
import type { Screen } from "./screen.js";
import { fit } from "./text-width.js";

const REDRAW_MS = 100;

export function sweepProgress(screen: Screen): Pick<SweepHooks, "onTrial" | "onEpoch"> {
  const began = performance.now();
  const running = new Map<number, string>();
  let first: number | null = null;
  let head = "";
  let drawn = 0;
  const draw = () => {
    if (!screen.status.isLive || performance.now() - drawn < REDRAW_MS) return;
    drawn = performance.now();
    const under = [...running].map(([trial, epoch]) => `trial ${trial + 1}: ${epoch}`).join(", ");
    screen.status.draw(fit([head, under].filter(Boolean).join("  "), screen.status.width - 1));
  };
  return {
    onEpoch(trial, progress) {
      const { epoch, epochs } = progress as { epoch: number; epochs: number };
      running.set(trial, `epoch ${epoch}/${epochs}`);
      draw();
    },
    onTrial(own, { done, of, ledger }) {
      running.delete(own.trial);
      first ??= done - 1; // of an earlier session
      const [best] = rankedTrials(ledger);
      const least = best && valueOf(best);
      const value = valueOf(own);
      const { name } = ledger.judge ?? { name: "value" };
      const result =
        own.state === "failed" ? `failed: ${own.reason}` : `${name} ${value === null ? "–" : figure(value)}`;
      const left = ((performance.now() - began) / 1000 / (done - first)) * (of - done);
      const rung = own.rungs.at(-1)?.until;
      const at = rung ? `after ${rung} ${rung === 1 ? "epoch" : "epochs"}` : "";
      screen.note([`${String(done).padStart(String(of).length)}/${of}`, `trial ${own.trial + 1}`, showPoint(own.point), result, at].filter(Boolean).join("  ")); // prettier-ignore
      head = `${done}/${of} done${least === null || least === undefined ? "" : `, best ${name} ${figure(least)}`}${of > done ? `, about ${duration(left)} left` : ""}`; // prettier-ignore
      draw();
    },
  };
}
