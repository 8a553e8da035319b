import { GATES } from "../../../explain/types.js";
import type { LayerTrace } from "../../../explain/types.js";
import { Icon } from "../../ui/icons.js";
import { Loading } from "../../ui/notices.js";
import { HeatMap, LineChart } from "../../ui/plots/index.js";
import { chosenLayer, chosenStep, chosenUnit, frame } from "../session.js";
import { signalText, t } from "../texts.js";

type Signal = "keep" | "write" | "reset" | "input" | "forget" | "output" | "candidate" | "cell" | "state";

/** write is 1 − keep: one picture says both. */
const shownSignals = (layer: LayerTrace) => (Object.keys(layer.signals) as Signal[]).filter((name) => name !== "write");

/** Gates, candidates and states of one layer, all units at all steps of the sample, and one unit by itself. */
export function InsideCard() {
  const now = frame.value;
  const layer = now?.layers[chosenLayer.value] ?? now?.layers[0];
  return (
    <section class="card inside" aria-labelledby="inside-title">
      <div class="head">
        <h2 id="inside-title">{t("insideTitle")}</h2>
        {now && now.layers.length > 1 && <LayerChoice count={now.layers.length} />}
      </div>
      <div class="body stack">
        <p class="muted small">{t("insideHelp")}</p>
        {now && layer ? <Signals layer={layer} labels={labelsOf(now.view)} /> : <Loading height={320} />}
      </div>
    </section>
  );
}

const labelsOf = ({ labels }: { labels: readonly string[] | null }) => labels;

function LayerChoice({ count }: { count: number }) {
  return (
    <div class="segments" role="group" aria-label={t("layer")}>
      {Array.from({ length: count }, (_, i) => (
        <button key={i} type="button" aria-pressed={chosenLayer.value === i} onClick={() => (chosenLayer.value = i)}>
          {t("layer")} {i + 1}
        </button>
      ))}
    </div>
  );
}

function Signals({ layer, labels }: { layer: LayerTrace; labels: readonly string[] | null }) {
  const unit = Math.min(chosenUnit.value, layer.units - 1);
  const marks = new Map([[unit, "chosen" as const]]);
  return (
    <>
      <div class="signals">
        {shownSignals(layer).map((signal) => (
          <figure key={signal} data-signal={signal}>
            <figcaption>
              <strong>{signalText(signal)}</strong> <span class="muted">{signalText(`${signal}What`)}</span>
            </figcaption>
            <HeatMap
              label={t("layerSignal", { signal: signalText(signal), layer: chosenLayer.value + 1 })}
              values={layer.signals[signal]!}
              steps={layer.steps}
              units={layer.units}
              {...colouring(signal, layer)}
              {...(signal === "keep" ? { ends: [signalText("written"), signalText("kept")] as const } : {})}
              {...(labels ? { stepLabels: labels } : {})}
              step={chosenStep.value}
              onStep={(step) => (chosenStep.value = step)}
              onUnit={(unit) => (chosenUnit.value = unit)}
              unitMarks={marks}
            />
          </figure>
        ))}
      </div>
      <UnitChart layer={layer} unit={unit} />
    </>
  );
}

/** An LSTM's cell is the one signal without bounds: its colours reach as far as it does. */
function colouring(signal: Signal, { signals }: LayerTrace) {
  if (GATES.includes(signal)) return { scale: "sequential" } as const;
  if (signal !== "cell" && signal !== "candidate" && signal !== "state") return { scale: "diverging" } as const;
  const reach = Math.max(1, ...signals[signal]!.map(Math.abs));
  return { scale: "diverging", range: [-reach, reach] } as const;
}

function UnitChart({ layer, unit }: { layer: LayerTrace; unit: number }) {
  const { steps, units, signals } = layer;
  const x = Array.from({ length: steps }, (_, t) => t + 1);
  const lines = shownSignals(layer).map((signal, i) => ({
    label: signalText(signal),
    values: x.map((_, t) => signals[signal]![t * units + unit]!),
    colour: signal === "state" ? 1 : i + 2,
    width: signal === "state" ? 2.5 : 1.5,
  }));
  const turn = (by: number) => (chosenUnit.value = (unit + by + units) % units);
  return (
    <div class="unit">
      <div class="row">
        <h3>{t("unitTitle", { unit: unit + 1 })}</h3>
        <button type="button" class="button small icon" aria-label={t("previousUnit")} onClick={() => turn(-1)}>
          <Icon name="up" />
        </button>
        <button type="button" class="button small icon" aria-label={t("nextUnit")} onClick={() => turn(1)}>
          <Icon name="down" />
        </button>
      </div>
      <LineChart
        label={t("unitLabel", { unit: unit + 1 })}
        x={x}
        lines={lines}
        height={160}
        xText={String}
        step={chosenStep.value}
        onStep={(step) => (chosenStep.value = step)}
      />
    </div>
  );
}
