/** A row for each run; on a phone, a card. */
import { signal } from "@preact/signals";
import { areEqual } from "../../../runs/evaluation.js";
import type { RunSummary, SweepSummary } from "../../api/index.js";
import { dateTime, figure, NONE } from "../../ui/format.js";
import { Icon } from "../../ui/icons.js";
import { linkTo } from "../routes.js";
import { StateBadge } from "../run-frame.js";
import { curveOf, decidingCurve, type Curve } from "./list.js";
import { useRuns } from "./live.js";
import { bestOf, Done, partsOf } from "./parts.js";
import { said } from "./said.js";
import { Sparkline } from "./sparkline.js";
import { t } from "./texts.js";

type Key = "name" | "state" | "epochs" | "best" | "test" | "begun";

const VALUES: Readonly<Record<Key, (run: RunSummary) => string | number | null>> = {
  name: (run) => run.name,
  state: (run) => run.state,
  epochs: (run) => partsOf(run)?.done ?? run.epochs,
  best: (run) => bestOf(run)?.value ?? null,
  test: (run) => run.result?.network ?? null,
  begun: (run) => run.date,
};

/** Null: as the server tells them, the newest first. */
const order = signal<{ readonly key: Key; readonly down: boolean } | null>(null);

function sorted(runs: readonly RunSummary[]): readonly RunSummary[] {
  const { key, down } = order.value ?? { key: null, down: false };
  if (key === null) return runs;
  const known = runs.filter((run) => VALUES[key](run) !== null);
  const sign = down ? -1 : 1;
  const less = (a: string | number, b: string | number) => (a < b ? -1 : a > b ? 1 : 0);
  known.sort((a, b) => sign * less(VALUES[key](a)!, VALUES[key](b)!));
  return [...known, ...runs.filter((run) => VALUES[key](run) === null)];
}

interface TableProps {
  readonly runs: readonly RunSummary[];
  readonly selected: ReadonlySet<string>;
  onSelect(name: string): void;
}

export function RunsTable({ runs, selected, onSelect }: TableProps) {
  return (
    <div class="scroll">
      <table class="table runs-table">
        <thead>
          <tr>
            <th />
            <Head name="name" />
            <Head name="state" />
            <th>{t("curve")}</th>
            <Head name="epochs" number />
            <Head name="best" number />
            <Head name="test" number />
            <Head name="begun" number />
          </tr>
        </thead>
        <tbody>
          {sorted(runs).map((run) => (
            <Row key={run.name} run={run} selected={selected.has(run.name)} onSelect={onSelect} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Head({ name, number = false }: { readonly name: Key; readonly number?: boolean }) {
  const now = order.value?.key === name ? order.value : null;
  const next = () => (order.value = now ? (now.down ? null : { key: name, down: true }) : { key: name, down: false });
  return (
    <th class={number ? "number" : ""} aria-sort={now ? (now.down ? "descending" : "ascending") : "none"}>
      <button type="button" onClick={next} title={t("sort", { name: t(name) })}>
        {t(name)}
        {now && <Icon name={now.down ? "down" : "up"} />}
      </button>
    </th>
  );
}

function Row({
  run,
  selected,
  onSelect,
}: Omit<TableProps, "runs" | "selected"> & { run: RunSummary; selected: boolean }) {
  const [live] = useRuns(run.state === "running" ? [run.name] : []);
  const history = live?.history.value;
  const sweep = run.sweep && (live?.summary.value?.sweep ?? run.sweep);
  const now = live?.summary.value ?? run;
  const curve = sweep ? bestCurve(sweep) : history ? decidingCurve(run, history) : curveOf(run);
  const best = bestOf(now);
  return (
    <tr class={selected ? "selected" : ""}>
      <td class="choose">
        <input
          type="checkbox"
          checked={selected}
          aria-label={t("select", { name: run.name })}
          onChange={() => onSelect(run.name)}
        />
      </td>
      <th scope="row" class="name">
        <a class="break" href={linkTo(["runs", run.name])}>
          {run.name}
        </a>
        <span class="muted break">
          {[run.task, run.verb, run.series && t("perSeries"), run.data, shardsOf(run)].filter(Boolean).join(" · ")}
        </span>
      </th>
      <td class="state">
        <StateBadge state={run.state} />
      </td>
      <td class="curve">
        {curve && (
          <Sparkline values={curve.values} label={t(sweep ? "courseOf" : "curveOf", { metric: curve.metric })} />
        )}
      </td>
      <td class={`number epochs${partsOf(now) ? " of-parts" : ""}`}>
        <Done run={now} trained={history ? history.epoch.length : run.epochs} />
      </td>
      <td class="number best" data-label={t("best")}>
        {best ? figure(best.value) : NONE}
        {best && <span class="muted under">{best.metric}</span>}
      </td>
      <td class="number test" data-label={t("test")}>
        <Result run={run} />
      </td>
      <td class="number begun muted">{run.date ? dateTime(run.date) : NONE}</td>
    </tr>
  );
}

const shardsOf = ({ rounds }: RunSummary) => rounds && t("shards", { count: rounds.shards });

function bestCurve({ course, judge }: SweepSummary): Curve | null {
  return judge && { metric: judge.metric, values: course };
}

function Result({ run: { result } }: { readonly run: RunSummary }) {
  if (!result) return <>{NONE}</>;
  const { network, baseline, mode, metric, unit } = result;
  const other = baseline?.value ?? null;
  const sign = mode === "min" ? 1 : -1;
  const lead = network === null || other === null || areEqual(mode, network, other) ? 0 : sign * (other - network);
  return (
    <span title={result.verdict}>
      {!unit?.startsWith(metric) && <span class="muted metric">{metric}</span>}{" "}
      <span class={lead > 0 ? "wins" : lead < 0 ? "loses" : ""}>
        {figure(network)} {unit}
      </span>
      {baseline && <span class="muted under">{t("against", { name: said(baseline.name), value: figure(other) })}</span>}
    </span>
  );
}
