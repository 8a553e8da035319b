/** Parallel coordinates of the trials; what is marked on the axes chooses the trials of the table. */
import { useMemo } from "preact/hooks";
import type { SweepReply } from "../../api/index.js";
import { Card } from "../../ui/card.js";
import { Parallel } from "../../ui/plots/index.js";
import { axisOf, linesOf, resultAxis } from "./axes.js";
import type { Choice } from "./choice.js";
import type { ScaleKind } from "./scale.js";
import { t } from "./texts.js";
import { dimensionName, metricTitle, trialInWords } from "./words.js";

export function Coordinates({ sweep, choice }: { readonly sweep: SweepReply; readonly choice: Choice }) {
  const scale = choice.scale.value;
  const failed = sweep.trials.some(({ state }) => state === "failed");
  const title = metricTitle(sweep);
  // Chinese names of options are fetched when they are first needed.
  const names = sweep.space.map(({ name }) => dimensionName(name)).join();
  const axes = useMemo(
    () => [...sweep.space.map(axisOf), resultAxis(title, scale, failed)],
    [sweep.space, title, scale, failed, names],
  );
  const lines = useMemo(() => linesOf(sweep, scale), [sweep, scale]);
  return (
    <Card title={t("coordinates")} aside={<ScaleSwitch choice={choice} />}>
      <div class="stack tight">
        <p class="small muted measure">{t("coordinatesHelp")}</p>
        <Parallel
          label={t("coordinates")}
          axes={axes}
          lines={lines}
          brushes={choice.brushes.value}
          onBrush={choice.brush}
          pointed={choice.pointed.value}
          onPoint={(key) => (choice.pointed.value = key)}
          onChoose={choice.find}
          words={{ from: t("from"), to: t("to") }}
          scrolls={t("scrolls", { axes: axes.length })}
        />
        <div class="row wrap between coordinates-foot small">
          <p class="tabular coordinates-said">{trialInWords(sweep, choice.pointed.value)}</p>
          <p class="row muted" aria-hidden="true">
            {t("worse")} <i class="shades" /> {t("better")} <i class="chip best-chip" /> {t("theBest")}
          </p>
        </div>
      </div>
    </Card>
  );
}

const KINDS: readonly (readonly [ScaleKind, "byValue" | "byRank"])[] = [
  ["value", "byValue"],
  ["rank", "byRank"],
];

function ScaleSwitch({ choice }: { readonly choice: Choice }) {
  return (
    <div class="segments" role="radiogroup" aria-label={t("scale")}>
      {KINDS.map(([kind, text]) => (
        <label key={kind}>
          <input
            type="radio"
            name="result-scale"
            checked={choice.scale.value.kind === kind}
            onChange={() => choice.setScale(kind)}
          />
          {t(text)}
        </label>
      ))}
    </div>
  );
}
