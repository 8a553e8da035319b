/** What a visitor has chosen of a sweep: parts of axes, the scale of the result, the trial that is pointed at. */
import { computed, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { placeIn } from "../../../distributed/search/axes.js";
import type { SweepReply, SweepTrial } from "../../api/index.js";
import { passes, type Brush } from "../../ui/plots/parallel-geometry.js";
import { resultScale, type ResultScale, type ScaleKind } from "./scale.js";

export interface Choice {
  readonly scale: ReadonlySignal<ResultScale>;
  setScale(kind: ScaleKind): void;
  /** One for each dimension of the space, and one for the result. */
  readonly brushes: ReadonlySignal<readonly Brush[]>;
  brush(axis: number, brush: Brush): void;
  clear(): void;
  /** Trials that pass through all that is marked. */
  readonly kept: ReadonlySignal<readonly SweepTrial[]>;
  readonly pointed: Signal<number | null>;
  /** Shows the trial in the table. */
  find(trial: number): void;
}

/** The element that a trial has in the table. */
export const rowId = (trial: number): string => `trial-${trial}`;

export function useChoice(sweep: ReadonlySignal<SweepReply | null>): Choice {
  return useMemo(() => choiceOf(sweep), [sweep]);
}

function choiceOf(sweep: ReadonlySignal<SweepReply | null>): Choice {
  const kind = signal<ScaleKind | null>(null);
  const marked = signal<ReadonlyMap<number, Brush>>(new Map());
  const scale = computed(() => resultScale(sweep.value ?? NOTHING, kind.value));
  const brushes = computed(() => {
    const axes = (sweep.value?.space.length ?? 0) + 1;
    return Array.from({ length: axes }, (_, i) => marked.value.get(i) ?? null);
  });
  const kept = computed(() => {
    const { space, trials } = sweep.value ?? NOTHING;
    if (brushes.value.every((brush) => brush === null)) return trials;
    const places = (own: SweepTrial) => [
      ...space.map((dimension) => placeIn(dimension, own.point[dimension.name])),
      scale.value.placeOf(own),
    ];
    return trials.filter((own) => passes(places(own), brushes.value));
  });
  return {
    scale,
    setScale: (next) => {
      // A place means another value there.
      marked.value = new Map([...marked.value].filter(([axis]) => axis < brushes.value.length - 1));
      kind.value = next;
    },
    brushes,
    brush: (axis, brush) => (marked.value = new Map(marked.value).set(axis, brush)),
    clear: () => (marked.value = new Map()),
    kept,
    pointed: signal<number | null>(null),
    find(trial) {
      const row = document.getElementById(rowId(trial));
      row?.scrollIntoView({ block: "nearest" });
      row?.querySelector<HTMLElement>("a")?.focus({ preventScroll: true });
    },
  };
}

const NOTHING: Pick<SweepReply, "space" | "trials" | "judge"> = { space: [], trials: [], judge: null };
