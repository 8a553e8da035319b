import { useMemo } from "preact/hooks";
import type { LayerInfo } from "../../api/index.js";
import { count } from "../../ui/format.js";
import { layOut, type Edge } from "./graph-layout.js";
import { shapeText } from "./shape.js";
import { t } from "./texts.js";

const NODE_WIDTH = 192;
const NODE_HEIGHT = 56;
const GAP_X = 16;
const GAP_Y = 30;

interface NetworkGraphProps {
  readonly layers: readonly LayerInfo[];
  readonly chosen: string;
  readonly onChoose: (name: string) => void;
}

/** Layers as buttons in rows, joined by curves. */
export function NetworkGraph({ layers, chosen, onChoose }: NetworkGraphProps) {
  const { places, edges, rows, width: boxes } = useMemo(() => layOut(layers), [layers]);
  const unit = NODE_WIDTH + GAP_X;
  const width = boxes * unit;
  const height = rows * (NODE_HEIGHT + GAP_Y) - GAP_Y;
  const x = (middle: number) => middle * unit;
  const top = (row: number) => row * (NODE_HEIGHT + GAP_Y);
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
              left: `${x(place.x) - NODE_WIDTH / 2}px`,
              top: `${top(place.row)}px`,
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

/** From the bottom of one box to the top of the other, straight down through the lanes between. */
function curve({ from, to, lanes }: Edge, x: (middle: number) => number, top: (row: number) => number): string {
  let path = `M${x(from.x)} ${top(from.row) + NODE_HEIGHT}`;
  let [at, y] = [x(from.x), top(from.row) + NODE_HEIGHT];
  const bendTo = (next: number, below: number) => {
    const middle = (y + below) / 2;
    path += `C${at} ${middle} ${next} ${middle} ${next} ${below}`;
    [at, y] = [next, below];
  };
  lanes.forEach((lane, i) => {
    bendTo(x(lane), top(from.row + 1 + i));
    y += NODE_HEIGHT;
    path += `V${y}`;
  });
  bendTo(x(to.x), top(to.row));
  return path;
}
