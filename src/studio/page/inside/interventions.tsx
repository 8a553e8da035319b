/** What was done to units, with a way back for each and for all. */
import { dictionary } from "../../ui/i18n.js";
import { Icon } from "../../ui/icons.js";
import { shortNumber } from "../../ui/plots/index.js";
import type { InsideState } from "./state.js";
import { layerName } from "./words.js";

const t = dictionary(
  {
    title: "What you changed",
    held: "{layer}, unit {unit}: held at {value}",
    silent: "{layer}, unit {unit}: silent",
    free: "Let go: {what}",
    all: "Let all go",
  },
  {
    title: "你的改动",
    held: "{layer}，单元 {unit}：固定为 {value}",
    silent: "{layer}，单元 {unit}：已关闭",
    free: "恢复：{what}",
    all: "全部恢复",
  },
);

export function Interventions({ state }: { readonly state: InsideState }) {
  if (!state.touched.value) return null;
  const held = state.pins.value.map((pin) => ({
    place: pin,
    text: t("held", { layer: layerName(pin.layer), unit: pin.unit + 1, value: shortNumber(pin.value) }),
    free: () => state.hold(pin, null),
    icon: "pin" as const,
  }));
  const silent = state.silent.value.map((place) => ({
    place,
    text: t("silent", { layer: layerName(place.layer), unit: place.unit + 1 }),
    free: () => state.silence(place, false),
    icon: "silence" as const,
  }));
  return (
    <section class="card" aria-labelledby="inside-changed">
      <div class="head">
        <h2 id="inside-changed">{t("title")}</h2>
        <button type="button" class="button small" onClick={() => state.setFree()}>
          {t("all")}
        </button>
      </div>
      <ul class="body changed">
        {[...held, ...silent].map(({ place, text, free, icon }) => (
          <li key={`${place.layer} ${place.unit}`} class="row between small">
            <span class="row">
              <Icon name={icon} />
              <span class="break tabular">{text}</span>
            </span>
            <button type="button" class="button plain small icon" aria-label={t("free", { what: text })} onClick={free}>
              <Icon name="close" />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
