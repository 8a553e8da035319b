import type { LayerInfo, WeightInfo } from "../../api/index.js";
import { count, figure, percent } from "../../ui/format.js";
import { gatesOf } from "./gates.js";
import { HistogramChart } from "./histogram.js";
import { shapeText, sizesText } from "./shape.js";
import { t } from "./texts.js";

/** The weights of one layer, each with its histogram. */
export function Weights({ layer, whole }: { readonly layer: LayerInfo; readonly whole: number }) {
  const { name, className, parameters, weights } = layer;
  return (
    <section class="card" aria-labelledby="model-weights" aria-live="polite">
      <div class="head">
        <h2 id="model-weights" class="break">
          {t("weights", { layer: name })}
        </h2>
        <span class="small muted tabular">
          {className} · {shapeText(layer)}
          {parameters > 0 && ` · ${count(parameters)} · ${percent(parameters / Math.max(1, whole), 1)}`}
        </span>
      </div>
      <div class="body stack">
        {weights.length === 0 ? (
          <p class="small muted">{t("noWeights")}</p>
        ) : (
          <>
            <p class="small muted">{t("weightsHelp")}</p>
            <div class="weights">
              {weights.map((weight) => (
                <Weight key={weight.name} weight={weight} layer={layer} />
              ))}
            </div>
          </>
        )}
        <Settings layer={layer} />
      </div>
    </section>
  );
}

function Weight({ weight, layer }: { readonly weight: WeightInfo; readonly layer: LayerInfo }) {
  const { name, shape, mean, deviation, least, greatest, histogram } = weight;
  const spread = t("spread", {
    mean: figure(mean, 3),
    deviation: figure(deviation, 3),
    least: figure(least, 3),
    greatest: figure(greatest, 3),
  });
  const gates = gatesOf(weight, layer.weights);
  const own = name.startsWith(`${layer.name}/`) ? name.slice(layer.name.length + 1) : name;
  return (
    <figure class="weight">
      <figcaption>
        <span class="row between">
          <strong class="break">{own}</strong>
          <span class="mono small muted">{sizesText(shape)}</span>
        </span>
        <span class="small muted">{least === greatest ? t("same", { value: figure(least, 3) }) : spread}</span>
      </figcaption>
      {least < greatest && <HistogramChart label={t("histogram", { name, spread })} histogram={histogram} />}
      {gates && (
        <div class="small muted weight-gates">
          {t("gates", { units: gates.units })}
          <span class="gates">
            {gates.names.map((gate, i) => (
              <span key={gate} style={{ "--gate": `var(--data-${i + 1})` }}>
                {t(gate)}
              </span>
            ))}
          </span>
        </div>
      )}
    </figure>
  );
}

/** Settings that are plain values; what belongs to layers inside stands with their weights. */
function Settings({ layer: { config } }: { readonly layer: LayerInfo }) {
  const plain = Object.entries(config).filter(
    ([name, value]) => name !== "name" && value !== null && typeof value !== "object",
  );
  if (plain.length === 0) return null;
  return (
    <details class="small">
      <summary>{t("settings")}</summary>
      <dl class="settings">
        {plain.map(([name, value]) => (
          <div key={name}>
            <dt class="muted">{name}</dt>
            <dd class="mono break">{String(value)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
