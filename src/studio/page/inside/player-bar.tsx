import { useEffect } from "preact/hooks";
import { dictionary } from "../../ui/i18n.js";
import { Icon } from "../../ui/icons.js";
import { Listen } from "./listen.js";
import type { InsideState } from "./state.js";
import { stepName, w } from "./words.js";

const t = dictionary(
  {
    player: "Step through the sample",
    play: "Play",
    pause: "Pause",
    before: "One step back",
    next: "One step on",
    pace: "Pace",
    position: "Step",
    keys: "Arrow keys move the step wherever a picture is in focus.",
  },
  {
    player: "逐步查看样本",
    play: "播放",
    pause: "暂停",
    before: "后退一步",
    next: "前进一步",
    pace: "速度",
    position: "步",
    keys: "选中任意一幅图后，方向键可以移动当前步。",
  },
);

const PACES = [0.25, 0.5, 1, 2, 4];

export function PlayerBar({ state }: { readonly state: InsideState }) {
  const { playhead } = state;
  const steps = state.steps.value;
  const step = Math.min(playhead.step.value, steps - 1);
  const playing = playhead.playing.value;
  const label = stepName(state.seen.value?.input.steps[step]);
  useEffect(() => () => playhead.pause(), [playhead]);
  const text = `${w("stepOf", { step: step + 1, steps })}${label ? ` “${label}”` : ""}`;
  return (
    <div class="player card" role="group" aria-label={t("player")} title={t("keys")}>
      <button
        type="button"
        class="button primary icon"
        aria-label={t(playing ? "pause" : "play")}
        onClick={() => playhead.toggle()}
      >
        <Icon name={playing ? "pause" : "play"} />
      </button>
      <button
        type="button"
        class="button plain icon player-step"
        aria-label={t("before")}
        onClick={() => playhead.goTo(step - 1)}
      >
        <Icon name="right" class="flipped" />
      </button>
      <input
        type="range"
        min={1}
        max={steps}
        step={1}
        value={step + 1}
        aria-label={t("position")}
        aria-valuetext={text}
        onInput={(event) => {
          playhead.pause();
          playhead.goTo(Number(event.currentTarget.value) - 1);
        }}
      />
      <button
        type="button"
        class="button plain icon player-step"
        aria-label={t("next")}
        onClick={() => playhead.goTo(step + 1)}
      >
        <Icon name="right" />
      </button>
      <output class="player-at tabular">
        <b class="mono">{label}</b>
        <span class="muted">
          {step + 1} / {steps}
        </span>
      </output>
      <Listen state={state} />
      <label class="player-pace">
        <span class="visually-hidden">{t("pace")}</span>
        <select
          class="select"
          value={String(playhead.pace.value)}
          onChange={(event) => (playhead.pace.value = Number(event.currentTarget.value))}
        >
          {PACES.map((pace) => (
            <option key={pace} value={String(pace)}>
              {pace} ×
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
