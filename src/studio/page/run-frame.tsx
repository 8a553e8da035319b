/** What stands above every page of a run: its name, how it stands, and the tabs. */
import type { ComponentChildren } from "preact";
import type { RunSummary } from "../api/index.js";
import { dateTime } from "../ui/format.js";
import { Icon } from "../ui/icons.js";
import { Empty, Failure, Loading } from "../ui/notices.js";
import { outerName, ownName } from "./inner-run.js";
import { PAGES } from "./pages.js";
import { linkTo } from "./routes.js";
import { useRun } from "./run/live.js";
import { RunActions } from "./run/run-actions.js";
import { t } from "./texts.js";

const TONES = { running: "accent live", finished: "good", interrupted: "warn", failed: "bad", broken: "bad" } as const;

export function StateBadge({ state }: { readonly state: RunSummary["state"] }) {
  return <span class={`badge ${TONES[state]}`}>{t(state)}</span>;
}

export function RunFrame(props: { readonly name: string; readonly path: string; readonly page: ComponentChildren }) {
  const { name, path, page } = props;
  const live = useRun(name);
  const run = live.summary.value;
  const outer = outerName(name);
  if (!run) {
    const error = live.error.value;
    return error ? <Failure error={error} retry={() => void live.refresh()} /> : <Loading height={96} />;
  }
  return (
    <>
      <div class="page-head">
        <nav class="crumbs" aria-label={t("crumbs")}>
          <a href={linkTo(["runs"])}>{t("runs")}</a> <Icon name="right" />
          {outer !== null && (
            <>
              <a href={linkTo(["runs", outer])}>{outer}</a> <Icon name="right" />
            </>
          )}
        </nav>
        <div class="row wrap between">
          <div>
            <div class="row wrap">
              <h1 class="break">{run.seriesId ?? ownName(name)}</h1>
              <StateBadge state={run.state} />
            </div>
            <p class="muted small">
              {[run.task, run.verb, run.data, run.date && dateTime(run.date)].filter(Boolean).join(" · ")}
            </p>
          </div>
          <RunActions live={live} />
        </div>
        <Tabs run={run} path={path} />
      </div>
      {isThere(run, path) ? page : <NoPage run={run} />}
    </>
  );
}

const isThere = (run: RunSummary, path: string): boolean =>
  PAGES.find((entry) => entry.path === path)?.has?.(run) ?? true;

/** A page that other runs have: one of many models has none of its own, another holds no model yet. */
function NoPage({ run }: { readonly run: RunSummary }) {
  const [title, help] = run.series
    ? ([t("modelEach"), t("modelEachHelp")] as const)
    : run.sweep
      ? ([t("modelTrial"), t("modelTrialHelp")] as const)
      : ([t("noPage"), run.has.model ? "" : t("noPageHelp")] as const);
  return (
    <Empty icon="model" title={title}>
      {help && <p>{help}</p>}
      <a class="button" href={linkTo(["runs", run.name])}>
        {t(run.series ? "toSeries" : run.sweep ? "toTrials" : "overview")}
      </a>
    </Empty>
  );
}

function Tabs({ run, path }: { readonly run: RunSummary; readonly path: string }) {
  const tabs = PAGES.filter((entry) => entry.place === "run" && (entry.has?.(run) ?? true));
  if (tabs.length < 2) return null;
  return (
    <nav class="tabs" aria-label={t("tabs")}>
      {tabs.map((entry) => (
        <a
          key={entry.path}
          href={linkTo(entry.path.split("/").map((piece) => (piece === ":run" ? run.name : piece)))}
          aria-current={entry.path === path ? "page" : undefined}
        >
          {t(entry.title)}
        </a>
      ))}
    </nav>
  );
}
