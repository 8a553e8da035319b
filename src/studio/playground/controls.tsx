import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { count } from "../ui/format.js";
import { locale } from "../ui/i18n.js";
import { Icon } from "../ui/icons.js";
import { CELL_NAMES, networkName } from "./cards/run-name.js";
import { change, facts, settings } from "./session.js";
import { CHOICES, DEFAULTS, LARGEST_SEED, toFragment, type Choice, type Settings } from "./settings.js";
import { t } from "./texts.js";

const OPTIMIZER_NAMES = { adam: "Adam", rmsprop: "RMSprop", sgd: "SGD" };

/** On a phone the settings are folded, so that the pictures come first. */
const WIDE = !matchMedia("(max-width: 820px)").matches;

const describeSettings = (now: Settings) =>
  [networkName(now), `${t("learningRate")} ${now.learningRate}`, `${t("length")} ${now.length}`].join(" · ");

const set = <Name extends keyof Settings>(name: Name, value: Settings[Name]) =>
  change({ ...settings.value, [name]: value });

export function Controls() {
  const now = settings.value;
  const usual = toFragment(now) === toFragment(DEFAULTS[now.problem]);
  return (
    <details class="controls" open={WIDE}>
      <summary>{t("settings", { what: describeSettings(now) })}</summary>
      <div class="fields">
        {" "}
        <h2>{t("network")}</h2>
        <Segments name="cell" label={t("cell")} text={(cell) => CELL_NAMES[cell]} />
        <Slider name="units" label={t("units")} />
        <Segments name="layers" label={t("layers")} text={String} />
        <p class="muted small" aria-live="polite">
          {facts.value ? t("weights", { count: facts.value.parameters }) : " "}
        </p>
        <h2>{t("training")}</h2>
        <Slider name="learningRate" label={t("learningRate")} />
        <Segments name="clip" label={t("clip")} text={(norm) => (norm === 0 ? t("clipOff") : String(norm))} />
        <Segments name="optimizer" label={t("optimizer")} text={(name) => OPTIMIZER_NAMES[name]} />
        <Slider name="length" label={t("length")} />
        <Slider name="batch" label={t("batch")} />
        <Seed />
        <button type="button" class="button plain usual" disabled={usual} onClick={() => change(DEFAULTS[now.problem])}>
          {t("usual")}
        </button>
      </div>
    </details>
  );
}

interface Of<Name extends Choice> {
  name: Name;
  label: string;
}

/** A few choices side by side. */
function Segments<Name extends Choice>({ name, label, text }: Of<Name> & { text: (value: Settings[Name]) => string }) {
  const choices = CHOICES[name] as readonly Settings[Name][];
  return (
    <fieldset class="field">
      <legend class="label">{label}</legend>
      <div class="segments">
        {choices.map((choice) => (
          <label key={String(choice)}>
            <input
              type="radio"
              name={name}
              value={String(choice)}
              checked={settings.value[name] === choice}
              onChange={() => set(name, choice)}
            />
            {text(choice)}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** A choice of many numbers, which do not lie evenly. */
function Slider<Name extends "units" | "learningRate" | "length" | "batch">({ name, label }: Of<Name>) {
  const choices: readonly number[] = CHOICES[name];
  const value = settings.value[name];
  const text = value.toLocaleString(locale(), { maximumSignificantDigits: 3, maximumFractionDigits: 6 });
  const id = useId();
  return (
    <Field id={id} label={label} value={text}>
      <input
        id={id}
        type="range"
        min={0}
        max={choices.length - 1}
        step={1}
        value={choices.indexOf(value)}
        aria-valuetext={text}
        onInput={(event) => set(name, choices[Number(event.currentTarget.value)] as Settings[Name])}
      />
    </Field>
  );
}

function Field({
  id,
  label,
  value,
  children,
}: {
  id: string;
  label: string;
  value?: string;
  children: ComponentChildren;
}) {
  return (
    <div class="field">
      <div class="row between">
        <label class="label" for={id}>
          {label}
        </label>
        {value !== undefined && (
          <output class="tabular" for={id}>
            {value}
          </output>
        )}
      </div>
      {children}
    </div>
  );
}

function Seed() {
  const id = useId();
  const choose = (field: HTMLInputElement) => {
    if (field.value !== "" && field.validity.valid) set("seed", field.valueAsNumber);
    else field.value = String(settings.value.seed);
  };
  return (
    <Field id={id} label={t("seed")}>
      <div class="row">
        <input
          id={id}
          class="input"
          type="number"
          min={0}
          max={LARGEST_SEED}
          step={1}
          value={settings.value.seed}
          onChange={(event) => choose(event.currentTarget)}
        />
        <button
          type="button"
          class="button icon"
          title={t("shuffle")}
          aria-label={`${t("shuffle")}: ${count(settings.value.seed + 1)}`}
          onClick={() => set("seed", (settings.value.seed + 1) % (LARGEST_SEED + 1))}
        >
          <Icon name="refresh" />
        </button>
      </div>
    </Field>
  );
}
