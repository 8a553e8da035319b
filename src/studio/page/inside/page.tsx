/** The inside page: something goes in, and every gate, state and answer can be watched step by step, held and silenced. */
import { useEffect, useMemo } from "preact/hooks";
import type { ModelReply } from "../../api/index.js";
import { dictionary } from "../../ui/i18n.js";
import { Empty, Failure, Loading, Note } from "../../ui/notices.js";
import { apiPath, get } from "../client.js";
import type { PageProps } from "../pages.js";
import { useResource } from "../resource.js";
import { AttributionPanel } from "./attribution.js";
import { Course } from "./course.js";
import { HorizonPanel } from "./horizon.js";
import { InputPanel } from "./input/input-panel.js";
import { Interventions } from "./interventions.js";
import { MatchPanel } from "./match.js";
import { OutputPanel } from "./output.js";
import { PlayerBar } from "./player-bar.js";
import { SignalMaps } from "./signal-maps.js";
import { InsideState } from "./state.js";
import { StepStrip } from "./step-strip.js";
import { UnitPanel } from "./unit.js";

const t = dictionary(
  {
    none: "This network has no recurrent layer",
    noneHelp:
      "Gates and states belong to recurrent layers: GRU, LSTM, simple RNN. The model page shows what this network is made of.",
    failed: "These pictures are of what was put in before.",
  },
  {
    none: "这个网络没有循环层",
    noneHelp: "门和状态属于循环层：GRU、LSTM、简单 RNN。“模型”页面展示这个网络的组成。",
    failed: "下面的图仍然是之前的输入。",
  },
);

export function InsidePage({ params }: PageProps) {
  const run = params["run"]!;
  const { value, error, reload } = useResource(apiPath("runs", run, "model"), (key, signal) =>
    get<ModelReply>(key, signal),
  );
  if (error) return <Failure error={error} retry={reload} />;
  if (!value) return <Loading height={320} />;
  return <Inside key={run} run={run} model={value} />;
}

function Inside({ run, model }: { readonly run: string; readonly model: ModelReply }) {
  const state = useMemo(() => new InsideState(run), [run]);
  useEffect(() => () => state.dispose(), [state]);
  return (
    <div class="inside">
      <InputPanel state={state} signature={model.signature} />
      <Shown state={state} />
    </div>
  );
}

function Shown({ state }: { readonly state: InsideState }) {
  const seen = state.seen.value;
  const error = state.error.value;
  if (!seen && error) return <Failure error={error} />;
  if (!seen) return state.busy.value ? <Loading height={420} /> : null;
  if (seen.layers.length === 0)
    return (
      <Empty icon="inside" title={t("none")}>
        <p>{t("noneHelp")}</p>
      </Empty>
    );
  return (
    <>
      {error ? (
        <div class="stack tight">
          <Failure error={error} />
          <Note>{t("failed")}</Note>
        </div>
      ) : null}
      <PlayerBar state={state} />
      <div class="inside-columns" aria-busy={state.busy.value}>
        <div class="stack inside-main">
          <StepStrip state={state} />
          <Course state={state} />
          <SignalMaps state={state} />
        </div>
        <div class="stack inside-side">
          <OutputPanel state={state} />
          <Interventions state={state} />
          <UnitPanel state={state} />
        </div>
      </div>
      <div class="inside-pair">
        <AttributionPanel state={state} />
        <HorizonPanel state={state} />
      </div>
      <MatchPanel state={state} />
    </>
  );
}
