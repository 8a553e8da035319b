/** The model page: what the network is made of, how its layers are joined, and how its weights are spread. */
import { useState } from "preact/hooks";
import type { LayerInfo, ModelReply } from "../../api/index.js";
import { bytes, count, percent } from "../../ui/format.js";
import { Empty, Failure, Loading } from "../../ui/notices.js";
import { apiPath, get } from "../client.js";
import type { PageProps } from "../pages.js";
import { useResource } from "../resource.js";
import { NetworkGraph } from "./graph.js";
import { shapeText } from "./shape.js";
import { t } from "./texts.js";
import { Weights } from "./weights.js";

export function ModelPage({ params }: PageProps) {
  const path = apiPath("runs", params["run"]!, "model");
  const { value, error, reload } = useResource(path, (key, signal) => get<ModelReply>(key, signal));
  if (error) return <Failure error={error} retry={reload} />;
  if (!value) return <Loading height={420} />;
  if (value.layers.length === 0) return <Empty icon="model" title={t("none")} />;
  return <Network model={value} />;
}

/** What people come to see first: a recurrent layer, else one that has weights. */
function startLayer({ layers, recurrent }: ModelReply): string {
  const name = recurrent[0]?.layer.split("/")[0];
  const first = layers.find((layer) => layer.name === name) ?? layers.find(({ weights }) => weights.length > 0);
  return (first ?? layers[0]!).name;
}

function Network({ model }: { readonly model: ModelReply }) {
  const [chosen, setChosen] = useState(() => startLayer(model));
  const layer = model.layers.find(({ name }) => name === chosen)!;
  return (
    <div class="stack">
      <Figures model={model} />
      <div class="model-columns">
        <section class="card" aria-labelledby="model-graph">
          <div class="head">
            <h2 id="model-graph">{t("graph")}</h2>
          </div>
          <div class="body stack tight">
            <p class="small muted">{t("graphHelp")}</p>
            <NetworkGraph layers={model.layers} chosen={chosen} onChoose={setChosen} />
          </div>
        </section>
        <div class="stack">
          <Weights layer={layer} whole={model.parameters} />
          <Layers model={model} chosen={chosen} onChoose={setChosen} />
        </div>
      </div>
    </div>
  );
}

/** A small layer is not nothing. */
const shareText = (share: number) => (share < 0.001 ? `< ${percent(0.001, 1)}` : percent(share, 1));

function Figures({ model }: { readonly model: ModelReply }) {
  const { parameters, trainable, multiplyAdds } = model;
  const figures: readonly (readonly [string, string, string])[] = [
    [t("parameters"), count(parameters), trainable === parameters ? "" : t("trainable", { count: trainable })],
    [t("memory"), bytes(model.bytes), ""],
    [t("file"), bytes(model.fileBytes), ""],
    [t("work"), count(multiplyAdds), t("workUnit")],
  ];
  return (
    <dl class="figures card">
      {figures.map(([name, value, more]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {value} {more && <small>{more}</small>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

interface LayersProps {
  readonly model: ModelReply;
  readonly chosen: string;
  readonly onChoose: (name: string) => void;
}

function Layers({ model, chosen, onChoose }: LayersProps) {
  const share = ({ parameters }: LayerInfo) => parameters / Math.max(1, model.parameters);
  return (
    <section class="card" aria-labelledby="model-layers">
      <div class="head">
        <h2 id="model-layers">{t("layers")}</h2>
        <span class="badge tabular">{count(model.layers.length)}</span>
      </div>
      <div class="scroll" tabIndex={0} role="region" aria-labelledby="model-layers">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{t("layer")}</th>
              <th scope="col">{t("kind")}</th>
              <th scope="col">{t("shape")}</th>
              <th scope="col" class="number">
                {t("parameters")}
              </th>
              <th scope="col">{t("share")}</th>
            </tr>
          </thead>
          <tbody>
            {model.layers.map((layer) => (
              <tr key={layer.name} class={layer.name === chosen ? "model-chosen" : ""}>
                <th scope="row">
                  <button type="button" class="link-button" onClick={() => onChoose(layer.name)}>
                    {layer.name}
                  </button>
                </th>
                <td>{layer.className}</td>
                <td class="mono">{shapeText(layer)}</td>
                <td class="number">{count(layer.parameters)}</td>
                <td>
                  {layer.parameters > 0 && (
                    <span class="row model-share">
                      <span class="bar" aria-hidden="true">
                        <span style={{ width: `${100 * share(layer)}%` }} />
                      </span>
                      <span class="tabular small muted">{shareText(share(layer))}</span>
                    </span>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
