import type { Model } from "sluice";
import type { Table } from "../../data/index.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Answer } from "../task.js";
import { timeWriter, type Series } from "./frame.js";
import { corrected, correctionsNow, leastOf, movement } from "./doubt/conformal.js";
import { quantileColumn } from "./doubt/doubt.js";
import { pathsAhead } from "./deepar/ahead.js";
import { outlookOf, type Outlook } from "./doubt/outlook.js";
import type { ForecastPipeline, ForecastPlan } from "./pipeline.js";
import type { Roles } from "./roles.js";
import { inputsAhead, readPresent, type Present } from "./present.js";
import { decodeOne } from "./samples.js";
import type { Values } from "./values.js";

/** Forecasts of the steps after the last known one of each series. */
export async function predictAhead(
  where: string,
  model: Model,
  pipeline: ForecastPipeline,
  table: Table,
  roles: Roles,
): Promise<Answer[]> {
  const { plan, corrections } = pipeline;
  const { horizon, doubt = null } = plan;
  const present = readPresent(where, pipeline, table, roles);
  const { known, values, times } = present;
  const outlook = plan.deepar
    ? pathsAhead(model, plan, present, roles)
    : await directOutlook(model, pipeline, present, roles);
  const K = roles.targets.length;
  const { point, quantiles } = doubt?.conformal
    ? corrected(outlook, correctionsNow(where, corrections), movements(values, known.series, plan), { ...doubt, horizon, K }, leastOf(doubt)) // prettier-ignore
    : outlook;
  const write = timeWriter(where, table, roles);
  return known.series.flatMap((s, i) =>
    namesOf(table, roles, s, times[i]?.map(write) ?? null, horizon).map((name, h) => ({
      ...name,
      ...Object.fromEntries(
        roles.targets.flatMap((target, k) => {
          const at = (i * horizon + h) * K + k;
          const among = (doubt?.levels ?? []).map((level, l) => [quantileColumn(target, level), quantiles[l]![at]!]);
          return [[target, point[at]!], ...among];
        }),
      ),
    })),
  );
}

/** All steps at once. */
async function directOutlook(
  model: Model,
  pipeline: ForecastPipeline,
  present: Present,
  roles: Roles,
): Promise<Outlook> {
  const { plan, settings } = pipeline;
  const { horizon, transform, doubt = null } = plan;
  const { known, values, covering, scaled } = present;
  const { data } = (await model.predict(inputsAhead(pipeline, present, roles))) as Tensor;
  return outlookOf(
    data,
    { doubt, width: horizon * roles.targets.length, linear: transform === "none" },
    (i, output) => {
      const { id, end } = known.series[i]!;
      return decodeOne(values, scaled, settings, covering, id, end - 1, output);
    },
  );
}

/** By series and target, what conformal scores are measured in. */
function movements({ raw }: Values, series: readonly Series[], { roles, lookback, naive }: ForecastPlan): Float64Array {
  const known = new Map(naive.map(({ id, errors }) => [id, errors]));
  return Float64Array.from(
    series.flatMap(({ id, end }) =>
      roles.targets.map((name, k) => movement(raw[name]!, end - lookback, end, known.get(id)?.[k] ?? NaN)),
    ),
  );
}

/** The columns that say which answer it is: series, and date or number of the step ahead. */
function namesOf(
  table: Table,
  { id, time }: Roles,
  series: Series,
  dates: readonly (string | number)[] | null,
  horizon: number,
): Answer[] {
  const numeric = table.columns.find((c) => c.name === id)?.type === "number";
  const whose = id === null ? {} : { [id]: numeric ? Number(series.id) : series.id };
  return Array.from({ length: horizon }, (_, h) => ({
    ...whose,
    ...(dates ? { [time!]: dates[h]! } : { step: h + 1 }),
  }));
}
