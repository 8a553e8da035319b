/** All settings of a task by group, with those that were changed beside them, and the button that starts the run. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { ColumnFacts, DataReply, OptionForm, StartRequest } from "../../api/index.js";
import { Card } from "../../ui/card.js";
import { Icon } from "../../ui/icons.js";
import { Windows } from "../data/windows.js";
import { written } from "../run/run-details.js";
import { commandOf } from "./command.js";
import { requestOf, type FormState } from "./form-state.js";
import { OptionField } from "./option-field.js";
import { helpOf, nameOf } from "./option-names.js";
import { ParallelPart } from "./parallel.js";
import { SearchPart, searchedName } from "./search.js";
import { StartButton } from "./start-button.js";
import { t, tIfKnown } from "./texts.js";

/** How a table is read: rarely needed, so it stands apart from what the columns mean. */
const READING = [
  "format",
  "encoding",
  "delimiter",
  "quote",
  "header",
  "decimal",
  "missingMarks",
  "types",
  "dateFormat",
  "memoryLimit",
];
/** Groups that are open from the beginning. */
const OPEN = ["Data", "Network", "Training"];

interface Group {
  readonly name: string;
  readonly options: readonly OptionForm[];
}

function groupsOf({ form }: FormState): Group[] {
  const reading = form.groups.flatMap(({ options }) => options.filter(({ name }) => READING.includes(name)));
  const groups = form.groups.map(({ name, options }) => ({
    name,
    options: options.filter((option) => !READING.includes(option.name)),
  }));
  return [...groups, { name: "Reading", options: reading }].filter(({ options }) => options.length > 0);
}

export function Form({ state, data }: { readonly state: FormState; readonly data: DataReply }) {
  const text = useSignal("");
  const previewed = useSignal<StartRequest | null>(null);
  const preview = useRef<HTMLDivElement>(null);
  // It lies below a long form.
  useEffect(() => preview.current?.scrollIntoView({ block: "start" }), [previewed.value]);
  const columns = data.facts.kind === "table" ? data.facts.columns : [];
  return (
    <div class="start">
      <div class="stack">
        <input
          class="input"
          type="search"
          placeholder={t("find")}
          aria-label={t("find")}
          value={text.value}
          onInput={({ currentTarget }) => (text.value = currentTarget.value)}
        />
        <Groups state={state} columns={columns} text={text.value} />
        <div class="card folds">
          <SearchPart state={state} />
          <ParallelPart state={state} />
        </div>
        {previewed.value && (
          <div ref={preview}>
            <Windows request={previewed.value} />
          </div>
        )}
      </div>
      <div class="start-side">
        <Card title={t("changedTitle")}>
          <Changed state={state} />
          <Command request={requestOf(state, data.path)} />
          <div class="stack tight">
            <StartButton state={state} data={data.path} />
            <button
              type="button"
              class="button"
              disabled={Object.keys(state.problems.value).length > 0}
              onClick={() => (previewed.value = { ...requestOf(state, data.path) })}
            >
              <Icon name="inside" />
              {t("preview")}
            </button>
          </div>
        </Card>
      </div>
    </div>
  );
}

interface GroupsProps {
  readonly state: FormState;
  readonly columns: readonly ColumnFacts[];
  readonly text: string;
}

function Groups({ state, columns, text }: GroupsProps) {
  const wanted = text.trim().toLowerCase();
  const fits = (option: OptionForm) =>
    [option.name, nameOf(option.name), helpOf(option)].some((part) => part.toLowerCase().includes(wanted));
  const groups = groupsOf(state)
    .map(({ name, options }) => ({ name, options: wanted === "" ? options : options.filter(fits) }))
    .filter(({ options }) => options.length > 0);
  if (groups.length === 0) return <p class="muted">{t("noneFound", { text })}</p>;
  return (
    <div class="card folds">
      {groups.map(({ name, options }) => (
        <details key={name} class="fold" open={wanted !== "" || OPEN.includes(name)}>
          <summary>
            <h2>{tIfKnown(name)}</h2>
            <span class="muted small tabular">{options.length}</span>
          </summary>
          <div class="fold-body options">
            {options.map((option) => (
              <OptionField key={option.name} option={option} state={state} columns={columns} />
            ))}
          </div>
        </details>
      ))}
    </div>
  );
}

function Command({ request }: { readonly request: StartRequest }) {
  const command = commandOf(request);
  if (command === null) return null;
  return (
    <details class="small changed-none">
      <summary>{t("command")}</summary>
      <pre class="output said">{command}</pre>
    </details>
  );
}

function Changed({ state }: { readonly state: FormState }) {
  const { settings: given, parallel = {}, search } = requestOf(state, "");
  const workers = parallel.workers ?? search?.workers;
  const settings = [
    ...Object.entries(given),
    ...Object.entries({ ...parallel, ...(workers !== undefined && { workers }) }),
    ...state.search.value.space.map(({ option, values }) => [option, values] as const),
  ];
  if (settings.length === 0) return <p class="muted small changed-none">{t("changedNone")}</p>;
  return (
    <dl class="pairs changed-list">
      {settings.map(([name, value]) => (
        <div key={name}>
          <dt>{name === "workers" || name === "perSeries" ? t(name) : searchedName(name)}</dt>
          <dd class="break tabular">{typeof value === "boolean" ? t(value ? "yes" : "no") : written(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
