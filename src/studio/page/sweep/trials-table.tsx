/** All trials, or those that were marked, in any order: what the picture shows, to be read. */
import { useComputed, useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { placeIn } from "../../../distributed/search/axes.js";
import { showValue } from "../../../distributed/search/show.js";
import type { SweepReply, SweepTrial, TrialProgress } from "../../api/index.js";
import { Card } from "../../ui/card.js";
import { count, figure, NONE } from "../../ui/format.js";
import { Icon } from "../../ui/icons.js";
import { linkTo } from "../routes.js";
import { rowId, type Choice } from "./choice.js";
import { digitsFor } from "./scale.js";
import { t } from "./texts.js";
import { dimensionName, metricTitle, secondsOf } from "./words.js";

interface Column {
  readonly key: string;
  readonly title: string;
  /** Null stands last in either order. */
  sortBy(trial: SweepTrial): string | number | null;
}

interface Order {
  readonly key: string;
  readonly down: boolean;
}

/** Of values; as many more as it takes to tell them apart. */
const LEAST_DIGITS = 4;
/** Curves that can be told apart. */
const COMPARED = 5;

export function TrialsTable(props: {
  readonly sweep: SweepReply;
  readonly training: readonly TrialProgress[];
  readonly choice: Choice;
}) {
  const { sweep, training, choice } = props;
  const order = useSignal<Order | null>(null);
  const kept = choice.kept.value;
  const columns = columnsOf(sweep);
  const values = sweep.trials.flatMap(({ value }) => (value === null ? [] : [value]));
  const digits = digitsFor([...new Set(values)], LEAST_DIGITS);
  const rows = useMemo(() => sorted(kept, columns, order.value), [kept, order.value]);
  const now = new Map(training.map((one) => [one.trial, one]));
  const all = sweep.trials.length;
  return (
    <Card
      title={t("tableTitle")}
      aside={
        <div class="row wrap">
          <span class="small muted tabular" role="status">
            {t("kept", { shown: kept.length, all })}
          </span>
          {choice.brushes.value.some((brush) => brush !== null) && (
            <button type="button" class="button plain small" onClick={choice.clear}>
              <Icon name="close" />
              {t("clearBrushes")}
            </button>
          )}
          <CompareLink trials={kept} />
        </div>
      }
      flush
    >
      {rows.length === 0 ? (
        <p class="muted table-foot">{t("noneKept")}</p>
      ) : (
        <div class="scroll tall trials" tabIndex={0} role="region" aria-label={t("tableTitle")}>
          <table class="table">
            <thead>
              <tr>
                {columns.map((column, i) => (
                  <Head
                    key={column.key}
                    column={column}
                    order={order.value}
                    number={i > 0}
                    set={(next) => (order.value = next)}
                  />
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((trial) => (
                <Row
                  key={trial.trial}
                  sweep={sweep}
                  trial={trial}
                  now={now.get(trial.trial)}
                  choice={choice}
                  digits={digits}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
}

/** In the order of the cells of a row. */
function columnsOf(sweep: SweepReply): Column[] {
  return [
    { key: "number", title: t("number"), sortBy: ({ trial }) => trial },
    { key: "state", title: t("state"), sortBy: ({ state, reason }) => `${state} ${reason}` },
    { key: "value", title: metricTitle(sweep), sortBy: ({ value }) => value },
    ...sweep.space.map((dimension) => ({
      key: `space ${dimension.name}`,
      title: dimensionName(dimension.name),
      sortBy: ({ point }: SweepTrial) => placeIn(dimension, point[dimension.name]),
    })),
    { key: "epochs", title: t("epochs"), sortBy: ({ rungs }) => rungs.at(-1)?.epochs ?? null },
    { key: "parameters", title: t("parameters"), sortBy: ({ parameters }) => parameters },
    { key: "seconds", title: t("seconds"), sortBy: (trial) => (trial.rungs.length > 0 ? secondsOf(trial) : null) },
  ];
}

/** Null: the best first, then those without a result in their order. */
function sorted(trials: readonly SweepTrial[], columns: readonly Column[], order: Order | null): SweepTrial[] {
  const column = columns.find(({ key }) => key === order?.key);
  const by = column ? column.sortBy : ({ rank }: SweepTrial) => rank;
  const known = trials.filter((trial) => by(trial) !== null);
  const sign = order?.down ? -1 : 1;
  const less = (a: string | number, b: string | number) => (a < b ? -1 : a > b ? 1 : 0);
  known.sort((a, b) => sign * less(by(a)!, by(b)!));
  return [...known, ...trials.filter((trial) => by(trial) === null)];
}

function Head(props: {
  readonly column: Column;
  readonly order: Order | null;
  readonly number: boolean;
  set(order: Order | null): void;
}) {
  const { column, order, number, set } = props;
  const now = order?.key === column.key ? order : null;
  const next = now === null ? { key: column.key, down: false } : now.down ? null : { key: column.key, down: true };
  return (
    <th
      class={number && column.key !== "state" ? "number" : ""}
      aria-sort={now ? (now.down ? "descending" : "ascending") : "none"}
    >
      <button type="button" onClick={() => set(next)} title={t("sort", { name: column.title })}>
        {column.title}
        {now && <Icon name={now.down ? "down" : "up"} />}
      </button>
    </th>
  );
}

const TONES = { done: "", waiting: "", running: "accent live", failedState: "bad" } as const;

function Row(props: {
  readonly sweep: SweepReply;
  readonly trial: SweepTrial;
  readonly now: TrialProgress | undefined;
  readonly choice: Choice;
  /** Of the value. */
  readonly digits: number;
}) {
  const { sweep, trial, now, choice, digits } = props;
  const { point, run, value, rungs, parameters, reason, rank } = trial;
  const state = now ? "running" : trial.state === "failed" ? "failedState" : trial.state;
  const name = count(trial.trial + 1);
  // Of hundreds of rows only two change when another trial is pointed at.
  const pointed = useComputed(() => choice.pointed.value === trial.trial);
  const kind = [rank === 0 && "best-trial", pointed.value && "pointed"];
  return (
    <tr
      id={rowId(trial.trial)}
      class={kind.filter(Boolean).join(" ")}
      onPointerEnter={() => (choice.pointed.value = trial.trial)}
      onPointerLeave={() => (choice.pointed.value = null)}
    >
      <th scope="row" class="tabular">
        {run === null ? name : <a href={linkTo(["runs", run])}>{name}</a>}
      </th>
      <td class="trial-state">
        <span class={`badge ${TONES[state]}`}>{t(state)}</span>
        {now && <span class="muted under tabular">{t("epochOf", { epoch: now.epoch + 1, epochs: now.epochs })}</span>}
        {reason !== null && <span class="muted under break">{reason}</span>}
      </td>
      <td class="number result">{figure(value, digits)}</td>
      {sweep.space.map(({ name: option }) => (
        <td key={option} class="number">
          {option in point ? showValue(point[option]) : NONE}
        </td>
      ))}
      <td class="number">{rungs.length > 0 ? count(rungs.at(-1)!.epochs) : NONE}</td>
      <td class="number">{parameters === null ? NONE : count(parameters)}</td>
      <td class="number">{rungs.length > 0 ? figure(secondsOf(trial), 3) : NONE}</td>
    </tr>
  );
}

/** To the page that lays runs side by side. */
function CompareLink({ trials }: { readonly trials: readonly SweepTrial[] }) {
  const best = trials.filter(({ rank, run }) => rank !== null && run !== null).sort((a, b) => a.rank! - b.rank!);
  const names = best.slice(0, COMPARED).map(({ run }) => run!);
  if (names.length < 2) return null;
  return (
    <a class="button small" href={linkTo(["compare"], { runs: names.join(",") })}>
      <Icon name="runs" />
      {t("compareBest", { count: names.length })}
    </a>
  );
}
