/** One heat map for each signal of a layer, with the values of the current step as bars beside it. */
import { useMemo } from "preact/hooks";
import { dictionary } from "../../ui/i18n.js";
import { HeatMap } from "../../ui/plots/index.js";
import { ORDERS, type Order } from "./order.js";
import { colouringOf } from "./ranges.js";
import type { SeenLayer } from "./seen.js";
import { meaningOf, titleOf } from "./signal-words.js";
import type { InsideState, Tool } from "./state.js";
import { UnitBars } from "./unit-bars.js";
import { layerName } from "./words.js";

const t = dictionary(
  {
    title: "Gates and states",
    layers: "Layer",
    order: "Units by",
    number: "number",
    activity: "how much they move",
    effect: "effect on the output",
    cluster: "likeness",
    tool: "Pointer",
    look: "a click shows a unit",
    silence: "a click silences a unit",
    hold: "a click holds a unit",
    select: "a drag selects steps",
    rows: "Each row is a unit, each column a step; the bars on the right are the values at the step that is marked.",
    backward: "This direction reads from the end: its first step is the last one here.",
    at: "{signal} at step {step}",
    map: "{signal}, layer {layer}",
  },
  {
    title: "门与状态",
    layers: "层",
    order: "单元排序",
    number: "编号",
    activity: "变化幅度",
    effect: "对输出的影响",
    cluster: "相似程度",
    tool: "指针",
    look: "点击查看单元",
    silence: "点击关闭单元",
    hold: "点击固定单元",
    select: "拖动选择步",
    rows: "每一行是一个单元，每一列是一步；右侧的条形是当前步的值。",
    backward: "这个方向从末尾开始读：它的第一步是这里的最后一步。",
    at: "第 {step} 步的 {signal}",
    map: "{layer} 层的 {signal}",
  },
);

const TOOLS: readonly Tool[] = ["look", "silence", "hold", "select"];

/** Few units have room for their numbers, many share the height. */
const HEIGHT_PX = 176;
const rowHeight = (units: number) => Math.max(1, Math.min(16, HEIGHT_PX / units));

export function SignalMaps({ state }: { readonly state: InsideState }) {
  const layer = state.layer.value!;
  return (
    <section class="card" aria-labelledby="inside-signals">
      <div class="head">
        <h2 id="inside-signals">{t("title")}</h2>
        <Layers state={state} />
      </div>
      <div class="body stack">
        <div class="row wrap inside-tools">
          <label class="row small muted">
            {t("order")}
            <select
              class="select"
              value={state.order.value}
              onChange={(event) => (state.order.value = event.currentTarget.value as Order)}
            >
              {ORDERS.map((order) => (
                <option key={order} value={order}>
                  {t(order)}
                </option>
              ))}
            </select>
          </label>
          <label class="row small muted">
            {t("tool")}
            <select
              class="select"
              value={state.tool.value}
              onChange={(event) => (state.tool.value = event.currentTarget.value as Tool)}
            >
              {TOOLS.map((tool) => (
                <option key={tool} value={tool}>
                  {t(tool)}
                </option>
              ))}
            </select>
          </label>
        </div>
        <p class="small muted">
          {t("rows")} {layer.layer.endsWith("/backward") && t("backward")}
        </p>
        {[...layer.signals].map(([signal, values]) => (
          <SignalMap key={signal} state={state} layer={layer} signal={signal} values={values} />
        ))}
      </div>
    </section>
  );
}

function Layers({ state }: { readonly state: InsideState }) {
  const { layers } = state.seen.value!;
  if (layers.length < 2) return <span class="badge">{described(layers[0]!)}</span>;
  const current = state.layer.value;
  return (
    <div class="segments inside-layers" role="group" aria-label={t("layers")}>
      {layers.map((layer, i) => (
        <button
          key={layer.layer}
          type="button"
          aria-pressed={layer === current}
          onClick={() => {
            state.tab.value = i;
            state.unit.value = null;
            state.span.value = null;
          }}
        >
          {described(layer)}
        </button>
      ))}
    </div>
  );
}

const described = ({ layer, units }: SeenLayer) => `${layerName(layer)} · ${units}`;

interface SignalMapProps {
  readonly state: InsideState;
  readonly layer: SeenLayer;
  readonly signal: string;
  readonly values: Float32Array;
}

function SignalMap({ state, layer, signal, values }: SignalMapProps) {
  const { scale, range } = useMemo(() => colouringOf(layer, signal, values), [layer, signal, values]);
  const { units, steps } = layer;
  const step = Math.min(state.playhead.step.value, steps - 1);
  const rows = state.rows.value;
  const title = titleOf(signal);
  const labels = state.seen.value!.input.steps;
  const height = rowHeight(units);
  return (
    <figure class="signal" data-signal={signal}>
      <figcaption>
        <strong>{title}</strong> <span class="muted">{meaningOf(layer.cell, signal)}</span>
      </figcaption>
      <div class="signal-plot">
        <HeatMap
          label={t("map", { signal: title, layer: layerName(layer.layer) })}
          values={values}
          steps={steps}
          units={units}
          scale={scale}
          range={range}
          rows={rows}
          rowHeight={height}
          {...(labels.length === steps && { stepLabels: labels })}
          step={step}
          onStep={(next) => {
            state.playhead.pause();
            state.playhead.goTo(next);
          }}
          onUnit={(unit) => state.touch(unit)}
          unitMarks={marks(state, layer)}
          span={state.span.value}
          onSpan={(span) => (state.span.value = span)}
          spanning={state.tool.value === "select"}
        />
        <UnitBars
          label={t("at", { signal: title, step: step + 1 })}
          values={values.subarray(step * units, (step + 1) * units)}
          rows={rows}
          rowHeight={height}
          range={range}
          chosen={state.unit.value}
          onUnit={(unit) => state.touch(unit)}
        />
      </div>
    </figure>
  );
}

function marks(state: InsideState, { layer }: SeenLayer): ReadonlyMap<number, "pinned" | "ablated" | "chosen"> {
  const found = new Map<number, "pinned" | "ablated" | "chosen">();
  if (state.unit.value !== null) found.set(state.unit.value, "chosen");
  for (const pin of state.pins.value) if (pin.layer === layer) found.set(pin.unit, "pinned");
  for (const place of state.silent.value) if (place.layer === layer) found.set(place.unit, "ablated");
  return found;
}
