import type { Comparison } from "../tasks/compare.js";
import { comparisonTable, type ComparisonFiles } from "../tasks/compare-report.js";
import { showValues } from "../tasks/grid.js";
import { aligned } from "./aligned.js";
import { quoted } from "./command-line.js";
import { evaluationText } from "./evaluation-text.js";
import { figure } from "./figures.js";
import type { Screen } from "./screen.js";
import { wrap } from "./text-width.js";

const SPEED =
  "s/epoch: training and validation, the median. µs/step: one step of one stream, of the recurrent layers alone where others need the whole window; – where these read both ways.";

export function comparisonText(comparison: Comparison, files: ComparisonFiles, screen: Screen): string {
  const { best, test } = comparison;
  const { count, of } = best.evaluation;
  const { header, rows } = comparisonTable(comparison);
  const { bold } = screen.style;
  return [
    `${bold(`On ${figure(count)} ${of} of the validation part, the best first:`)}\n`,
    aligned(header, rows, screen.width),
    `\n${wrap(SPEED, screen.proseWidth)}`,
    `\nThe best on the validation part is ${bold(showValues(best.values))}.\n`,
    evaluationText(test, screen),
    `\n${aligned(
      null,
      [
        ["Best run", best.run],
        ["Table", files.html],
        ["As JSON", files.json],
      ],
      Infinity,
    )}`,
    `\n${bold("Next:")}\n  sluice predict ${quoted(best.run)} --data new.csv --out predictions.csv`,
  ].join("\n");
}
