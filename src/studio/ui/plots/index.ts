/** Plots that studio and playground share. Their style sheet is plots.css, imported here; colours are those of theme.css. */
import "./plots.css";

export { Bars, type Bar, type BarsProps } from "./bars.js";
export { HeatMap, type HeatMapProps } from "./heat-map.js";
export { LineChart, type LineChartProps } from "./line-chart.js";
export type { Band, Line, Region } from "./line-options.js";
export { shortNumber } from "./number.js";
export { Parallel, type Brush, type ParallelAxis, type ParallelLine, type ParallelProps } from "./parallel.js";
export { StepBars, type StepBarsProps } from "./step-bars.js";
export { useWidth } from "./width.js";
