import { useMemo } from "preact/hooks";
import type { LayerInfo } from "../../api.js";
import { count } from "../../ui/format.js";
import { layOut, type Edge, type Place } from "./graph-layout.js";
import { shapeText } from "./shape.js";
import { t } from "./texts.js";

const NODE_WIDTH = 208;
const NODE_HEIGHT = 56;
const GAP_X = 20;
const GAP_Y = 30;

interface NetworkGraphProps {
  readonly layers: readonly LayerInfo[];
  readonly chosen: string;
  readonly onChoose: (name: string) => void;
}

/** Layers as buttons in rows, joined by curves. */
export function NetworkGraph({ layers, chosen, onChoose }: NetworkGraphProps) {
  const { places, edges, rows, columns } = useMemo(() => layOut(layers), [layers]);
  const width = columns * (NODE_WIDTH + GAP_X);
  const height = rows * (NODE_HEIGHT + GAP_Y) - GAP_Y;
  const x = ({ x }: Place) => x * width;
  const top = ({ row }: Place) => row * (NODE_HEIGHT + GAP_Y);
  return (
    <div class="graph-scroll" tabIndex={0} role="region" aria-label={t("graph")}>
      <div class="graph" style={{ width: `${width}px`, height: `${height}px` }}>
        <svg width={width} height={height} aria-hidden="true">
          {edges.map((edge) => (
            <path
              key={`${edge.from.layer.name} ${edge.to.layer.name}`}
              class={edge.from.layer.name === chosen || edge.to.layer.name === chosen ? "near" : ""}
              d={curve(edge, x, top)}
            />
          ))}
        </svg>
        {places.map((place) => (
          <button
            key={place.layer.name}
            type="button"
            class={`graph-node ${place.layer.parameters > 0 ? "" : "light"}`}
            aria-pressed={place.layer.name === chosen}
            style={{
              left: `${x(place) - NODE_WIDTH / 2}px`,
              top: `${top(place)}px`,
              width: `${NODE_WIDTH}px`,
              height: `${NODE_HEIGHT}px`,
            }}
            onClick={() => onChoose(place.layer.name)}
          >
            <span class="graph-name truncate" title={place.layer.name}>
              {place.layer.name}
            </span>
            <span class="graph-shape truncate">
              {place.layer.className} · <span class="mono">{shapeText(place.layer)}</span>
            </span>
            <span class="visually-hidden">
              {place.layer.from.length > 0 && t("reads", { from: place.layer.from.join(", ") })}, {t("parameters")}:{" "}
              {count(place.layer.parameters)}
            </span>
          </button>
        ))}
      </div>
    </div>
  );
}

/** From the bottom of one box to the top of the other; past the boxes of rows between on the outside. */
function curve({ from, to }: Edge, x: (place: Place) => number, top: (place: Place) => number): string {
  const [x0, y0, x1, y1] = [x(from), top(from) + NODE_HEIGHT, x(to), top(to)];
  if (to.row - from.row === 1 || x0 !== x1) {
    const bend = Math.min(60, (y1 - y0) / 2);
    return `M${x0} ${y0}C${x0} ${y0 + bend} ${x1} ${y1 - bend} ${x1} ${y1}`;
  }
  const side = x0 + NODE_WIDTH / 2 + GAP_X / 3;
  return `M${x0} ${y0}C${x0} ${y0 + 20} ${side} ${y0} ${side} ${y0 + 40}V${y1 - 40}C${side} ${y1} ${x1} ${y1 - 20} ${x1} ${y1}`;
}
