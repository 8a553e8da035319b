/** One unit: its signals over time, how its gates stand, and what can be done to it. */
import { useMemo } from "preact/hooks";
import { figure, percent } from "../../ui/format.js";
import { dictionary } from "../../ui/i18n.js";
import { Icon } from "../../ui/icons.js";
import { NumberInput } from "../../ui/number-input.js";
import { LineChart, shortNumber } from "../../ui/plots/index.js";
import { answersAt, areShares } from "./answers.js";
import type { SeenLayer } from "./seen.js";
import { titleOf } from "./signal-words.js";
import type { InsideState } from "./state.js";
import { w } from "./words.js";

const t = dictionary(
  {
    title: "One unit",
    pick: "Unit",
    none: "Click a row of a picture, or type a unit's number: its signals appear here, and you can hold it at a value or silence it.",
    before: "Unit before",
    next: "Next unit",
    hold: "Hold at a value",
    held: "Held at {value}",
    value: "Value of the state",
    silence: "Silence",
    means: "Held or silent from the first step on: the output and all that follows change with it.",
    gate: "{gate}: nearly closed at {closed} of the steps, nearly open at {open}.",
    effect: "Silent, it changes the output by {change}.",
    follow: "{name}: {value}, without your changes {free}",
    chart: "Signals of unit {unit}",
  },
  {
    title: "单个单元",
    pick: "单元",
    none: "点击图中的一行，或输入单元编号：这里会显示它的各个信号，并可将其固定在某个值或关闭。",
    before: "上一个单元",
    next: "下一个单元",
    hold: "固定为某个值",
    held: "固定为 {value}",
    value: "状态的值",
    silence: "关闭",
    means: "从第一步起固定或关闭：输出和后面的一切都随之改变。",
    gate: "{gate}：{closed} 的步几乎关闭，{open} 的步几乎打开。",
    effect: "关闭它会使输出改变 {change}。",
    follow: "{name}：{value}，没有改动时为 {free}",
    chart: "单元 {unit} 的信号",
  },
);

export function UnitPanel({ state }: { readonly state: InsideState }) {
  const layer = state.layer.value!;
  const unit = state.unit.value !== null && state.unit.value < layer.units ? state.unit.value : null;
  const choose = (next: number) => (state.unit.value = ((next % layer.units) + layer.units) % layer.units);
  return (
    <section class="card" aria-labelledby="inside-unit">
      <div class="head">
        <h2 id="inside-unit">{t("title")}</h2>
        <div class="row unit-pick">
          <button
            type="button"
            class="button plain small icon"
            aria-label={t("before")}
            onClick={() => choose((unit ?? 0) - 1)}
          >
            <Icon name="right" class="flipped" />
          </button>
          <NumberInput
            label={t("pick")}
            placeholder={`1–${layer.units}`}
            value={unit === null ? null : unit + 1}
            least={1}
            most={layer.units}
            onValue={(number) => (number === null ? (state.unit.value = null) : choose(number - 1))}
          />
          <button
            type="button"
            class="button plain small icon"
            aria-label={t("next")}
            onClick={() => choose(unit === null ? 0 : unit + 1)}
          >
            <Icon name="right" />
          </button>
        </div>
      </div>
      <div class="body stack">
        {unit === null ? <p class="small muted">{t("none")}</p> : <Unit state={state} layer={layer} unit={unit} />}
      </div>
    </section>
  );
}

interface UnitProps {
  readonly state: InsideState;
  readonly layer: SeenLayer;
  readonly unit: number;
}

function Unit({ state, layer, unit }: UnitProps) {
  const { signals, steps, units } = layer;
  const [x, lines] = useMemo(() => {
    const column = (values: Float32Array) => Float32Array.from({ length: steps }, (_, i) => values[i * units + unit]!);
    const shown = [...signals].filter(([name]) => name !== "write" || !signals.has("keep"));
    return [
      Array.from({ length: steps }, (_, i) => i + 1),
      shown.map(([name, values]) => ({
        label: titleOf(name),
        values: column(values),
        width: name === "state" ? 2.5 : 1.5,
        dashed: name === "candidate",
      })),
    ] as const;
  }, [layer, unit]);
  return (
    <>
      <LineChart
        label={t("chart", { unit: unit + 1 })}
        x={x}
        lines={lines}
        height={150}
        step={Math.min(state.playhead.step.value, steps - 1)}
        onStep={(step) => state.playhead.goTo(step)}
      />
      <Controls state={state} layer={layer} unit={unit} />
      <Facts state={state} layer={layer} unit={unit} />
    </>
  );
}

function Controls({ state, layer, unit }: UnitProps) {
  const place = { layer: layer.layer, unit };
  const pin = state.isPinned(place);
  const silent = state.isSilent(place);
  return (
    <div class="stack tight">
      <div class="row wrap">
        <button
          type="button"
          class="button small"
          aria-pressed={pin !== undefined}
          onClick={() => state.hold(place, pin ? null : Math.round(100 * state.stateOf(unit)) / 100)}
        >
          <Icon name="pin" />
          {pin ? t("held", { value: shortNumber(pin.value) }) : t("hold")}
        </button>
        <button type="button" class="button small" aria-pressed={silent} onClick={() => state.silence(place, !silent)}>
          <Icon name="silence" />
          {t("silence")}
        </button>
      </div>
      {pin && (
        <label class="row small">
          <span class="visually-hidden">{t("value")}</span>
          <span class="muted tabular">−1</span>
          <input
            type="range"
            min={-1}
            max={1}
            step={0.01}
            value={pin.value}
            aria-valuetext={`${w("unitName", { unit: unit + 1 })}: ${shortNumber(pin.value)}`}
            onInput={(event) => state.hold(place, Number(event.currentTarget.value))}
          />
          <span class="muted tabular">1</span>
        </label>
      )}
      <Follow state={state} />
      <p class="small muted">{t("means")}</p>
    </div>
  );
}

/** Where the answer is out of sight: the output that changes most. */
function Follow({ state }: { readonly state: InsideState }) {
  const [seen, free] = [state.seen.value!, state.free.value!];
  const shown = answersAt(seen, free, state.playhead.step.value);
  if (seen === free || shown.rows.length === 0) return null;
  const row = shown.rows.reduce((a, b) => (Math.abs(b.change) > Math.abs(a.change) ? b : a));
  const text = (value: number) => (areShares(shown) ? percent(value, 1) : figure(value, 3));
  return (
    <p class="small follow tabular" role="status">
      {t("follow", { name: row.name, value: text(row.value), free: text(row.free) })}
    </p>
  );
}

function Facts({ state, layer, unit }: UnitProps) {
  const gates = state.seen.value!.saturation.filter((gate) => gate.layer === layer.layer && gate.gate !== "write");
  const change = state.effects.value?.changes[unit] ?? null;
  if (gates.length === 0 && change === null) return null;
  return (
    <ul class="small muted facts">
      {gates.map(({ gate, closed, open }) => (
        <li key={gate}>
          {t("gate", { gate: titleOf(gate), closed: percent(closed[unit] ?? 0), open: percent(open[unit] ?? 0) })}
        </li>
      ))}
      {change !== null && <li>{t("effect", { change: figure(change, 3) })}</li>}
    </ul>
  );
}
