/** What a form holds: settings that are not left at their defaults, and what is wrong with others. */
import { computed, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import type { OptionForm, ParallelRequest, SearchRequest, StartRequest, TaskForm } from "../../api/index.js";

export interface FormState {
  readonly form: TaskForm;
  readonly settings: ReadonlySignal<Readonly<Record<string, unknown>>>;
  /** By option. */
  readonly problems: ReadonlySignal<Readonly<Record<string, string>>>;
  /** Undefined, or what the default is, leaves it at the default. */
  set(option: OptionForm, value: unknown): void;
  fail(option: OptionForm, problem: string): void;
  readonly search: Signal<Search>;
  readonly parallel: Signal<ParallelRequest>;
}

/** What is searched; nothing where `space` is empty. */
export interface Search {
  readonly space: readonly Searched[];
  readonly trials: number;
  readonly method: NonNullable<SearchRequest["method"]>;
  readonly halving: boolean;
}

export interface Searched {
  readonly option: string;
  /** Values or a range, as the command line reads them. */
  readonly values: string;
}

export const NO_SEARCH: Search = { space: [], trials: 40, method: "tpe", halving: false };

export function formState(form: TaskForm, proposed: Readonly<Record<string, unknown>>): FormState {
  const settings = signal(proposed);
  const problems = signal<Readonly<Record<string, string>>>({});
  return {
    form,
    settings,
    problems: computed(() => problems.value),
    set({ name, schema }, value) {
      problems.value = without(problems.value, name);
      const atDefault = value === undefined || JSON.stringify(value) === JSON.stringify(schema.default);
      settings.value = atDefault ? without(settings.value, name) : { ...settings.value, [name]: value };
    },
    fail({ name }, problem) {
      problems.value = { ...problems.value, [name]: problem };
    },
    search: signal(NO_SEARCH),
    parallel: signal({}),
  };
}

function without<Value>(record: Readonly<Record<string, Value>>, name: string): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).filter(([other]) => other !== name));
}

/** Whether its data are several series that could each have a model. */
export const hasSeries = ({ form, settings }: FormState): boolean =>
  form.task === "forecast" && settings.value["id"] !== undefined;

function parallelOf(state: FormState): ParallelRequest {
  const { perSeries = false, workers } = state.parallel.value;
  return { ...(perSeries && hasSeries(state) && { perSeries }), ...(workers !== undefined && { workers }) };
}

/** An option that is searched is not set besides; threads of a search are trials at once. */
export function requestOf(state: FormState, data: string): StartRequest {
  const { form, settings, search } = state;
  const { space, trials, method, halving } = search.value;
  const parallel = parallelOf(state);
  if (space.length === 0) {
    const divided = Object.keys(parallel).length > 0;
    const { gradientNorms: _, ...rest } = settings.value;
    const own = parallel.perSeries ? rest : settings.value;
    return { task: form.task, data, settings: own, ...(divided && { parallel }) };
  }
  let given = settings.value;
  for (const { option } of space) given = without(given, option);
  const choices = {
    ...(trials !== NO_SEARCH.trials && { trials }),
    ...(method !== NO_SEARCH.method && { method }),
    ...(halving && { halving }),
    ...(parallel.workers !== undefined && { workers: parallel.workers }),
  };
  const texts = space.map(({ option, values }) => `${option}=${values.trim()}`);
  return { task: form.task, data, settings: given, search: { space: texts, ...choices } };
}
