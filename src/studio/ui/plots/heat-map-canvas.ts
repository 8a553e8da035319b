import { colourIndex, colourTable, type Scale } from "./palette.js";

export interface Picture {
  /** [steps, units] */
  readonly values: ArrayLike<number>;
  readonly steps: number;
  readonly units: number;
  /** Units from top to bottom. */
  readonly rows?: readonly number[] | undefined;
  readonly scale: Scale;
  readonly low: number;
  readonly high: number;
}

/** From so many pixels on, cells are parted by a hair line. */
const GAP_FROM_PX = 7;

/** One pixel a cell, units downwards. */
function cells({ values, steps, units, rows, scale, low, high }: Picture): HTMLCanvasElement {
  const small = document.createElement("canvas");
  small.width = steps;
  small.height = units;
  const context = small.getContext("2d")!;
  const image = context.createImageData(steps, units);
  const pixels = new Uint32Array(image.data.buffer);
  const table = colourTable(scale);
  for (let t = 0; t < steps; t++) {
    for (let j = 0; j < units; j++) {
      const value = values[t * units + (rows?.[j] ?? j)]!;
      pixels[j * steps + t] = table[colourIndex(value, low, high)]!;
    }
  }
  context.putImageData(image, 0, 0);
  return small;
}

/** Paints the whole picture into a canvas of that many CSS pixels, sharp on screens of any density. */
export function paint(canvas: HTMLCanvasElement, picture: Picture, width: number, height: number): void {
  const ratio = devicePixelRatio || 1;
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w) canvas.width = w;
  if (canvas.height !== h) canvas.height = h;
  const { steps, units } = picture;
  const context = canvas.getContext("2d")!;
  context.clearRect(0, 0, w, h);
  if (steps === 0 || units === 0 || w === 0) return;
  context.imageSmoothingEnabled = steps > w; // more steps than pixels: their mean, not every second one
  context.drawImage(cells(picture), 0, 0, w, h);
  const hair = Math.max(1, Math.round(ratio));
  if (width / steps >= GAP_FROM_PX)
    for (let t = 1; t < steps; t++) context.clearRect(Math.round((t * w) / steps), 0, hair, h);
  if (height / units >= GAP_FROM_PX)
    for (let j = 1; j < units; j++) context.clearRect(0, Math.round((j * h) / units), w, hair);
}
