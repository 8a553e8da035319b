/** What a form for a task is built of: its options, as the command line and configurations have them. */
import { groupOf } from "../../tasks/option-groups.js";
import { jsonSchemaOf } from "../../tasks/option-json.js";
import { TASKS } from "../../tasks/registry.js";
import type { Task, TaskName } from "../../tasks/task.js";
import type { OptionForm, OptionSchema, TaskForm } from "../api/index.js";
import { refuseUnless } from "./problems.js";

/** What decides most comes first. */
const ORDER = ["Data", "Network", "Training", "Doubt", "Decoding", "Parts of the data", "Run"] as const;

/** The studio says where runs are kept. */
const HIDDEN = ["runs"];
/** Options that name a file. */
export const FILES: readonly string[] = ["testData", "validationData"];
/** Options whose text is the name of a column, or a list of such. */
const COLUMN = /[Cc]olumn/;

export function taskAsked(name: string): Task {
  const task = Object.hasOwn(TASKS, name) ? TASKS[name as TaskName] : undefined;
  refuseUnless(task, 404, () => `there is no task ${name.slice(0, 100)}; there are ${Object.keys(TASKS).join(", ")}`);
  return task;
}

export function formOf({ name, description, options }: Task): TaskForm {
  const { properties = {} } = jsonSchemaOf(options);
  const forms = Object.entries(properties)
    .filter(([key]) => !HIDDEN.includes(key))
    .map(([key, schema]) => formFor(key, schema as OptionSchema & { description?: string }));
  const groups = ORDER.map((group) => ({ name: group, options: forms.filter((form) => groupOf(form.name) === group) }));
  return { task: name, description, groups: groups.filter((group) => group.options.length > 0) };
}

function formFor(name: string, { description = "", ...schema }: OptionSchema & { description?: string }): OptionForm {
  return { name, description, schema: plain(schema), holds: holdsOf(name, description, schema) };
}

/** Without the bound that says no more than that a number is whole. */
function plain({ maximum, ...schema }: OptionSchema): OptionSchema {
  return {
    ...schema,
    ...(maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER && { maximum }),
    ...(schema.items && { items: plain(schema.items) }),
    ...(schema.anyOf && { anyOf: schema.anyOf.map(plain) }),
  };
}

function holdsOf(name: string, description: string, schema: OptionSchema): OptionForm["holds"] {
  if (FILES.includes(name)) return "file";
  const forms = schema.anyOf ?? [schema];
  const isText = (form: OptionSchema | undefined) => form?.type === "string" && form.enum === undefined;
  if (!COLUMN.test(description)) return "value";
  if (forms.some((form) => form.type === "array" && isText(form.items))) return "columns";
  return forms.some(isText) ? "column" : "value";
}

/** Paths among the settings: like the data they must lie in the working folder. */
export function filesAmong(settings: Readonly<Record<string, unknown>>): string[] {
  return FILES.map((name) => settings[name]).filter((path) => typeof path === "string");
}
