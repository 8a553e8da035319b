/** Every series with its model's result beside the best naive one. */
import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { SeriesReply } from "../../api/index.js";
import { Card } from "../../ui/card.js";
import { count, figure, NONE } from "../../ui/format.js";
import { Icon } from "../../ui/icons.js";
import { seriesRun } from "../inner-run.js";
import { linkTo } from "../routes.js";
import { said } from "../run/said.js";
import { t } from "./texts.js";

type One = SeriesReply["series"][number];
type Key = "series" | "state" | "rows" | "value" | "baseline" | "windows" | "epochs" | "seconds";

const VALUES: Readonly<Record<Key, (one: One) => string | number | null>> = {
  series: ({ id }) => id,
  state: ({ state }) => state,
  rows: ({ rows }) => rows,
  value: ({ value }) => value,
  baseline: ({ baseline }) => baseline?.value ?? null,
  windows: ({ windows }) => windows,
  epochs: ({ epochs }) => epochs,
  seconds: ({ seconds }) => seconds,
};
const TEXTS: readonly Key[] = ["series", "state"];

interface Order {
  readonly key: Key;
  readonly down: boolean;
}

/** Nobody reads more rows at once. */
const MOST = 200;

export function SeriesTable({ all, run }: { readonly all: SeriesReply; readonly run: string }) {
  const order = useSignal<Order | null>(null);
  const text = useSignal("");
  const found = useMemo(() => {
    const wanted = text.value.trim().toLowerCase();
    return sorted(all.series.filter(({ id }) => id.toLowerCase().includes(wanted)), order.value); // prettier-ignore
  }, [all, order.value, text.value]);
  const shown = found.slice(0, MOST);
  return (
    <Card
      title={t("table")}
      aside={
        <div class="row">
          <span class="small muted tabular" role="status">
            {t("shown", { shown: found.length, all: all.series.length })}
          </span>
          <input
            class="input find"
            type="search"
            placeholder={t("find")}
            aria-label={t("find")}
            value={text.value}
            onInput={({ currentTarget }) => (text.value = currentTarget.value)}
          />
        </div>
      }
      flush
    >
      {shown.length === 0 ? (
        <p class="muted table-foot">{t("noneFound", { text: text.value })}</p>
      ) : (
        <div class="scroll tall trials" tabIndex={0} role="region" aria-label={t("table")}>
          <table class="table">
            <thead>
              <tr>
                {(Object.keys(VALUES) as Key[]).map((key) => (
                  <Head key={key} name={key} order={order.value} set={(next) => (order.value = next)} />
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.map((one) => (
                <Row key={one.id} one={one} run={run} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {found.length > shown.length && (
        <p class="small muted table-foot">{t("more", { shown: shown.length, all: found.length })}</p>
      )}
    </Card>
  );
}

/** Null: as they stand in the data. What has no value stands last. */
function sorted(series: readonly One[], order: Order | null): readonly One[] {
  if (order === null) return series;
  const by = VALUES[order.key];
  const known = series.filter((one) => by(one) !== null);
  const sign = order.down ? -1 : 1;
  const less = (a: string | number, b: string | number) => (a < b ? -1 : a > b ? 1 : 0);
  known.sort((a, b) => sign * less(by(a)!, by(b)!));
  return [...known, ...series.filter((one) => by(one) === null)];
}

function Head(props: { readonly name: Key; readonly order: Order | null; set(order: Order | null): void }) {
  const { name, order, set } = props;
  const now = order?.key === name ? order : null;
  const next = now === null ? { key: name, down: false } : now.down ? null : { key: name, down: true };
  return (
    <th class={TEXTS.includes(name) ? "" : "number"} aria-sort={now ? (now.down ? "descending" : "ascending") : "none"}>
      <button type="button" onClick={() => set(next)} title={t("sort", { name: t(name) })}>
        {t(name)}
        {now && <Icon name={now.down ? "down" : "up"} />}
      </button>
    </th>
  );
}

const TONES = { waiting: "", done: "", "set aside": "warn", failed: "bad" } as const;

function Row({ one, run }: { readonly one: One; readonly run: string }) {
  const { id, state, rows, value, baseline, windows, epochs, seconds, reason, warnings = [] } = one;
  const better = value !== null && baseline !== null && value < baseline.value;
  const whole = (number: number | null) => (number === null ? NONE : count(number));
  return (
    <tr>
      <th scope="row" class="break">
        {state === "done" ? <a href={linkTo(["runs", seriesRun(run, one.run)])}>{id}</a> : id}
      </th>
      <td class="trial-state">
        <span class={`badge ${TONES[state]}`}>{t(state === "failed" ? "failedState" : state)}</span>
        {[...(reason === undefined ? [] : [reason]), ...warnings].map((text) => (
          <span key={text} class="muted under break">
            {said(text)}
          </span>
        ))}
      </td>
      <td class="number">{count(rows)}</td>
      <td class={`number${better ? " wins" : value !== null && baseline !== null ? " loses" : ""}`}>{figure(value)}</td>
      <td class="number">
        {figure(baseline?.value)}
        {baseline && <span class="muted under">{said(baseline.name)}</span>}
      </td>
      <td class="number">{whole(windows)}</td>
      <td class="number">{whole(epochs)}</td>
      <td class="number">{figure(seconds, 3)}</td>
    </tr>
  );
}
