/** What the worker does for the server: whatever reads data or opens models, so that pages and events never wait for it. */
import type {
  AttributionReply,
  AttributionRequest,
  DataReply,
  EffectsReply,
  EffectsRequest,
  ForecastReply,
  GenerateChange,
  GenerateEvents,
  GenerateRequest,
  HorizonReply,
  HorizonRequest,
  InsideReply,
  InsideRequest,
  MatchReply,
  MatchRequest,
  ModelReply,
  SamplesReply,
  WindowsReply,
} from "../../api/index.js";
import type { ReadingOptions } from "../../../tasks/common-options.js";
import type { TaskName } from "../../../tasks/task.js";

/** A run's model and data, found and checked by the server. */
export interface RunPlace {
  /** The run's folder. */
  readonly folder: string;
  /** The working folder: recordings that a table names must lie in it. */
  readonly root: string;
  /** As in config.json. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The data, or why there are none. */
  readonly data: { readonly path: string } | { readonly problem: string };
}

export interface Methods {
  inspect(given: { path: string; shown: string; options: Partial<ReadingOptions> }): Promise<DataReply>;
  windows(given: { task: TaskName; path: string; settings: Readonly<Record<string, unknown>> }): Promise<WindowsReply>;
  model(given: { run: RunPlace }): Promise<ModelReply>;
  samples(given: { run: RunPlace; from: number; count: number }): Promise<SamplesReply>;
  inside(given: { run: RunPlace; request: InsideRequest }): Promise<InsideReply>;
  horizon(given: { run: RunPlace; request: HorizonRequest }): Promise<HorizonReply>;
  attribution(given: { run: RunPlace; request: AttributionRequest }): Promise<AttributionReply>;
  match(given: { run: RunPlace; request: MatchRequest }): Promise<MatchReply>;
  effects(given: { run: RunPlace; request: EffectsRequest }): Promise<EffectsReply>;
  forecast(given: { run: RunPlace; series: string | null }): Promise<ForecastReply>;
  /** Tells pieces as it goes. */
  generate(given: { run: RunPlace; request: GenerateRequest; id: string }): Promise<GenerateEvents["end"]>;
  change(given: { id: string; change: GenerateChange }): Promise<null>;
}

export type Method = keyof Methods;
export type Given<M extends Method> = Parameters<Methods[M]>[0];
export type Result<M extends Method> = Awaited<ReturnType<Methods[M]>>;

/** Tells something before the result. */
export type Tell = (piece: unknown) => void;

export type Call = { readonly call: number; readonly method: Method; readonly given: unknown };

export type Told =
  | { readonly call: number; readonly piece: unknown }
  | { readonly call: number; readonly result: unknown }
  | {
      readonly call: number;
      readonly error: {
        readonly name: string;
        readonly message: string;
        readonly stack: string | undefined;
        readonly status: number | null;
      };
    };
