import { useLayoutEffect, useRef } from "preact/hooks";
import { colourOf, isDark } from "../../ui/theme.js";
import { shortNumber, useWidth } from "../../ui/plots/index.js";

interface UnitBarsProps {
  readonly label: string;
  /** One for each unit. */
  readonly values: Float32Array;
  readonly rows: readonly number[];
  readonly rowHeight: number;
  readonly range: readonly [low: number, high: number];
  readonly chosen: number | null;
  readonly onUnit: (unit: number) => void;
}

/** Bars in line with the rows of a heat map; from the middle where values may be negative. */
export function UnitBars({ label, values, rows, rowHeight, range, chosen, onUnit }: UnitBarsProps) {
  const field = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(field);
  const height = rowHeight * values.length;
  const dark = isDark();
  useLayoutEffect(() => {
    const { current } = canvas;
    const ratio = devicePixelRatio || 1;
    current!.width = Math.round(width * ratio);
    current!.height = Math.round(height * ratio);
    const context = current!.getContext("2d")!;
    context.scale(ratio, ratio);
    const [low, high] = range;
    const x = (value: number) => ((Math.max(low, Math.min(high, value)) - low) / (high - low)) * width;
    const [more, less, mark] = [colourOf(low < 0 ? "--more" : "--heat-3"), colourOf("--less"), colourOf("--text")];
    const zero = x(0);
    const gap = rowHeight >= 4 ? 1 : 0;
    rows.forEach((unit, row) => {
      const end = x(values[unit]!);
      context.fillStyle = unit === chosen ? mark : end < zero ? less : more;
      context.fillRect(Math.min(zero, end), row * rowHeight, Math.max(0.75, Math.abs(end - zero)), rowHeight - gap);
    });
  }, [values, rows, rowHeight, range, chosen, width, height, dark]);
  const largest = rows.reduce((best, unit) => (Math.abs(values[unit]!) > Math.abs(values[best]!) ? unit : best), 0);
  const press = (event: MouseEvent) => {
    const box = field.current!.getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / box.height) * rows.length);
    onUnit(rows[Math.max(0, Math.min(rows.length - 1, row))]!);
  };
  return (
    <div
      class="unit-bars"
      ref={field}
      style={{ height: `${height}px` }}
      data-centred={range[0] < 0}
      role="img"
      aria-label={`${label}: ${largest + 1}, ${shortNumber(values[largest] ?? 0)}`}
      onClick={press}
    >
      <canvas ref={canvas} aria-hidden="true" />
    </div>
  );
}
