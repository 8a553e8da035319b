/** All runs, the newest first, with the curve of each; several are chosen to be seen side by side. */
import { signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { RunSummary } from "../../api/index.js";
import { Icon } from "../../ui/icons.js";
import { Empty, Failure, Loading } from "../../ui/notices.js";
import { linkTo, place, setQuery } from "../routes.js";
import { refreshRuns, runs, runsError, useRunsList } from "./list.js";
import { RunsTable } from "./runs-table.js";
import { t } from "./texts.js";

/** Kept while other pages are looked at. */
const selected = signal<ReadonlySet<string>>(new Set());

export function RunsPage() {
  useRunsList();
  const all = runs.value;
  const text = place.value.query.get("find") ?? "";
  const shown = useMemo(() => (all ?? []).filter((run) => matches(run, text)), [all, text]);
  return (
    <>
      <div class="page-head beside">
        <div class="row">
          <h1>{t("title")}</h1>
          {all && <span class="muted small tabular">{t("counted", { count: all.length })}</span>}
        </div>
        <div class="row">
          {all && all.length > 5 && (
            <input
              class="input find"
              type="search"
              placeholder={t("find")}
              aria-label={t("find")}
              value={text}
              onInput={({ currentTarget }) => setQuery({ find: currentTarget.value })}
            />
          )}
          <a class="button primary" href={linkTo(["new"])}>
            <Icon name="start" />
            {t("start")}
          </a>
        </div>
      </div>
      {runsError.value !== null && <Failure error={runsError.value} retry={() => void refreshRuns()} />}
      {all === null ? (
        runsError.value === null && <Loading height={240} />
      ) : (
        <List all={all} shown={shown} text={text} />
      )}
    </>
  );
}

function matches(run: RunSummary, text: string): boolean {
  return [run.name, run.task, run.data, run.verb].some((part) => part?.toLowerCase().includes(text.toLowerCase()));
}

function List(props: {
  readonly all: readonly RunSummary[];
  readonly shown: readonly RunSummary[];
  readonly text: string;
}) {
  const { all, shown, text } = props;
  if (all.length === 0)
    return (
      <div class="card">
        <Empty icon="runs" title={t("noneTitle")}>
          <p>{t("none")}</p>
          <a class="button primary" href={linkTo(["new"])}>
            <Icon name="start" />
            {t("start")}
          </a>
          <p class="small muted">
            {t("noneTerminal")} <code class="phrase">npx sluice train …</code>
          </p>
        </Empty>
      </div>
    );
  if (shown.length === 0) return <p class="muted">{t("noMatch", { text })}</p>;
  return (
    <>
      <div class="card runs">
        <RunsTable runs={shown} selected={selected.value} onSelect={toggle} />
      </div>
      <Selection all={all} />
    </>
  );
}

function toggle(name: string): void {
  const next = new Set(selected.value);
  if (!next.delete(name)) next.add(name);
  selected.value = next;
}

function Selection({ all }: { readonly all: readonly RunSummary[] }) {
  const chosen = all.filter(({ name }) => selected.value.has(name)).map(({ name }) => name);
  if (chosen.length === 0) return all.length > 1 ? <p class="muted small hint">{t("selectHint")}</p> : null;
  return (
    <div class="selection" role="status">
      <span class="tabular">{t("selected", { count: chosen.length })}</span>
      <button type="button" class="button plain" onClick={() => (selected.value = new Set())}>
        {t("clear")}
      </button>
      <a class="button primary" href={linkTo(["compare"], { runs: chosen.join(",") })}>
        {t("compare", { count: chosen.length })}
      </a>
    </div>
  );
}
