import { useMemo, useState } from "preact/hooks";
import type { ForecastReply, Maybe } from "../../api/index.js";
import { figure, percent } from "../../ui/format.js";
import { dictionary } from "../../ui/i18n.js";
import { LineChart } from "../../ui/plots/index.js";
import { shortDate } from "../short-date.js";
import { bandLines, type BandOf } from "./bands.js";

const t = dictionary(
  {
    title: "What comes next",
    past: "Past",
    forecast: "Forecast",
    means: "The line is the forecast; of what really comes, {share} should lie inside the widest band.",
    plain:
      "The line is the forecast. This network gives no intervals: train with quantiles or a distribution for a fan.",
    when: "When",
    between: "{share} between",
    window: "Past that is shown",
    all: "all",
    steps: "{count} {count|step|steps}",
    chart: "{series}: past and forecast",
    table: "Forecast as a table",
  },
  {
    title: "接下来会怎样",
    past: "过去",
    forecast: "预测",
    means: "线是预测值；真实值有 {share} 应落在最宽的带内。",
    plain: "线是预测值。这个网络不给出区间：用分位数或分布训练即可得到扇形图。",
    when: "时间",
    between: "{share} 区间",
    window: "显示的历史",
    all: "全部",
    steps: "{count} 步",
    chart: "{series}：历史与预测",
    table: "预测表格",
  },
);

interface FanProps {
  readonly reply: ForecastReply;
  readonly forecast: NonNullable<ForecastReply["forecast"]>;
}

export function Fan({ reply, forecast }: FanProps) {
  const { past, unit, chosen } = reply;
  const horizon = forecast.x.length;
  const sizes = [24, 48, 96].map((least, i) => Math.max(least, 6 * 2 ** i * horizon));
  const windows = sizes.filter((size) => size < past.x.length);
  const [size, setSize] = useState(windows[0] ?? Infinity);
  const shown = Math.min(size, past.x.length);
  const chart = useMemo(() => {
    const labels = [...past.x.slice(past.x.length - shown), ...forecast.x];
    const gap = (length: number): null[] => Array.from({ length }, () => null);
    const before = past.y.slice(past.y.length - shown);
    // The fan opens at the last known value.
    const joined = (values: readonly Maybe[]) => [...gap(shown - 1), before.at(-1) ?? null, ...values];
    const { lines, bands } = bandLines(forecast.bands as readonly BandOf[], 2, 2, joined);
    return {
      x: labels.map((_, i) => i),
      labels,
      bands,
      lines: [
        { label: t("past"), values: [...before, ...gap(horizon)], colour: 1 },
        { label: t("forecast"), values: joined(forecast.y), colour: 2, width: 2.5 },
        ...lines,
      ],
    };
  }, [reply, shown]);
  const widest = forecast.bands.at(-1);
  return (
    <section class="card" aria-labelledby="forecast-fan">
      <div class="head">
        <h2 id="forecast-fan">{t("title")}</h2>
        {windows.length > 0 && (
          <div class="segments" role="group" aria-label={t("window")}>
            {[...windows, Infinity].map((choice) => (
              <button key={choice} type="button" aria-pressed={choice === size} onClick={() => setSize(choice)}>
                {choice === Infinity ? t("all") : t("steps", { count: choice })}
              </button>
            ))}
          </div>
        )}
      </div>
      <div class="body stack tight">
        <LineChart
          label={t("chart", { series: chosen })}
          x={chart.x}
          lines={chart.lines}
          bands={chart.bands}
          height={340}
          xText={(i) => shortDate(String(chart.labels[i] ?? ""))}
          yLabel={unit ?? chosen}
        />
        <p class="small muted">{widest ? t("means", { share: percent(widest.share) }) : t("plain")}</p>
        <Table forecast={forecast} />
      </div>
    </section>
  );
}

function Table({ forecast: { x, y, bands } }: Pick<FanProps, "forecast">) {
  return (
    <details class="small">
      <summary>{t("table")}</summary>
      <div class="scroll" tabIndex={0} role="region" aria-label={t("table")}>
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{t("when")}</th>
              <th scope="col" class="number">
                {t("forecast")}
              </th>
              {bands.map(({ share }) => (
                <th key={share} scope="col" class="number">
                  {t("between", { share: percent(share) })}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {x.map((when, i) => (
              <tr key={String(when)}>
                <th scope="row">{shortDate(String(when))}</th>
                <td class="number">{figure(y[i])}</td>
                {bands.map(({ share, lower, upper }) => (
                  <td key={share} class="number">
                    {figure(lower[i])} … {figure(upper[i])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
