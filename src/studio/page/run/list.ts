/** All runs as the server tells them while a page shows them; and the curve of each, for the small pictures beside them. */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { HistoryReply, Maybe, RunDetail, RunsReply, RunSummary } from "../../api/index.js";
import { apiPath, get } from "../client.js";
import { followList } from "./stream.js";

export const runs = signal<readonly RunSummary[] | null>(null);
export const runsError = signal<unknown>(null);

export async function refreshRuns(): Promise<void> {
  try {
    runs.value = (await get<RunsReply>("/api/runs")).runs;
    runsError.value = null;
  } catch (error) {
    runsError.value = error;
  }
}

/** Keeps the list fresh while the component is shown. */
export function useRunsList(): void {
  useEffect(() => {
    void refreshRuns();
    return followList((reply) => {
      runs.value = reply.runs;
      runsError.value = null;
    });
  }, []);
}

export interface Curve {
  readonly metric: string;
  readonly values: readonly Maybe[];
}

interface Known {
  readonly changed: string | null;
  readonly curve: Curve | null;
}

const curves = signal<ReadonlyMap<string, Known>>(new Map());
const waiting = new Set<string>();
let reading: Promise<void> = Promise.resolve();

/** The curve of what decides; null until it is read. Reads one run after the other, so that nothing else has to wait. */
export function curveOf(run: RunSummary): Curve | null {
  const known = curves.value.get(run.name);
  const stale = !known || known.changed !== run.changed;
  if (stale && run.epochs > 0 && run.state !== "running" && !waiting.has(run.name)) {
    waiting.add(run.name);
    reading = reading.then(() => readCurve(run));
  }
  return known?.curve ?? null;
}

/** Of what decides about the best epoch, else of the validation's loss. */
export function decidingCurve(run: RunSummary, { values }: HistoryReply): Curve | null {
  const metric = [run.best?.metric, "val_loss", "loss"].find((name) => name !== undefined && values[name]);
  return metric === undefined ? null : { metric, values: values[metric]! };
}

async function readCurve(run: RunSummary): Promise<void> {
  try {
    const { history } = await get<RunDetail>(apiPath("runs", run.name));
    curves.value = new Map(curves.value).set(run.name, { changed: run.changed, curve: decidingCurve(run, history) });
  } catch {
    // The row shows no curve; opening the run says why.
    curves.value = new Map(curves.value).set(run.name, { changed: run.changed, curve: null });
  } finally {
    waiting.delete(run.name);
  }
}
