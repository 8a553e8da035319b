/** Forecasts from moments of the past beside what came: one after the other, with their errors. */
import { useEffect, useMemo, useState } from "preact/hooks";
import type { ForecastReply } from "../../api/index.js";
import { figure } from "../../ui/format.js";
import { dictionary } from "../../ui/i18n.js";
import { Icon } from "../../ui/icons.js";
import { LineChart } from "../../ui/plots/index.js";
import { shortDate } from "../short-date.js";
import { errorsByOrigin, errorsByStep, type Origin } from "./errors.js";
import { originChart } from "./origin-chart.js";

const t = dictionary(
  {
    title: "Forecasts from the past",
    means: "What each forecast said at this moment, and what came then. Lower errors are better; baselines are dashed.",
    origin: "Moment {at} of {count}: {when}",
    position: "Moment",
    before: "Moment before",
    next: "Next moment",
    play: "Play",
    pause: "Pause",
    truth: "What came",
    chart: "Forecasts made at {when}",
    errors: "Mean absolute error by moment",
    when: "Made at",
    horizon: "Error by step ahead",
    horizonMeans: "Mean absolute error over all moments: how much harder the far future is.",
    ahead: "Steps ahead",
    error: "Mean absolute error",
  },
  {
    title: "从过去时刻出发的预测",
    means: "每个模型在这一时刻的预测，以及后来的真实值。误差越小越好；虚线是基线。",
    origin: "第 {at} 个时刻，共 {count} 个：{when}",
    position: "时刻",
    before: "上一个时刻",
    next: "下一个时刻",
    play: "播放",
    pause: "暂停",
    truth: "真实值",
    chart: "在 {when} 做出的预测",
    errors: "各时刻的平均绝对误差",
    when: "预测时刻",
    horizon: "各步的误差",
    horizonMeans: "所有时刻的平均绝对误差：越远的未来有多难预测。",
    ahead: "向前的步数",
    error: "平均绝对误差",
  },
);

const PACE_MS = 1100;

interface OriginsProps {
  readonly reply: ForecastReply;
  readonly origins: readonly Origin[];
}

export function Origins({ reply, origins }: OriginsProps) {
  const [at, setAt] = useState(origins.length - 1);
  const [playing, setPlaying] = useState(false);
  useEffect(() => {
    if (!playing) return;
    const timer = setTimeout(() => {
      if (at >= origins.length - 1) setPlaying(false);
      else setAt(at + 1);
    }, PACE_MS);
    return () => clearTimeout(timer);
  }, [playing, at]);
  const goTo = (next: number) => {
    setPlaying(false);
    setAt(Math.max(0, Math.min(origins.length - 1, next)));
  };
  const origin = origins[at]!;
  const chart = useMemo(() => originChart(reply, origin, t("truth")), [reply, origin]);
  const play = () => {
    if (at >= origins.length - 1) setAt(0);
    setPlaying(!playing);
  };
  return (
    <>
      <section class="card" aria-labelledby="forecast-origins">
        <div class="head">
          <h2 id="forecast-origins">{t("title")}</h2>
        </div>
        <div class="body stack tight">
          <div class="row origin-bar">
            <button type="button" class="button primary icon" aria-label={t(playing ? "pause" : "play")} onClick={play}>
              <Icon name={playing ? "pause" : "play"} />
            </button>
            <button type="button" class="button plain icon" aria-label={t("before")} onClick={() => goTo(at - 1)}>
              <Icon name="right" class="flipped" />
            </button>
            <input
              type="range"
              min={1}
              max={origins.length}
              value={at + 1}
              aria-label={t("position")}
              aria-valuetext={t("origin", { at: at + 1, count: origins.length, when: shortDate(String(origin.at)) })}
              onInput={(event) => goTo(Number(event.currentTarget.value) - 1)}
            />
            <button type="button" class="button plain icon" aria-label={t("next")} onClick={() => goTo(at + 1)}>
              <Icon name="right" />
            </button>
          </div>
          <p class="tabular">
            <strong>{t("origin", { at: at + 1, count: origins.length, when: shortDate(String(origin.at)) })}</strong>
          </p>
          <LineChart
            label={t("chart", { when: shortDate(String(origin.at)) })}
            x={chart.x}
            lines={chart.lines}
            bands={chart.bands}
            height={320}
            xText={(i) => shortDate(String(chart.labels[i] ?? ""))}
            yLabel={reply.unit ?? reply.chosen}
          />
          <p class="small muted">{t("means")}</p>
        </div>
      </section>
      <div class="forecast-pair">
        <ByOrigin origins={origins} at={at} onChoose={goTo} />
        <ByStep origins={origins} />
      </div>
    </>
  );
}

interface ByOriginProps {
  readonly origins: readonly Origin[];
  readonly at: number;
  readonly onChoose: (at: number) => void;
}

function ByOrigin({ origins, at, onChoose }: ByOriginProps) {
  const { names, rows } = useMemo(() => errorsByOrigin(origins), [origins]);
  return (
    <section class="card" aria-labelledby="forecast-errors">
      <div class="head">
        <h2 id="forecast-errors">{t("errors")}</h2>
      </div>
      <div class="scroll origin-table" tabIndex={0} role="region" aria-labelledby="forecast-errors">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{t("when")}</th>
              {names.map((name) => (
                <th key={name} scope="col" class="number">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {origins.map((origin, i) => (
              <tr key={String(origin.at)} class={i === at ? "origin-chosen" : ""}>
                <th scope="row">
                  <button type="button" class="link-button" aria-pressed={i === at} onClick={() => onChoose(i)}>
                    {shortDate(String(origin.at))}
                  </button>
                </th>
                {rows[i]!.map((error, k) => (
                  <td
                    key={names[k]}
                    class={`number ${figure(error, 3) === figure(Math.min(...rows[i]!), 3) ? "best" : ""}`}
                  >
                    {figure(error, 3)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function ByStep({ origins }: { readonly origins: readonly Origin[] }) {
  const { names, rows } = useMemo(() => errorsByStep(origins), [origins]);
  const x = useMemo(() => rows[0]?.map((_, step) => step + 1) ?? [], [rows]);
  // Colours as in the picture above, where the first is what came.
  const lines = names.map((label, k) => {
    return { label, values: rows[k]!, colour: k + 2, dashed: k > 0, width: k === 0 ? 2.5 : 1.5 };
  });
  return (
    <section class="card" aria-labelledby="forecast-horizon">
      <div class="head">
        <h2 id="forecast-horizon">{t("horizon")}</h2>
      </div>
      <div class="body stack tight">
        <LineChart
          label={t("horizon")}
          x={x}
          lines={lines}
          height={220}
          xLabel={t("ahead")}
          yLabel={t("error")}
          xText={(step) => (Number.isInteger(step) ? String(step) : "")}
        />
        <p class="small muted">{t("horizonMeans")}</p>
      </div>
    </section>
  );
}
