/** One run: how it goes while it trains, and what came of it. */
import { useSignal } from "@preact/signals";
import type { RunDetail } from "../../api/index.js";
import { Card } from "../../ui/card.js";
import { duration, figure } from "../../ui/format.js";
import { Icon } from "../../ui/icons.js";
import { Empty, Failure, Loading, Note } from "../../ui/notices.js";
import type { PageProps } from "../pages.js";
import { useResource } from "../resource.js";
import { Baselines } from "./baselines.js";
import { LogSwitch, RunCurves } from "./curves.js";
import { useRun, type LiveRun } from "./live.js";
import { lost } from "./stream.js";
import { Norms } from "./norms.js";
import { Pictures } from "./pictures.js";
import { ProgressCard } from "./progress.js";
import { said } from "./said.js";
import { t } from "./texts.js";
import { Details } from "./run-details.js";
import { verdictsOf } from "./verdict.js";

export function RunPage({ params }: PageProps) {
  const live = useRun(params["run"]!);
  const detail = live.detail.value;
  const error = live.error.value;
  if (!detail) return error ? <Failure error={error} retry={() => void live.refresh()} /> : <Loading height={320} />;
  const run = live.summary.value!;
  if (run.state === "broken")
    return (
      <Note tone="bad">
        <strong>{t("brokenTitle")}</strong> {run.problem}
      </Note>
    );
  const many = run.sweep ? "sweep" : run.series ? "series" : null;
  const single = run.verb === null && many === null;
  return (
    <div class="stack">
      {error !== null && <Failure error={error} retry={() => void live.refresh()} />}
      {lost.value && run.state === "running" && <Note tone="warn">{t("lost")}</Note>}
      {run.problem && (
        <Note tone={run.state === "failed" ? "bad" : "warn"}>
          <strong>{t("problem")}</strong> <span class="output">{run.problem}</span>
        </Note>
      )}
      {many === null ? (
        <>
          {run.state === "running" && run.verb === null && <ProgressCard live={live} />}
          {(run.verb === null || run.result) && <Figures live={live} detail={detail} />}
        </>
      ) : (
        <Part name={many} live={live} />
      )}
      <Verdicts detail={detail} />
      {/* A backtest trains many networks: what it shows are its forecasts. */}
      {single && <Curves live={live} />}
      {run.rounds && <Part name="rounds" live={live} />}
      {detail.evaluation && <Baselines evaluation={detail.evaluation} />}
      {detail.evaluation && <Pictures evaluation={detail.evaluation} />}
      {run.verb === "backtest" && <Part name="fits" live={live} />}
      {single && run.seriesId === null && run.rounds === null && (
        <Norms rows={live.norms.value} kept={detail.config["gradientNorms"] === true} />
      )}
      <Details detail={detail} />
    </div>
  );
}

/** Fetched with the first run that needs it. */
const PARTS = {
  sweep: async () => (await import("../sweep/sweep.js")).SweepOverview,
  series: async () => (await import("../parallel/series.js")).SeriesOverview,
  rounds: async () => (await import("../parallel/rounds.js")).RoundsCard,
  fits: async () => (await import("../parallel/fits.js")).FitsCard,
} as const;

function Part({ name, live }: { readonly name: keyof typeof PARTS; readonly live: LiveRun }) {
  const { value, error, reload } = useResource(name, async () => ({ Shown: await PARTS[name]() }));
  if (error) return <Failure error={error} retry={reload} />;
  return value ? <value.Shown live={live} /> : <Loading height={320} />;
}

function Figures({ live, detail }: { readonly live: LiveRun; readonly detail: RunDetail }) {
  const run = live.summary.value!;
  const { result, best } = run;
  const seconds = trainedFor(detail);
  return (
    <dl class="card figures">
      {result && (
        <div>
          <dt>
            {!result.unit?.startsWith(result.metric) && result.metric} {t("part", { part: said(result.part) })}
          </dt>
          <dd>
            {figure(result.network)} {result.unit && <small>{result.unit}</small>}
          </dd>
        </div>
      )}
      {result?.baseline && (
        <div>
          <dt>{t("baseline")}</dt>
          <dd>
            {figure(result.baseline.value)} {result.unit && <small>{result.unit}</small>}{" "}
            <small>{said(result.baseline.name)}</small>
          </dd>
        </div>
      )}
      {best && (
        <div>
          <dt>
            {t("best")} {best.metric}
          </dt>
          <dd>
            {figure(best.value)} <small>{t("atEpoch", { epoch: best.epoch + 1 })}</small>
          </dd>
        </div>
      )}
      {run.verb === null && (
        <div>
          <dt>{t("epochs")}</dt>
          <dd>
            {live.history.value.epoch.length}{" "}
            {run.epochsPlanned !== null && <small>{t("planned", { epochs: run.epochsPlanned })}</small>}
          </dd>
        </div>
      )}
      {seconds !== null && (
        <div>
          <dt>{t("took")}</dt>
          <dd>{duration(seconds)}</dd>
        </div>
      )}
    </dl>
  );
}

/** From its begin to the last change, where it has ended. */
function trainedFor({ run }: RunDetail): number | null {
  if (run.state === "running" || run.date === null || run.changed === null) return null;
  const seconds = (Date.parse(run.changed) - Date.parse(run.date)) / 1000;
  return seconds > 0 ? seconds : null;
}

function Verdicts({ detail: { evaluation } }: { readonly detail: RunDetail }) {
  if (!evaluation) return null;
  return (
    <ul class="card verdicts">
      {verdictsOf(evaluation).map(({ text, tone }) => (
        <li key={text} class={tone}>
          <Icon name={tone === "good" ? "check" : tone === "info" ? "info" : "warning"} />
          <span class="break">{text}</span>
        </li>
      ))}
    </ul>
  );
}

function Curves({ live }: { readonly live: LiveRun }) {
  const history = live.history.value;
  const running = live.summary.value!.state === "running";
  const asTable = useSignal(false);
  if (history.epoch.length === 0)
    return (
      <Card title={t("curves")}>
        <Empty icon="runs" title={t("noCurvesTitle")}>
          <p>{t(running ? "noCurves" : "noCurvesEnded")}</p>
        </Empty>
      </Card>
    );
  const aside = (
    <div class="row">
      <LogSwitch />
      <button
        type="button"
        class="button plain small"
        aria-pressed={asTable.value}
        onClick={() => (asTable.value = !asTable.value)}
      >
        <Icon name="data" />
        {t("values")}
      </button>
    </div>
  );
  return (
    <Card title={t("curves")} aside={aside} flush={asTable.value}>
      {asTable.value ? <HistoryTable live={live} /> : <RunCurves history={history} />}
    </Card>
  );
}

/** The same in numbers, the last epoch first. */
function HistoryTable({ live }: { readonly live: LiveRun }) {
  const { epoch, values } = live.history.value;
  const names = Object.keys(values);
  return (
    <div class="scroll tall" tabIndex={0} role="region" aria-label={t("values")}>
      <table class="table">
        <thead>
          <tr>
            <th class="number">{t("epoch")}</th>
            {names.map((name) => (
              <th key={name} class="number mono">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {epoch
            .map((at, i) => (
              <tr key={at}>
                <td class="number">{at + 1}</td>
                {names.map((name) => (
                  <td key={name} class="number">
                    {figure(values[name]![i], 5)}
                  </td>
                ))}
              </tr>
            ))
            .reverse()}
        </tbody>
      </table>
    </div>
  );
}
