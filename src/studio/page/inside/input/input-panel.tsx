/** What goes into the network: a text, drawn numbers, a clip, or one of the run's own samples. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Signature } from "../../../../tasks/view.js";
import type { SampleInfo, SamplesReply } from "../../../api/index.js";
import { dictionary } from "../../../ui/i18n.js";
import { Loading } from "../../../ui/notices.js";
import { get } from "../../client.js";
import { useResource } from "../../resource.js";
import type { InsideState } from "../state.js";
import { AudioInput } from "./audio-input.js";
import { RowsInput } from "./rows-input.js";
import { SamplePicker } from "./sample-picker.js";
import { TextInput } from "./text-input.js";

const t = dictionary(
  { title: "What goes in", text: "Text", rows: "Draw", row: "Numbers", audio: "Sound", samples: "Samples of the run" },
  { title: "输入", text: "文本", rows: "绘制", row: "数值", audio: "声音", samples: "训练数据样本" },
);

interface InputPanelProps {
  readonly state: InsideState;
  readonly signature: Signature | null;
}

/** One page of samples; the first of them is what the page opens with. */
export const SAMPLES = 20;

export function InputPanel({ state, signature }: InputPanelProps) {
  const own = signature?.sample ?? null;
  const [tab, setTab] = useState<"own" | "samples">(own !== null && own !== "audio" ? "own" : "samples");
  const [chosen, setChosen] = useState<SampleInfo | null>(null);
  const typed = useRef(false);
  const first = useResource(`${state.path("samples")}?from=0&count=${SAMPLES}`, (key, signal) =>
    get<SamplesReply>(key, signal),
  );
  useEffect(() => {
    const sample = first.value?.samples[0];
    if (first.value && !sample && own) setTab("own");
    if (sample && !state.input.peek() && !typed.current) {
      setChosen(sample);
      state.input.value = { sample: sample.index };
    }
  }, [first.value]);
  const choose = (sample: SampleInfo) => {
    setChosen(sample);
    state.input.value = { sample: sample.index };
  };
  const tabs = [...(own ? [["own", t(own)] as const] : []), ["samples", t("samples")] as const];
  return (
    <section class="card" aria-labelledby="inside-input">
      <div class="head">
        <h2 id="inside-input">{t("title")}</h2>
        {tabs.length > 1 && (
          <div class="segments" role="group" aria-labelledby="inside-input">
            {tabs.map(([name, label]) => (
              <button key={name} type="button" aria-pressed={tab === name} onClick={() => setTab(name)}>
                {label}
              </button>
            ))}
          </div>
        )}
      </div>
      <div class="body">
        {tab === "samples" || !own ? (
          <SamplePicker first={first} path={state.path("samples")} chosen={chosen} onChoose={choose} />
        ) : own === "text" ? (
          <TextInput
            key={chosen?.index}
            start={chosen?.text ?? ""}
            seen={state.seen.value !== null}
            onTyping={() => (typed.current = true)}
            onText={(text) => (state.input.value = { text })}
          />
        ) : own === "audio" ? (
          <AudioInput onAudio={(audio) => (state.input.value = { audio })} />
        ) : first.loading && !first.value ? (
          <Loading height={120} />
        ) : (
          <RowsInput
            key={chosen?.index}
            signature={signature!}
            start={chosen?.rows ?? []}
            onRows={(rows) => (state.input.value = { rows })}
          />
        )}
      </div>
    </section>
  );
}
