/** What the options matter, how the best value came about, and where trials were compared. */
import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { SweepReply, SweepTrial } from "../../api/index.js";
import { Card } from "../../ui/card.js";
import { CheckBox } from "../../ui/check-box.js";
import { count, figure, percent } from "../../ui/format.js";
import { Bars, LineChart } from "../../ui/plots/index.js";
import { t } from "./texts.js";
import { dimensionName, metricTitle } from "./words.js";

export function ImportanceCard({ sweep }: { readonly sweep: SweepReply }) {
  const known = sweep.importance.filter(({ share }) => share !== null);
  const unknown = sweep.importance.filter(({ share }) => share === null);
  return (
    <Card title={t("importance")}>
      <div class="stack tight">
        {known.length > 0 && (
          <Bars
            label={t("importance")}
            bars={known.map(({ name, share }) => ({ label: dimensionName(name), value: share! }))}
            full={1}
            text={(share) => percent(share)}
          />
        )}
        {unknown.length > 0 && (
          <p class="small muted">
            {unknown.map(({ name }) => dimensionName(name)).join(", ")}: {t("tooFew")}
          </p>
        )}
        <p class="small muted measure">{t("importanceHelp")}</p>
      </div>
    </Card>
  );
}

export function CourseCard({ sweep }: { readonly sweep: SweepReply }) {
  const log = useSignal(false);
  const { x, values, best } = useMemo(() => courseOf(sweep), [sweep]);
  return (
    <Card title={t("course")} aside={<CheckBox label={t("log")} on={log} />}>
      <LineChart
        label={`${t("course")}, ${metricTitle(sweep)}`}
        x={x}
        lines={[
          { label: t("courseTrial"), values, colour: 8, points: true },
          { label: t("courseBest"), values: best, colour: 2 },
        ]}
        log={log.value}
        xLabel={t("courseX")}
        xText={(trial) => (Number.isInteger(trial) ? count(trial) : "")}
        yText={(value) => figure(value)}
        height={200}
      />
    </Card>
  );
}

function courseOf({ trials, judge }: SweepReply) {
  const known = trials.filter(({ value }) => value !== null);
  const values = known.map(({ value }) => value!);
  const better = judge?.mode === "max" ? Math.max : Math.min;
  const best: number[] = [];
  for (const value of values) best.push(best.length === 0 ? value : better(best.at(-1)!, value));
  return { x: known.map(({ trial }) => trial + 1), values, best };
}

/** Halving: how many trials were trained up to each rung, and what it took to go on. */
export function RungsCard({ sweep }: { readonly sweep: SweepReply }) {
  const { rungs, halving, trials } = sweep;
  if (!halving || rungs === null) return null;
  const untils = rungs.map((epochs, i) => (i === rungs.length - 1 ? null : epochs));
  return (
    <Card title={t("rungs")} aside={<span class="small muted">{t("rungsHelp")}</span>} flush>
      <div class="scroll" tabIndex={0} role="region" aria-label={t("rungs")}>
        <table class="table">
          <thead>
            <tr>
              <th>{t("rungEpochs")}</th>
              <th class="number">{t("rungTrials")}</th>
              <th class="number">{t("rungBest")}</th>
              <th class="number">{t("rungCut")}</th>
              <th class="wide" />
            </tr>
          </thead>
          <tbody>
            {rungs.map((epochs, i) => {
              const here = valuesAt(trials, untils[i]!);
              const on = i < rungs.length - 1 ? valuesAt(trials, untils[i]!, untils[i + 1]!) : [];
              const sorted = (values: readonly number[]) => inOrder(values, sweep);
              return (
                <tr key={epochs}>
                  <th scope="row" class="tabular">
                    {count(epochs)}
                  </th>
                  <td class="number">{count(here.length)}</td>
                  <td class="number">{figure(sorted(here)[0])}</td>
                  <td class="number">{figure(sorted(on).at(-1))}</td>
                  <td class="wide" aria-hidden="true">
                    <span
                      class="measure-bar network"
                      style={{ width: `${(100 * here.length) / Math.max(1, trials.length)}%` }}
                    />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

const inOrder = (values: readonly number[], { judge }: SweepReply): number[] =>
  values.toSorted((a, b) => (judge?.mode === "max" ? b - a : a - b));

/** At a rung, of those that were trained up to another as well where one is given. */
function valuesAt(trials: readonly SweepTrial[], until: number | null, also: number | null = until): number[] {
  return trials
    .filter(({ rungs }) => rungs.some((rung) => rung.until === also))
    .flatMap(({ rungs }) => rungs.find((rung) => rung.until === until)?.value ?? []);
}
