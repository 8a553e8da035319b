import { useState } from "preact/hooks";
import { percent } from "../../ui/format.js";
import { Bars, StepBars } from "../../ui/plots/index.js";
import type { TextView } from "../protocol.js";
import { changeText, chosenStep, ownText, setTemperature, settings, temperature } from "../session.js";
import { t } from "../texts.js";

const visible = (character: string) => (character === " " ? "␣" : character === "\n" ? "↵" : character);
/** Pieces of the sequence length are cut anywhere, so there must be some more. */
const SPARE = 20;
const LONGEST = 20_000;

/** How sure it was of each character, the likeliest ones after one of them, and what it writes by itself. */
export function TextAnswers({ view }: { view: TextView }) {
  const step = Math.min(chosenStep.value ?? view.labels.length - 1, view.labels.length - 1);
  const next = view.next[step]!;
  return (
    <div class="stack">
      <div>
        <h3>{t("textChance")}</h3>
        <StepBars
          label={t("textChance")}
          values={view.chance}
          stepLabels={view.next}
          step={step}
          onStep={(at) => (chosenStep.value = at)}
          height={64}
        />
      </div>
      <div class="next">
        <h3>
          {t("textNext", { character: visible(view.labels[step]!), step: step + 1 })} ·{" "}
          <span class="muted">{t("textFollows", { character: visible(next) })}</span>
        </h3>
        <Bars
          label={t("textChance")}
          full={1}
          text={(p) => percent(p, 1)}
          bars={view.likeliest[step]!.map(({ character, chance }) => ({
            label: visible(character),
            value: chance,
            marked: character === next,
          }))}
        />
      </div>
      <div>
        <div class="row between">
          <h3>{t("sample")}</h3>
          <label class="row small temperature">
            {t("temperature")}
            <input
              type="range"
              min={0.2}
              max={1.4}
              step={0.1}
              value={temperature.value}
              onInput={(event) => setTemperature(event.currentTarget.valueAsNumber)}
            />
            <output class="tabular">{temperature.value.toFixed(1)}</output>
          </label>
        </div>
        <pre class="sample">{view.sample}</pre>
      </div>
      <OwnText />
    </div>
  );
}

function OwnText() {
  const least = settings.value.length + SPARE;
  const [short, setShort] = useState<number | null>(null);
  const choose = (text: string) => {
    const size = [...text].length;
    setShort(size < least ? size : null);
    if (size >= least) changeText(text);
  };
  return (
    <details>
      <summary>{t("ownText")}</summary>
      <div class="field">
        <textarea
          class="textarea"
          rows={5}
          maxLength={LONGEST}
          aria-label={t("ownText")}
          aria-invalid={short !== null}
          aria-describedby="own-text-help"
          defaultValue={ownText.value ?? ""}
          onChange={(event) => choose(event.currentTarget.value)}
        />
        <p id="own-text-help" class={short === null ? "help" : "error"} aria-live="polite">
          {short === null ? t("ownTextHelp", { least }) : t("ownTextShort", { count: short, least })}
        </p>
        {ownText.value !== null && (
          <button type="button" class="button small" onClick={() => changeText(null)}>
            {t("jack")}
          </button>
        )}
      </div>
    </details>
  );
}
