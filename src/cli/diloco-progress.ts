/** How rounds come along, on standard error: on a terminal a line that is redrawn in place, with the shards that are at work. */
import type { DilocoHooks } from "../distributed/parallel/diloco/coordinator.js";
import { sentIn } from "../distributed/parallel/diloco/totals.js";
import { duration, figure, size } from "./figures.js";
import type { Screen } from "./screen.js";
import { fit } from "./text-width.js";

const REDRAW_MS = 100;

export function dilocoProgress(screen: Screen): Pick<DilocoHooks, "onRound" | "onShard"> {
  const under = new Map<number, string>();
  let head = "";
  let drawn = 0;
  const draw = () => {
    if (!screen.status.isLive || performance.now() - drawn < REDRAW_MS) return;
    drawn = performance.now();
    const shards = [...under].sort(([a], [b]) => a - b).map(([shard, text]) => `shard ${shard}: ${text}`);
    screen.status.draw(fit([head, shards.join(", ")].filter(Boolean).join("  "), screen.status.width - 1));
  };
  return {
    onShard(progress) {
      const { shard, step, steps } = progress as { shard: number; step: number; steps: number };
      under.set(shard, `${step}/${steps}`);
      draw();
    },
    onRound(record, of) {
      under.clear();
      const { round, values, seconds } = record;
      const loss = values["loss"] === undefined ? "" : `loss ${figure(values["loss"])}`;
      head = [`round ${round + 1}/${of}`, loss, size(sentIn(record)), duration(seconds)].filter(Boolean).join("  "); // prettier-ignore
      draw();
    },
  };
}
