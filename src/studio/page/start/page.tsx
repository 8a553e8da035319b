/** A new run: data, what to learn from them, settings, go. */
import { useMemo } from "preact/hooks";
import type { DataReply, TaskForm } from "../../api/index.js";
import { Icon } from "../../ui/icons.js";
import { Failure, Loading, Note } from "../../ui/notices.js";
import { apiPath, get } from "../client.js";
import { Files } from "../data/files.js";
import { dataPath } from "../data/page.js";
import { useResource } from "../resource.js";
import { linkTo, place, setQuery } from "../routes.js";
import { session } from "../session.js";
import { Form } from "./form.js";
import { formState } from "./form-state.js";
import { whyOf } from "./option-names.js";
import { t, tIfKnown } from "./texts.js";

export function StartPage() {
  const { query } = place.value;
  const path = query.get("path");
  if (path !== null) return <Start key={path} path={path} />;
  return (
    <>
      <div class="page-head">
        <h1>{t("title")}</h1>
        <p class="muted small measure">{t("chooseHelp")}</p>
      </div>
      <Files folder={query.get("folder") ?? ""} page="new" />
    </>
  );
}

/** What stands in the address decides: a proposal by its number, or a task without one. */
function Start({ path }: { readonly path: string }) {
  const { value, error, reload } = useResource(dataPath(path), (key, signal) => get<DataReply>(key, signal));
  return (
    <>
      <div class="page-head beside">
        <div>
          <h1 class="break">
            {t("title")} <span class="muted">{path}</span>
          </h1>
        </div>
        <div class="row">
          <a class="button" href={linkTo(["data"], { path })}>
            <Icon name="data" />
            {t("look")}
          </a>
          <a class="button" href={linkTo(["new"])}>
            {t("other")}
          </a>
        </div>
      </div>
      {error ? <Failure error={error} retry={reload} /> : value ? <Chosen data={value} /> : <Loading height={360} />}
    </>
  );
}

function Chosen({ data }: { readonly data: DataReply }) {
  const { query } = place.value;
  const { proposals } = data.facts;
  const number = Number(query.get("proposal") ?? 0);
  const asked = query.get("task");
  const proposal = asked === null ? proposals[number] : undefined;
  const task = proposal?.task ?? asked;
  return (
    <div class="stack">
      <TaskChoice data={data} chosen={asked === null ? number : -1} task={task} />
      {proposals.length === 0 && <Note>{t("taskNone")}</Note>}
      {task && (
        <TaskSettings key={`${task} ${number} ${asked}`} data={data} task={task} options={proposal?.options ?? {}} />
      )}
    </div>
  );
}

function TaskChoice(props: {
  readonly data: DataReply;
  readonly chosen: number;
  readonly task: string | null | undefined;
}) {
  const { data, chosen, task } = props;
  const { proposals } = data.facts;
  const tasks = session.value.state === "open" ? session.value.studio.tasks : [];
  const others = tasks.filter(({ name }) => !proposals.some((proposal) => proposal.task === name));
  return (
    <fieldset>
      <legend class="visually-hidden">{t("task")}</legend>
      <div class="tasks">
        {proposals.map((proposal, i) => (
          <label key={i} class="task-choice">
            <input
              type="radio"
              name="task"
              checked={i === chosen}
              onChange={() => setQuery({ proposal: i === 0 ? "" : String(i), task: "" })}
            />
            <span>
              <strong>{tIfKnown(proposal.task)}</strong>
              <span class="muted small">{whyOf(proposal)}</span>
            </span>
            <span class="badge accent">{t("proposed")}</span>
          </label>
        ))}
      </div>
      <div class="other-tasks">
        {others.map(({ name }) => (
          <label key={name} class="chip-choice">
            <input
              type="radio"
              name="task"
              checked={chosen === -1 && name === task}
              onChange={() => setQuery({ task: name, proposal: "" })}
            />
            {tIfKnown(name)}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** The studio shows gradient norms, so runs that it starts keep them; the form says so, and they can be switched off. */
function withNorms({ groups }: TaskForm, options: Readonly<Record<string, unknown>>) {
  const known = groups.some((group) => group.options.some(({ name }) => name === "gradientNorms"));
  return known ? { ...options, gradientNorms: true } : options;
}

interface SettingsProps {
  readonly data: DataReply;
  readonly task: string;
  readonly options: Readonly<Record<string, unknown>>;
}

function TaskSettings({ data, task, options }: SettingsProps) {
  const { value, error, reload } = useResource(apiPath("schema", task), (key, signal) => get<TaskForm>(key, signal));
  const state = useMemo(() => (value ? formState(value, withNorms(value, options)) : null), [value]);
  if (error) return <Failure error={error} retry={reload} />;
  if (!state) return <Loading height={360} />;
  return <Form state={state} data={data} />;
}
