/** What a form holds: settings that are not left at their defaults, and what is wrong with others. */
import { computed, signal, type ReadonlySignal } from "@preact/signals";
import type { OptionForm, StartRequest, TaskForm } from "../../api/index.js";

export interface FormState {
  readonly form: TaskForm;
  readonly settings: ReadonlySignal<Readonly<Record<string, unknown>>>;
  /** By option. */
  readonly problems: ReadonlySignal<Readonly<Record<string, string>>>;
  /** Undefined, or what the default is, leaves it at the default. */
  set(option: OptionForm, value: unknown): void;
  fail(option: OptionForm, problem: string): void;
}

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
  };
}

function without<Value>(record: Readonly<Record<string, Value>>, name: string): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).filter(([other]) => other !== name));
}

export function requestOf({ form, settings }: FormState, data: string): StartRequest {
  return { task: form.task, data, settings: settings.value };
}
