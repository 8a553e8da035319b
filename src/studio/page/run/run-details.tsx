/** What a run was made of: its data, settings, machine and files; folded away until they are asked for. */
import type { ComponentChildren } from "preact";
import type { RunDetail, RunSummary, StudioState } from "../../api/index.js";
import { bytes } from "../../ui/format.js";
import { get } from "../client.js";
import { useResource } from "../resource.js";
import { factName, said } from "./said.js";
import { t } from "./texts.js";

export function Details({ detail }: { readonly detail: RunDetail }) {
  const { facts, config, environment, files } = detail;
  return (
    <div class="card folds">
      {/* The model of a series leaves these to the run that it is inside of. */}
      {Object.keys(facts).length > 0 && (
        <Fold title={t("data")} open>
          <Pairs pairs={Object.entries(facts).map(([name, text]) => [factName(name), said(text)])} />
        </Fold>
      )}
      <Fold title={t("settings")}>
        <Pairs pairs={Object.entries(config)} />
      </Fold>
      <Output run={detail.run} />
      {Object.keys(environment).length > 0 && (
        <Fold title={t("environment")}>
          <Pairs pairs={Object.entries(environment)} />
        </Fold>
      )}
      <Fold title={t("files")}>
        <Pairs pairs={files.map((file) => [file.name, bytes(file.bytes)])} />
      </Fold>
    </div>
  );
}

/** Of a training that this studio has started. */
function Output({ run: { name, state } }: { readonly run: RunSummary }) {
  const { value } = useResource(`${name} ${state}`, (_, signal) => get<StudioState>("/api/state", signal));
  const job = value?.jobs.find((other) => other.run === name);
  if (!job) return null;
  return (
    <Fold title={t("output")} open={state === "failed"}>
      <div class="stack tight">
        <pre class="output said">{job.error ?? job.output}</pre>
        <p class="small muted">{t("command")}</p>
        <pre class="output said">{job.command}</pre>
      </div>
    </Fold>
  );
}

function Fold(props: { readonly title: string; readonly open?: boolean; readonly children: ComponentChildren }) {
  return (
    <details class="fold" open={props.open ?? false}>
      <summary>
        <h2>{props.title}</h2>
      </summary>
      <div class="fold-body">{props.children}</div>
    </details>
  );
}

function Pairs({ pairs }: { readonly pairs: readonly (readonly [string, unknown])[] }) {
  return (
    <dl class="pairs">
      {pairs.map(([name, value]) => (
        <div key={name}>
          <dt class="mono">{name}</dt>
          <dd class="break tabular">{written(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A setting as it would be written; parts of objects one below the other. */
export function written(value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (Array.isArray(value)) return value.map(written).join(", ");
  if (typeof value === "object")
    return Object.entries(value)
      .map(([name, part]) => `${name}: ${written(part)}`)
      .join("\n");
  return String(value);
}
