/** Curves of one run or of several: a chart for each metric. */
import { signal } from "@preact/signals";
import type { HistoryReply, Maybe } from "../../api/index.js";
import { LineChart, type Line } from "../../ui/plots/index.js";
import { figure } from "../../ui/format.js";
import { metricsOf } from "./history.js";
import { t } from "./texts.js";

const logarithmic = signal(false);

export function LogSwitch() {
  return (
    <label class="row small">
      <input
        type="checkbox"
        checked={logarithmic.value}
        onChange={({ currentTarget }) => (logarithmic.value = currentTarget.checked)}
      />
      {t("log")}
    </label>
  );
}

/** Training and validation of each metric. */
export function RunCurves({ history }: { readonly history: HistoryReply }) {
  const x = history.epoch.map((epoch) => epoch + 1);
  return (
    <div class="grid curves">
      {metricsOf(history)
        .filter(changes(history))
        .map((metric) => {
          const [train, validation] = [history.values[metric], history.values[`val_${metric}`]];
          const lines: Line[] = [];
          if (train) lines.push({ label: t("trainLine"), values: train, colour: 1 });
          if (validation) lines.push({ label: t("validationLine"), values: validation, colour: 2 });
          return <Chart key={metric} metric={metric} x={x} lines={lines} />;
        })}
    </div>
  );
}

/** What never changes, such as a learning rate without schedule, needs no chart; a loss has one from the first epoch on. */
const changes =
  ({ values }: HistoryReply) =>
  (metric: string): boolean =>
    metric !== "learningRate" || new Set(values[metric]).size > 1;

export interface NamedHistory {
  readonly name: string;
  readonly history: HistoryReply;
}

/** One chart for each column of the histories, a line for each run. */
export function SharedCurves({ runs }: { readonly runs: readonly NamedHistory[] }) {
  const names = [...new Set(runs.flatMap(({ history }) => Object.keys(history.values).filter(changes(history))))];
  const last = Math.max(-1, ...runs.map(({ history }) => history.epoch.at(-1) ?? -1));
  const x = Array.from({ length: last + 1 }, (_, i) => i + 1);
  const deciding = [...names.filter((name) => name.startsWith("val_")), ...names.filter((n) => !n.startsWith("val_"))];
  return (
    <div class="grid curves">
      {deciding.map((metric) => (
        <Chart
          key={metric}
          metric={metric}
          x={x}
          legend={false}
          lines={runs.map(({ name, history }, i) => ({
            label: name,
            values: byEpoch(history, metric, x.length),
            colour: (i % 8) + 1,
            dashed: i >= 8,
          }))}
        />
      ))}
    </div>
  );
}

function byEpoch({ epoch, values }: HistoryReply, metric: string, length: number): Maybe[] {
  const all: Maybe[] = Array.from({ length }, () => null);
  epoch.forEach((at, i) => (all[at] = values[metric]?.[i] ?? null));
  return all;
}

function Chart(props: { metric: string; x: readonly number[]; lines: readonly Line[]; legend?: boolean }) {
  const { metric, x, lines, legend = true } = props;
  return (
    <figure class="curve-chart">
      <figcaption class="mono small">{metric}</figcaption>
      <LineChart
        label={t("curveOf", { metric })}
        x={x}
        lines={lines}
        log={logarithmic.value}
        xText={(epoch) => (Number.isInteger(epoch) ? String(epoch) : "")}
        yText={(value) => figure(value)}
        height={180}
        legend={legend}
      />
    </figure>
  );
}
