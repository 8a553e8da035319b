import type { DataReply } from "../../api/index.js";
import { count, figure } from "../../ui/format.js";
import { Note } from "../../ui/notices.js";
import { t } from "./texts.js";

type Facts = DataReply["facts"];
type Pair = readonly [name: string, value: string, small?: string];

/** How much there is, in a few numbers. */
export function DataFigures({ facts }: { readonly facts: Facts }) {
  return (
    <>
      <dl class="card figures">
        {figuresOf(facts).map(([name, value, small]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {value} {small && <small>{small}</small>}
            </dd>
          </div>
        ))}
      </dl>
      {facts.kind === "clips" && facts.problems.length > 0 && (
        <Note tone="warn">
          <strong>{t("clipProblems")}</strong>
          <ul>
            {facts.problems.map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
          </ul>
        </Note>
      )}
    </>
  );
}

function figuresOf(facts: Facts): Pair[] {
  const spread = ({ least, greatest }: { least: number; greatest: number }) =>
    t("fromTo", { least: figure(least, 3), greatest: figure(greatest, 3) });
  if (facts.kind === "text")
    return [
      [t("characters"), count(facts.characters)],
      [t("distinctCharacters"), count(facts.distinctCharacters)],
      [t("words"), count(facts.words)],
      [t("lines"), count(facts.lines)],
    ];
  if (facts.kind === "clips")
    return [
      [t("clips"), count(facts.clips)],
      [t("seconds"), figure(facts.seconds.median, 3), spread(facts.seconds)],
      [t("sampleRate"), facts.sampleRates.map((rate) => `${count(rate)} Hz`).join(", ")],
    ];
  if (facts.kind === "sequences")
    return [
      [t("sequences"), count(facts.sequences)],
      [t("dimensions"), count(facts.dimensions)],
      [t("length"), count(facts.lengths.median), spread(facts.lengths)],
      [t("missing"), facts.missing === 0 ? t("none") : count(facts.missing)],
    ];
  const missing = facts.columns.reduce((sum, column) => sum + column.missing, 0);
  const dated: Pair[] = facts.columns.flatMap(({ name, dates }) =>
    dates
      ? [
          [
            name,
            `${dates.first.slice(0, 10)} – ${dates.last.slice(0, 10)}`,
            dates.step ? t("step", { step: dates.step }) : "",
          ],
        ]
      : [],
  );
  return [
    [t(facts.whole ? "rows" : "firstRows"), count(facts.rows)],
    [t("columns"), count(facts.columns.length)],
    [t("missing"), missing === 0 ? t("none") : count(missing)],
    ...dated,
  ];
}
