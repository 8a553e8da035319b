/** Colours of heat maps, between those that the style sheet gives: --heat-0 … 4 for shares, --less, --zero, --more around 0. */
import { colourOf } from "../theme.js";

export type Scale = "sequential" | "diverging";

const STOPS = {
  sequential: ["--heat-0", "--heat-1", "--heat-2", "--heat-3", "--heat-4"],
  diverging: ["--less", "--zero", "--more"],
} as const;
const SIZE = 256;

/** "rgb(1, 2, 3)" */
const channels = (colour: string) => (colour.match(/\d+(?:\.\d+)?/g) ?? []).slice(0, 3).map(Number);

/** 256 colours from the low end to the high one, as ImageData holds them on little-endian machines: 0xAABBGGRR. */
export function colourTable(scale: Scale): Uint32Array<ArrayBuffer> {
  const stops = STOPS[scale].map((token) => channels(colourOf(token)));
  return Uint32Array.from({ length: SIZE }, (_, i) => {
    const place = (i / (SIZE - 1)) * (stops.length - 1);
    const from = Math.min(Math.floor(place), stops.length - 2);
    const [r, g, b] = stops[from]!.map((c, k) => Math.round(c + (stops[from + 1]![k]! - c) * (place - from)));
    return ((255 << 24) | (b! << 16) | (g! << 8) | r!) >>> 0;
  });
}

/** The same for the legend of a heat map. */
export const cssGradient = (scale: Scale): string =>
  `linear-gradient(to right, ${STOPS[scale].map((token) => `var(${token})`).join(", ")})`;

/** Which of the 256 colours a value has; outside the range that of the nearer end. */
export function colourIndex(value: number, low: number, high: number): number {
  const share = (value - low) / (high - low || 1);
  return Math.max(0, Math.min(SIZE - 1, Math.round(share * (SIZE - 1)))) || 0;
}
