import { callbacks, type Callback, type History } from "sluice";

interface Patience {
  readonly monitor: string;
  readonly mode: "min" | "max";
  readonly patience: number;
  /** The value before the first epoch, where that counts. */
  readonly start: number | null;
  /** The best value so far. */
  readonly best: number | null;
  /** Whether the training had come to its end, so that more is asked for. */
  readonly anew: boolean;
}

/**
 * Early stopping that goes on where a run was interrupted: epochs without improvement before it count. Where patience had ended it
 * begins anew when more epochs are asked for; a run that was cut off just then, before it was measured, trains no more.
 */
export function earlyStoppingAfter(
  before: History | null,
  { monitor, mode, patience, start, best, anew }: Patience,
): Callback {
  let stopping = callbacks.earlyStopping({ monitor, mode, patience, baseline: start });
  return {
    async onTrainBegin(run) {
      await stopping.onTrainBegin!(run);
      const ends: { epoch: number; reason: string }[] = [];
      for (const [i, epoch] of (before?.epoch ?? []).entries()) {
        const silent = { ...run, stop: (reason: string) => void ends.push({ epoch, reason }) };
        await stopping.onEpochEnd!(epoch, { [monitor]: before!.history[monitor]![i]! }, silent);
      }
      const [end] = ends;
      if (!end) return;
      if (!anew && end.epoch === before!.epoch.at(-1)) return run.stop(end.reason);
      stopping = callbacks.earlyStopping({ monitor, mode, patience, baseline: best });
      await stopping.onTrainBegin!(run);
    },
    onEpochEnd: (epoch, logs, run) => stopping.onEpochEnd!(epoch, logs, run),
  };
}
