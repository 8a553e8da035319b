/** The generate page: a text that goes on from a prompt, with the temperature at hand while it is written. */
import { useEffect, useMemo, useState } from "preact/hooks";
import type { GenerateRequest } from "../../api/index.js";
import { Icon } from "../../ui/icons.js";
import { Failure } from "../../ui/notices.js";
import { NumberInput } from "../../ui/number-input.js";
import type { PageProps } from "../pages.js";
import { t } from "./texts.js";
import { WrittenText } from "./written.js";
import { Writing } from "./writing.js";

const LENGTH = 500;
const LONGEST = 10_000;
const TEMPERATURE = 0.8;
const HOTTEST = 2;

interface Settings {
  readonly prompt: string;
  readonly temperature: number;
  readonly length: number;
  readonly topK: number | null;
  readonly topP: number;
  readonly seed: number | null;
  /** Pieces a second; null: as fast as the network writes. */
  readonly pace: number | null;
}

/** The first can be read along, and the temperature be changed meanwhile. */
const PACES = [30, 100, null] as const;
/** What the server is told in place of no limit, which JSON does not have. */
const FASTEST = 1e6;

const START: Settings = {
  prompt: "",
  temperature: TEMPERATURE,
  length: LENGTH,
  topK: null,
  topP: 1,
  seed: null,
  pace: PACES[0],
};

function requestOf({ prompt, temperature, length, topK, topP, seed, pace }: Settings): GenerateRequest {
  return {
    prompt,
    length,
    temperature,
    ...(pace !== null && { pace }),
    ...(topK !== null && { topK }),
    ...(topP < 1 && { topP }),
    ...(seed !== null && { seed }),
  };
}

export function GeneratePage({ params }: PageProps) {
  const run = params["run"]!;
  const writing = useMemo(() => new Writing(run), [run]);
  const [settings, setSettings] = useState(START);
  useEffect(() => () => writing.dispose(), [writing]);
  const busy = writing.state.value === "writing";
  const set = (change: Partial<Settings>) => {
    setSettings({ ...settings, ...change });
    if (change.temperature !== undefined) writing.change({ temperature: change.temperature });
    if (change.pace !== undefined) writing.change({ pace: change.pace ?? FASTEST });
  };
  return (
    <div class="generate-columns">
      <form
        class="card"
        aria-labelledby="generate-settings"
        onSubmit={(event) => {
          event.preventDefault();
          void writing.start(requestOf(settings));
        }}
      >
        <div class="head">
          <h2 id="generate-settings">{t("settings")}</h2>
        </div>
        <div class="body stack">
          <div class="field">
            <label for="generate-prompt">{t("prompt")}</label>
            <textarea
              id="generate-prompt"
              class="textarea"
              rows={4}
              spellcheck={false}
              value={settings.prompt}
              onInput={(event) => set({ prompt: event.currentTarget.value })}
            />
            <span class="help">{t("promptHelp")}</span>
          </div>
          <Slider
            id="temperature"
            value={settings.temperature}
            most={HOTTEST}
            onValue={(temperature) => set({ temperature })}
          />
          <Slider id="topP" value={settings.topP} least={0.05} most={1} onValue={(topP) => set({ topP })} />
          <fieldset class="field">
            <legend class="small">{t("pace")}</legend>
            <div class="segments generate-pace">
              {PACES.map((pace) => (
                <label key={pace}>
                  <input type="radio" name="pace" checked={settings.pace === pace} onChange={() => set({ pace })} />
                  {pace === null ? t("fastest") : t("perSecond", { count: pace })}
                </label>
              ))}
            </div>
          </fieldset>
          <div class="generate-numbers">
            <NumberField
              id="length"
              value={settings.length}
              most={LONGEST}
              onValue={(length) => set({ length: length ?? LENGTH })}
            />
            <NumberField id="topK" value={settings.topK} onValue={(topK) => set({ topK })} />
            <NumberField id="seed" value={settings.seed} least={0} onValue={(seed) => set({ seed })} />
          </div>
          <div class="row">
            <button type="submit" class="button primary">
              <Icon name="generate" />
              {t(writing.state.value === "idle" ? "write" : "again")}
            </button>
            <button type="button" class="button" disabled={!busy} onClick={() => writing.stop()}>
              <Icon name="stop" />
              {t("stop")}
            </button>
          </div>
        </div>
      </form>
      <div class="stack">
        {writing.error.value ? <Failure error={writing.error.value} /> : null}
        <WrittenText writing={writing} />
      </div>
    </div>
  );
}

interface SliderProps {
  readonly id: "temperature" | "topP";
  readonly value: number;
  readonly least?: number;
  readonly most: number;
  readonly onValue: (value: number) => void;
}

function Slider({ id, value, least = 0, most, onValue }: SliderProps) {
  return (
    <div class="field">
      <label for={`generate-${id}`} class="row between">
        {t(id)} <output class="tabular">{value.toFixed(2)}</output>
      </label>
      <input
        id={`generate-${id}`}
        type="range"
        min={least}
        max={most}
        step={0.05}
        value={value}
        aria-describedby={`generate-${id}-help`}
        onInput={(event) => onValue(Number(event.currentTarget.value))}
      />
      <span class="help" id={`generate-${id}-help`}>
        {t(`${id}Help`)}
      </span>
    </div>
  );
}

interface NumberFieldProps {
  readonly id: "length" | "topK" | "seed";
  readonly value: number | null;
  readonly least?: number;
  readonly most?: number;
  /** null: the field is empty. */
  readonly onValue: (value: number | null) => void;
}

function NumberField({ id, value, least = 1, most, onValue }: NumberFieldProps) {
  return (
    <div class="field">
      <label for={`generate-${id}`}>{t(id)}</label>
      <NumberInput
        id={`generate-${id}`}
        value={value}
        least={least}
        {...(most !== undefined && { most })}
        describedBy={`generate-${id}-help`}
        onValue={onValue}
      />
      <span class="help" id={`generate-${id}-help`}>
        {t(`${id}Help`)}
      </span>
    </div>
  );
}
