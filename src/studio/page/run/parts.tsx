/** How far a run has come: in epochs, or in the parts that it has instead. */
import type { RunSummary } from "../../api/index.js";
import { count, NONE } from "../../ui/format.js";
import { t } from "./texts.js";

interface PartsDone {
  readonly done: number;
  readonly of: number;
  readonly failed: number;
  readonly kind: "trials" | "series";
}

/** Trials are to a sweep, and series to a run with a model for each, what epochs are to a training. */
export function partsOf({ sweep, series }: RunSummary): PartsDone | null {
  if (sweep) return { ...sweep, kind: "trials" };
  return series && { ...series, kind: "series" };
}

/** @param trained epochs, as far as the page knows */
export function Done({ run, trained }: { readonly run: RunSummary; readonly trained: number }) {
  const parts = partsOf(run);
  return parts ? <Parts parts={parts} /> : <Epochs run={run} trained={trained} />;
}

function Parts({ parts: { done, of, failed, kind } }: { readonly parts: PartsDone }) {
  return (
    <>
      {count(done)}
      <span class="muted">/{count(of)}</span>
      <span class="muted under">
        {t(kind, { count: of })}
        {failed > 0 && ` · ${t("setAside", { count: failed })}`}
      </span>
    </>
  );
}

/** An evaluation is all that there is of a backtest. */
function Epochs({ run, trained }: { readonly run: RunSummary; readonly trained: number }) {
  if (run.verb !== null) return <>{NONE}</>;
  return (
    <>
      {count(trained)}
      {run.epochsPlanned !== null && <span class="muted">/{count(run.epochsPlanned)}</span>}
    </>
  );
}

interface Best {
  readonly metric: string;
  readonly value: number;
  /** Of a training. */
  readonly epoch?: number;
}

/** The best so far: of a search its best trial, of a model for each series what the one in the middle has come to. */
export function bestOf({ sweep, series, best }: RunSummary): Best | null {
  if (sweep) return sweep.best && sweep.judge && { value: sweep.best.value, metric: sweep.judge.metric };
  if (series) return series.median === null ? null : { value: series.median, metric: t("median") };
  return best;
}
