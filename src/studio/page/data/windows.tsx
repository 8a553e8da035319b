/** Some samples of the training part as they go into the network. */
import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { StartRequest, WindowInput, WindowsReply } from "../../api/index.js";
import { fromFloats } from "../../floats.js";
import { Card } from "../../ui/card.js";
import { count, figure } from "../../ui/format.js";
import { Icon } from "../../ui/icons.js";
import { Failure, Loading, Note } from "../../ui/notices.js";
import { HeatMap, LineChart } from "../../ui/plots/index.js";
import { get } from "../client.js";
import { useResource } from "../resource.js";
import { written } from "../run/run-details.js";
import { t } from "./texts.js";

/** More lines in one chart cannot be followed: a heat map instead. */
const MOST_LINES = 6;

export function Windows({ request }: { readonly request: StartRequest }) {
  const query = new URLSearchParams({ path: request.data, settings: JSON.stringify(request) });
  const { value, error, loading, reload } = useResource(`/api/data/windows?${query}`, (key, signal) =>
    get<WindowsReply>(key, signal),
  );
  return (
    <Card title={t("windows")} aside={<span class="small muted">{t("windowsHelp")}</span>}>
      {error ? <Failure error={error} retry={reload} /> : value ? <Samples reply={value} /> : loading && <Loading />}
    </Card>
  );
}

function Samples({ reply }: { readonly reply: WindowsReply }) {
  const { references, warnings } = reply;
  const chosen = useSignal(0);
  const index = Math.min(chosen.value, references.length - 1);
  return (
    <div class="stack">
      {warnings.map((warning) => (
        <Note key={warning} tone="warn">
          {warning}
        </Note>
      ))}
      <dl class="inline-pairs small">
        {reply.facts.map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="tabular break">{text}</dd>
          </div>
        ))}
        <div>
          <dt>{t("parameters")}</dt>
          <dd class="tabular">{count(reply.parameters)}</dd>
        </div>
      </dl>
      {references.length > 0 && (
        <>
          <div class="row">
            <Step label={t("previous")} back disabled={index === 0} go={() => (chosen.value = index - 1)} />
            <Step label={t("next")} disabled={index >= references.length - 1} go={() => (chosen.value = index + 1)} />
            <span class="small tabular break" aria-live="polite">
              {t("sample", { index: index + 1, shown: references.length })}{" "}
              <span class="muted">{written(references[index])}</span>
            </span>
          </div>
          {[...reply.inputs, ...reply.targets].map((input) => (
            <Input key={input.name} input={input} index={index} />
          ))}
        </>
      )}
    </div>
  );
}

function Step(props: { readonly label: string; readonly back?: boolean; readonly disabled: boolean; go(): void }) {
  return (
    <button
      type="button"
      class="button icon small"
      aria-label={props.label}
      disabled={props.disabled}
      onClick={() => props.go()}
    >
      <Icon name="right" class={props.back ? "flip" : ""} />
    </button>
  );
}

/** One sample, without its padding. */
interface Seen {
  /** What each step is. */
  readonly steps: readonly string[];
  readonly features: readonly string[];
  /** [steps, features], [steps] pieces, or [features]. */
  readonly values: Float32Array;
}

function seenOf({ kind, shape, steps, features }: WindowInput, all: Float32Array, index: number): Seen {
  const [, length = 1, width = 1] = shape;
  const own = all.subarray(index * length * width, (index + 1) * length * width);
  if (kind === "vector") return { steps: [], features, values: own };
  const names = steps[index] ?? [];
  return { steps: names, features, values: own.subarray(0, names.length * width) };
}

function Input({ input, index }: { readonly input: WindowInput; readonly index: number }) {
  const all = useMemo(() => fromFloats(input.values), [input.values]);
  const seen = useMemo(() => seenOf(input, all, index), [input, all, index]);
  return (
    <figure class="window">
      <figcaption class="small">
        <strong>{input.name}</strong>{" "}
        <span class="muted tabular">{t("shape", { shape: `[${input.shape.join(", ")}]` })}</span>
      </figcaption>
      {input.kind === "series" && <Series seen={seen} label={t("windowsOf", { index: index + 1, name: input.name })} />}
      {input.kind === "tokens" && <Pieces texts={seen.steps} values={seen.values} />}
      {input.kind === "vector" && <Pieces texts={seen.features} values={seen.values} />}
    </figure>
  );
}

function Series({ seen: { steps, features, values }, label }: { readonly seen: Seen; readonly label: string }) {
  const width = features.length;
  const x = useMemo(() => steps.map((_, i) => i + 1), [steps]);
  const lines = useMemo(
    () =>
      features
        .slice(0, MOST_LINES)
        .map((name, d) => ({ label: name, values: steps.map((_, i) => values[i * width + d]!) })),
    [values],
  );
  const nameOf = (i: number) => steps[i - 1] ?? "";
  if (width <= MOST_LINES)
    return <LineChart label={label} x={x} lines={lines} height={150} xText={nameOf} yText={(v) => figure(v, 3)} />;
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
  return (
    <>
      <HeatMap
        label={label}
        values={values}
        steps={steps.length}
        units={width}
        scale="diverging"
        range={[-largest, largest]}
        stepLabels={steps}
      />
      <p class="small muted break">{told(features)}</p>
    </>
  );
}

/** More names would not be read. */
const MOST_NAMES = 12;

/** From top to bottom. */
function told(features: readonly string[]): string {
  if (features.length <= MOST_NAMES) return features.join(", ");
  return t("features", { count: features.length, first: features[0]!, last: features.at(-1)! });
}

const MOST_PIECES = 80;

/** Pieces of a text with their numbers, or features with theirs. */
function Pieces({ texts, values }: { readonly texts: readonly string[]; readonly values: Float32Array }) {
  return (
    <ul class="numbers tabular">
      {[...values.subarray(0, MOST_PIECES)].map((value, i) => (
        <li key={i}>
          <span class="break">{shownText(texts[i] ?? "")}</span> <span class="muted">{figure(value, 3)}</span>
        </li>
      ))}
      {values.length > MOST_PIECES && <li class="muted">… {t("vector", { count: values.length })}</li>}
    </ul>
  );
}

/** White space can be seen. */
const shownText = (text: string): string => text.replaceAll(" ", "␣").replaceAll("\n", "↵");
