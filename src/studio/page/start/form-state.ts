/** What a form holds: settings that are not left at their defaults, and what is wrong with others. */
import { computed, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import type { OptionForm, SearchRequest, StartRequest, TaskForm } from "../../api/index.js";

export interface FormState {
  readonly form: TaskForm;
  readonly settings: ReadonlySignal<Readonly<Record<string, unknown>>>;
  /** By option. */
  readonly problems: ReadonlySignal<Readonly<Record<string, string>>>;
  /** Undefined, or what the default is, leaves it at the default. */
  set(option: OptionForm, value: unknown): void;
  fail(option: OptionForm, problem: string): void;
  readonly search: Signal<Search>;
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
  };
}

function without<Value>(record: Readonly<Record<string, Value>>, name: string): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).filter(([other]) => other !== name));
}

/** An option that is searched is not set besides. */
export function requestOf({ form, settings, search }: FormState, data: string): StartRequest {
  const { space, trials, method, halving } = search.value;
  if (space.length === 0) return { task: form.task, data, settings: settings.value };
  let given = settings.value;
  for (const { option } of space) given = without(given, option);
  const choices = {
    ...(trials !== NO_SEARCH.trials && { trials }),
    ...(method !== NO_SEARCH.method && { method }),
    ...(halving && { halving }),
  };
  const texts = space.map(({ option, values }) => `${option}=${values.trim()}`);
  return { task: form.task, data, settings: given, search: { space: texts, ...choices } };
}
