/** The forecast page: what comes next as a fan, and what was foreseen from moments of the past. */
import { useState } from "preact/hooks";
import type { ForecastReply } from "../../api/index.js";
import { dictionary } from "../../ui/i18n.js";
import { Empty, Failure, Loading, Note } from "../../ui/notices.js";
import { apiPath, get } from "../client.js";
import { isPart } from "../inner-run.js";
import type { PageProps } from "../pages.js";
import { useResource } from "../resource.js";
import { Fan } from "./fan.js";
import { Origins } from "./origins.js";

const t = dictionary(
  {
    series: "Series",
    none: "There is no forecast to show",
    noneHelp: "The data of this run are needed for a forecast, and a backtest for forecasts from the past.",
    noOrigins: "Forecasts from moments of the past come with a backtest: sluice backtest runs/{run} --data …",
  },
  {
    series: "序列",
    none: "没有可以展示的预测",
    noneHelp: "预测需要这次训练的数据；从过去时刻出发的预测需要回测。",
    noOrigins: "从过去时刻出发的预测来自回测：sluice backtest runs/{run} --data …",
  },
);

export function ForecastPage({ params }: PageProps) {
  const run = params["run"]!;
  const [series, setSeries] = useState<string | null>(null);
  const query = series === null ? "" : `?${new URLSearchParams({ series })}`;
  const { value, error, reload } = useResource(`${apiPath("runs", run, "forecast")}${query}`, (key, signal) =>
    get<ForecastReply>(key, signal),
  );
  if (error) return <Failure error={error} retry={reload} />;
  if (!value) return <Loading height={420} />;
  const { forecast, origins, problem } = value;
  return (
    <div class="stack">
      {value.series.length > 1 && (
        <label class="row small forecast-series">
          {t("series")}
          <select class="select" value={value.chosen} onChange={(event) => setSeries(event.currentTarget.value)}>
            {value.series.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      )}
      {problem !== null && <Note tone="warn">{problem}</Note>}
      {forecast && <Fan reply={value} forecast={forecast} />}
      {origins && origins.length > 0 ? (
        <Origins key={value.chosen} reply={value} origins={origins} />
      ) : forecast ? (
        // The data of a backtest are the whole file's; of one series they are some of its rows.
        !isPart(run) && <Note>{t("noOrigins", { run })}</Note>
      ) : (
        <Empty icon="forecast" title={t("none")}>
          <p>{t("noneHelp")}</p>
        </Empty>
      )}
    </div>
  );
}
