/** The evaluation's pictures, as far as a page shows them better than words; the report draws the same. */
import type { Evaluation, Picture } from "../../../runs/evaluation.js";
import { Card } from "../../ui/card.js";
import { figure } from "../../ui/format.js";
import { HeatMap, LineChart, type Line } from "../../ui/plots/index.js";
import { shortDate } from "../short-date.js";
import { Confusion } from "./confusion.js";
import { said } from "./said.js";
import { t } from "./texts.js";

export function Pictures({ evaluation }: { readonly evaluation: Evaluation }) {
  return (
    <>
      {evaluation.pictures.map((picture, i) => (
        <Card key={i} title={titleOf(picture)} flush={picture.kind === "confusion" || picture.kind === "samples"}>
          <Drawn picture={picture} />
        </Card>
      ))}
    </>
  );
}

function titleOf(picture: Picture): string {
  if (picture.kind === "samples") return t("examples");
  if (picture.kind === "confusion" || picture.kind === "roc") return t(picture.kind);
  return picture.title;
}

function Drawn({ picture }: { readonly picture: Picture }) {
  if (picture.kind === "confusion") return <Confusion {...picture} />;
  if (picture.kind === "samples") return <Samples samples={picture.samples} />;
  if (picture.kind === "heat") return <Heat picture={picture} />;
  const { label, x, lines, bands = [], xText, xLabel, yLabel } = chartOf(picture);
  return (
    <LineChart
      label={label}
      x={x}
      lines={lines}
      bands={bands}
      height={240}
      yText={(value) => figure(value)}
      {...(xText && { xText })}
      {...(xLabel !== undefined && { xLabel })}
      {...(yLabel !== undefined && { yLabel })}
    />
  );
}

interface Chart {
  readonly label: string;
  readonly x: readonly number[];
  readonly lines: readonly Line[];
  readonly bands?: readonly { readonly upper: number; readonly lower: number; readonly colour: number }[];
  readonly xText?: (x: number) => string;
  readonly xLabel?: string;
  readonly yLabel?: string;
}

type Charted = Exclude<Picture, { kind: "confusion" | "samples" | "heat" }>;

function chartOf(picture: Charted): Chart {
  switch (picture.kind) {
    case "horizon":
      return {
        label: picture.title,
        x: counted(picture.lines[0]?.values.length ?? 0).map((i) => i + 1),
        lines: picture.lines.map(({ name, values }) => ({ label: said(name), values })),
        xLabel: t("stepsAhead"),
        yLabel: picture.yLabel,
      };
    case "scatter":
      return scatterOf(picture);
    case "roc":
      return rocOf(picture);
    default:
      return { label: picture.title, yLabel: picture.yLabel, ...placed(picture.x), ...seriesOf(picture) };
  }
}

const counted = (length: number): number[] => Array.from({ length }, (_, i) => i);

/** Dates are texts at whole numbers. */
function placed(x: readonly string[] | readonly number[]): Pick<Chart, "x" | "xText"> {
  return { x: counted(x.length), xText: (i) => (Number.isInteger(i) && x[i] !== undefined ? nameOf(x[i]) : "") };
}

const nameOf = (x: string | number): string => (typeof x === "number" ? String(x) : shortDate(x));

type Series = Extract<Picture, { kind: "forecast" | "fan" | "origins" }>;

function seriesOf(picture: Series): Pick<Chart, "lines" | "bands"> {
  const truth: Line = { label: t("truth"), values: picture.truth, colour: 8 };
  if (picture.kind === "forecast")
    return {
      lines: [truth, ...picture.forecasts.map(({ name, values }, i) => ({ label: said(name), values, colour: i + 1 }))],
    };
  if (picture.kind === "origins") {
    const whole = picture.forecasts.map(({ name, parts }, i) => {
      const values: number[] = Array.from({ length: picture.x.length }, () => Number.NaN);
      for (const { from, values: part } of parts) part.forEach((value, at) => (values[from + at] = value));
      return { label: said(name), values, colour: i + 1 };
    });
    return { lines: [truth, ...whole] };
  }
  const edges = picture.bands.flatMap(({ name, lower, upper }) => [
    { label: name, values: upper, colour: 1, edge: true },
    { label: name, values: lower, colour: 1, edge: true },
  ]);
  const bands = picture.bands.map((_, i) => ({ upper: 2 + 2 * i, lower: 3 + 2 * i, colour: 1 }));
  return { lines: [truth, { label: t("network"), values: picture.forecast, colour: 1 }, ...edges], bands };
}

function scatterOf(picture: Extract<Picture, { kind: "scatter" }>): Chart {
  const order = counted(picture.actual.length).sort((a, b) => picture.actual[a]! - picture.actual[b]!);
  const x = order.map((i) => picture.actual[i]!);
  return {
    label: picture.title,
    x,
    lines: [
      { label: t("predicted"), values: order.map((i) => picture.predicted[i]!), colour: 1, points: true },
      { label: t("asItWas"), values: x, colour: 0, dashed: true },
    ],
    xLabel: t("asItWas"),
    yLabel: picture.label,
  };
}

/** Curves over a common grid of shares: the best that each reaches up to there. */
function rocOf({ curves }: Extract<Picture, { kind: "roc" }>): Chart {
  const x = counted(101).map((i) => i / 100);
  const height = (curve: (typeof curves)[number], at: number) =>
    curve.falsePositive.reduce((best, share, i) => (share <= at ? Math.max(best, curve.truePositive[i]!) : best), 0);
  const lines = curves.map((curve) => ({
    label: `${curve.name} · ${figure(curve.auc, 3)}`,
    values: x.map((at) => height(curve, at)),
  }));
  return { label: t("roc"), x, lines, xLabel: t("falsePositive"), yLabel: t("truePositive") };
}

function Heat({ picture }: { readonly picture: Extract<Picture, { kind: "heat" }> }) {
  const { title, subtitle, x, y, values } = picture;
  return (
    <>
      {subtitle !== undefined && <p class="small muted measure">{subtitle}</p>}
      <HeatMap
        label={title}
        values={x.flatMap((_, column) => y.map((__, row) => values[row]![column]!))}
        steps={x.length}
        units={y.length}
        scale="sequential"
        stepLabels={x.map(String)}
        rowName={(row) => y[row]!}
      />
    </>
  );
}

function Samples({ samples }: { readonly samples: Extract<Picture, { kind: "samples" }>["samples"] }) {
  return (
    <ul class="sample-texts">
      {samples.map(({ title, text }, i) => (
        <li key={i}>
          <h3>{title}</h3>
          <pre class="output">{text}</pre>
        </li>
      ))}
    </ul>
  );
}
