import { callbacks, type Callback, type History } from "sluice";

interface Patience {
  readonly monitor: string;
  readonly mode: "min" | "max";
  readonly patience: number;
  /** The value before the first epoch, where that counts. */
  readonly start: number | null;
  /** The best value so far. */
  readonly best: number | null;
}

/**
 * Early stopping that goes on where a run was interrupted: epochs without improvement before it count. Where patience had ended,
 * and more epochs are asked for all the same, it begins anew.
 */
export function earlyStoppingAfter(
  before: History | null,
  { monitor, mode, patience, start, best }: Patience,
): Callback {
  let stopping = callbacks.earlyStopping({ monitor, mode, patience, baseline: start });
  return {
    async onTrainBegin(run) {
      await stopping.onTrainBegin!(run);
      let ended = false;
      const silent = { ...run, stop: () => void (ended = true) };
      for (const [i, epoch] of (before?.epoch ?? []).entries())
        await stopping.onEpochEnd!(epoch, { [monitor]: before!.history[monitor]![i]! }, silent);
      if (!ended) return;
      stopping = callbacks.earlyStopping({ monitor, mode, patience, baseline: best });
      await stopping.onTrainBegin!(run);
    },
    onEpochEnd: (epoch, logs, run) => stopping.onEpochEnd!(epoch, logs, run),
  };
}
