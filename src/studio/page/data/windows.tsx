/** Some samples of the training part as they go into the network. */
import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { StartRequest, WindowInput, WindowsReply } from "../../api.js";
import { fromFloats } from "../../floats.js";
import { Card } from "../../ui/card.js";
import { count, figure } from "../../ui/format.js";
import { Icon } from "../../ui/icons.js";
import { Failure, Loading, Note } from "../../ui/notices.js";
import { HeatMap, LineChart } from "../../ui/plots/index.js";
import { get } from "../client.js";
import { useResource } from "../resource.js";
import { t } from "./texts.js";

/** More lines in one chart cannot be followed: a heat map instead. */
const MOST_LINES = 4;

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
  const sample = useSignal(0);
  const samples = Math.max(1, reply.inputs[0]?.shape[0] ?? 1);
  const index = Math.min(sample.value, samples - 1);
  return (
    <div class="stack">
      {reply.warnings.map((warning) => (
        <Note key={warning} tone="warn">
          {warning}
        </Note>
      ))}
      <div class="row wrap between">
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
        <div class="row">
          <button
            type="button"
            class="button icon small"
            aria-label={t("previous")}
            disabled={index === 0}
            onClick={() => (sample.value = index - 1)}
          >
            <Icon name="right" class="flip" />
          </button>
          <span class="small tabular" aria-live="polite">
            {t("sample", { index: index + 1 })}
          </span>
          <button
            type="button"
            class="button icon small"
            aria-label={t("next")}
            disabled={index >= samples - 1}
            onClick={() => (sample.value = index + 1)}
          >
            <Icon name="right" />
          </button>
        </div>
      </div>
      {reply.inputs.map((input) => (
        <Sample key={input.name} input={input} index={index} title={`${t("inputs")} ${input.name}`} samples={samples} />
      ))}
      {reply.targets.map((target) => (
        <Sample
          key={target.name}
          input={target}
          index={index}
          title={`${t("targets")} ${target.name}`}
          samples={samples}
        />
      ))}
    </div>
  );
}

interface SampleProps {
  readonly input: WindowInput;
  readonly index: number;
  readonly title: string;
  readonly samples: number;
}

function Sample({ input, index, title, samples }: SampleProps) {
  const all = useMemo(() => fromFloats(input.values), [input.values]);
  const sizes = input.shape.slice(1);
  const size = sizes.reduce((product, n) => product * n, 1);
  const values = useMemo(() => all.subarray(index * size, (index + 1) * size), [all, index, size]);
  const label = t("windowsOf", { index: index + 1, count: samples, name: input.name });
  return (
    <figure class="window">
      <figcaption class="small">
        <strong>{title}</strong>{" "}
        <span class="muted tabular">{t("shape", { shape: `[${input.shape.join(", ")}]` })}</span>
      </figcaption>
      {sizes.length === 2 && sizes[0]! > 1 ? (
        <Series input={input} values={values} steps={sizes[0]!} width={sizes[1]!} label={label} />
      ) : (
        <Numbers values={values} features={input.features} />
      )}
    </figure>
  );
}

interface SeriesProps {
  readonly input: WindowInput;
  readonly values: Float32Array;
  readonly steps: number;
  readonly width: number;
  readonly label: string;
}

function Series({ input, values, steps, width, label }: SeriesProps) {
  const x = useMemo(() => Array.from({ length: steps }, (_, i) => i + 1), [steps]);
  const nameOf = (d: number) => input.features[d] ?? String(d + 1);
  const lines = useMemo(
    () =>
      Array.from({ length: Math.min(width, MOST_LINES) }, (_, d) => ({
        label: nameOf(d),
        values: x.map((_, i) => values[i * width + d]!),
      })),
    [values, width],
  );
  if (width <= MOST_LINES)
    return <LineChart label={label} x={x} lines={lines} height={150} yText={(v) => figure(v, 3)} />;
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
  return (
    <>
      <HeatMap
        label={label}
        values={values}
        steps={steps}
        units={width}
        scale="diverging"
        range={[-largest, largest]}
      />
      {input.features.length > 0 && <p class="small muted break">{input.features.join(", ")}</p>}
    </>
  );
}

const MOST_NUMBERS = 64;

/** Numbers without time, or the pieces of a text. */
function Numbers({ values, features }: { readonly values: Float32Array; readonly features: readonly string[] }) {
  const shown = [...values.subarray(0, MOST_NUMBERS)];
  return (
    <ul class="numbers tabular">
      {shown.map((value, i) => (
        <li key={i}>
          {features[i] !== undefined && <span class="muted break">{features[i]}</span>}
          {figure(value)}
        </li>
      ))}
      {values.length > MOST_NUMBERS && <li class="muted">… {t("vector", { count: values.length })}</li>}
    </ul>
  );
}
