import { openFile } from "#disk";
import type { Dataset } from "sluice";
import { readTable, type DataSource } from "../../data/index.js";
import { readingOf } from "../common-options.js";
import { pathOf } from "../source-name.js";
import { frameOf, type Frame } from "./frame.js";
import type { ForecastOptions } from "./options.js";
import { partsOf, type Parts, type Shares } from "./parts.js";
import type { ForecastPipeline, ForecastPlan } from "./pipeline.js";
import { rolesOf, type Roles } from "./roles.js";
import { loadStored } from "./stored.js";
import { dropBeginnings } from "./values.js";

const WHERE = "forecast";

type Plan = Omit<ForecastPlan, "naive">;

/** The data, in memory or on disk. */
export interface LoadedData {
  readonly rows: number;
  readonly roles: Roles;
  /** All rows, or an excerpt of a file that is larger than memory: pieces of its one series. */
  readonly whole: Frame;
  /** The training parts of a target. */
  trainSeries(target: string): Float64Array[];
  parts(frame: Frame, plan: Plan): Parts;
  /** The whole training part, where the frame is an excerpt. */
  readonly blocks?: (pipeline: ForecastPipeline, initialEpoch: number) => Dataset;
  /** Windows of the whole training part, where the frame is an excerpt. */
  readonly windows?: (plan: Plan) => number;
  close?(): Promise<void>;
}

/** Reads it all, but a large file of one series by an excerpt. */
export async function loadData(source: DataSource, options: ForecastOptions, shares: Shares): Promise<LoadedData> {
  if (options.id === undefined && (await isLarge(source, options.memoryLimit)))
    return loadStored(source, options, shares);
  const table = await readTable(source, readingOf(options));
  const roles = rolesOf(WHERE, table, options);
  const whole = dropBeginnings(frameOf(WHERE, table, roles), options.missing);
  return {
    rows: table.length,
    roles,
    whole,
    trainSeries: (target) =>
      whole.series.map(({ begin, end }) => {
        return whole.columns[target]!.subarray(begin, begin + Math.floor(shares.shares[0]! * (end - begin)));
      }),
    parts: (frame, plan) => partsOf(WHERE, frame, plan, shares),
  };
}

async function isLarge(source: DataSource, limit: number): Promise<boolean> {
  const path = pathOf(source);
  if (path === null) return false;
  const file = await openFile(WHERE, path);
  await file.close();
  return file.size > limit;
}
