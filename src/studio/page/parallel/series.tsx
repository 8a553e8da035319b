/** A run with a model for each series: how they do together, and each by itself. */
import type { SeriesReply } from "../../api/index.js";
import { Card } from "../../ui/card.js";
import { count, duration, figure, percent } from "../../ui/format.js";
import { ProgressCard } from "../../ui/progress-card.js";
import { Bars } from "../../ui/plots/index.js";
import type { LiveRun } from "../run/live.js";
import { SeriesTable } from "./series-table.js";
import { said } from "../run/said.js";
import { t } from "./texts.js";

export function SeriesOverview({ live }: { readonly live: LiveRun }) {
  const all = live.detail.value?.series;
  if (!all) return null;
  const { summary } = all;
  return (
    <>
      {live.summary.value?.state === "running" && <Progress all={all} />}
      <Figures all={all} />
      {summary && (
        <div class="grid sweep-pair">
          <Card title={t("better")}>
            <div class="stack tight">
              <Bars
                label={t("better")}
                bars={Object.entries(summary.better).map(([name, value]) => ({ label: said(name), value }))}
                full={1}
                text={(share) => percent(share)}
              />
              <p class="small muted">{t("betterHelp")}</p>
            </div>
          </Card>
          <Spread spread={summary.spread} />
        </div>
      )}
      <SeriesTable all={all} run={live.name} />
    </>
  );
}

function Progress({ all: { series } }: { readonly all: SeriesReply }) {
  const of = series.length;
  const done = series.filter(({ state }) => state !== "waiting").length;
  const words = t("progressOf", { done, of });
  return <ProgressCard title={t("progress")} words={words} done={done} of={of} />;
}

function Figures({ all: { series, spent, summary } }: { readonly all: SeriesReply }) {
  const withState = (wanted: string) => series.filter(({ state }) => state === wanted).length;
  const [aside, failed] = [withState("set aside"), withState("failed")];
  const median = Object.values(summary?.spread ?? {})[0]?.["0.5"];
  return (
    <dl class="card figures">
      <div>
        <dt>{t("withModel")}</dt>
        <dd>
          {count(withState("done"))} <small>{t("ofAll", { of: series.length })}</small>
        </dd>
      </div>
      {aside > 0 && (
        <div>
          <dt>{t("setAside")}</dt>
          <dd>{count(aside)}</dd>
        </div>
      )}
      {failed > 0 && (
        <div>
          <dt>{t("failed")}</dt>
          <dd>{count(failed)}</dd>
        </div>
      )}
      {median !== undefined && (
        <div>
          <dt>{t("median")}</dt>
          <dd>{figure(median)}</dd>
        </div>
      )}
      <div>
        <dt>{t("spent")}</dt>
        <dd>{duration(spent)}</dd>
      </div>
    </dl>
  );
}

function Spread({ spread }: { readonly spread: NonNullable<SeriesReply["summary"]>["spread"] }) {
  const shares = Object.keys(Object.values(spread)[0] ?? {});
  return (
    <Card title={t("spread")} flush>
      <div class="scroll" tabIndex={0} role="region" aria-label={t("spread")}>
        <table class="table">
          <thead>
            <tr>
              <th>{t("who")}</th>
              {shares.map((share) => (
                <th key={share} class="number">
                  {percent(Number(share))}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {Object.entries(spread).map(([name, quantiles]) => (
              <tr key={name}>
                <th scope="row">{name === "network" ? t("network") : said(name)}</th>
                {shares.map((share) => (
                  <td key={share} class="number">
                    {figure(quantiles[share], 3)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="small muted table-foot">{t("spreadHelp")}</p>
    </Card>
  );
}
