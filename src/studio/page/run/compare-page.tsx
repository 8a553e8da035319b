/** Several runs side by side: their curves as they grow, what came of them, and in which settings they differ. */
import { figure, NONE } from "../../ui/format.js";
import { Card } from "../../ui/card.js";
import { Empty, Failure, Note } from "../../ui/notices.js";
import { ownName } from "../inner-run.js";
import { linkTo, place } from "../routes.js";
import { StateBadge } from "../run-frame.js";
import { LogSwitch, SharedCurves } from "./curves.js";
import { useRuns, type LiveRun } from "./live.js";
import { bestOf, Done, partsOf } from "./parts.js";
import { written } from "./run-details.js";
import { said } from "./said.js";
import { t } from "./texts.js";
import { verdictsOf } from "./verdict.js";

export function ComparePage() {
  const names = (place.value.query.get("runs") ?? "").split(",").filter(Boolean);
  const runs = useRuns(names);
  if (names.length === 0)
    return (
      <Empty icon="runs" title={t("compareNone")} whole>
        <p>{t("compareNoneHelp")}</p>
        <a class="button" href={linkTo(["runs"])}>
          {t("toList")}
        </a>
      </Empty>
    );
  const ready = runs.filter((run) => run.detail.value !== null);
  return (
    <>
      <div class="page-head beside">
        <h1>{t("compareTitle")}</h1>
        <a class="button" href={linkTo(["runs"])}>
          {t("toList")}
        </a>
      </div>
      <div class="stack">
        {runs
          .filter((run) => run.error.value !== null)
          .map((run) => (
            <Failure key={run.name} error={run.error.value} retry={() => void run.refresh()} />
          ))}
        <Results runs={runs} />
        <Card title={t("curves")} aside={<LogSwitch />}>
          <SharedCurves runs={ready.map((run) => ({ name: ownName(run.name), history: run.history.value }))} />
        </Card>
        {ready.length > 1 && <Differences runs={ready} />}
      </div>
    </>
  );
}

function Chip({ index }: { readonly index: number }) {
  return <i class={`chip${index >= 8 ? " dashed" : ""}`} style={{ color: `var(--data-${(index % 8) + 1})` }} />;
}

function Results({ runs }: { readonly runs: readonly LiveRun[] }) {
  return (
    <Card title={t("results")} flush>
      <div class="scroll" tabIndex={0} role="region" aria-label={t("results")}>
        <table class="table results">
          <thead>
            <tr>
              <th>{t("name")}</th>
              <th>{t("state")}</th>
              <th class="number">
                {t(runs.some(({ summary }) => summary.value && partsOf(summary.value)) ? "parts" : "epochs")}
              </th>
              <th class="number">{t("bestSoFar")}</th>
              <th class="number">{t("test")}</th>
              <th class="number">{t("baseline")}</th>
              <th>{t("verdict")}</th>
            </tr>
          </thead>
          <tbody>
            {runs.map((live, i) => (
              <ResultRow key={live.name} live={live} index={i} />
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

function ResultRow({ live, index }: { readonly live: LiveRun; readonly index: number }) {
  const run = live.summary.value;
  const result = run?.result;
  const best = run && bestOf(run);
  const evaluation = live.detail.value?.evaluation;
  const [verdict] = evaluation ? verdictsOf(evaluation) : [];
  return (
    <tr>
      <th scope="row">
        <span class="row">
          <Chip index={index} />
          <a class="break" href={linkTo(["runs", live.name])} title={live.name}>
            {ownName(live.name)}
          </a>
        </span>
      </th>
      <td>{run && <StateBadge state={run.state} />}</td>
      <td class="number">{run && <Done run={run} trained={live.history.value.epoch.length} />}</td>
      <td class="number">
        {best ? figure(best.value) : NONE}
        {best && (
          <span class="muted under">
            {[best.metric, best.epoch !== undefined && t("atEpoch", { epoch: best.epoch + 1 })]
              .filter(Boolean)
              .join(", ")}
          </span>
        )}
      </td>
      <td class="number">
        {result ? figure(result.network) : <span class="muted">{t("notYet")}</span>}
        {result && <span class="muted under">{[result.metric, result.unit].filter(Boolean).join(" · ")}</span>}
      </td>
      <td class="number">
        {result?.baseline ? figure(result.baseline.value) : NONE}
        {result?.baseline && <span class="muted under">{said(result.baseline.name)}</span>}
      </td>
      <td class="verdict">{verdict?.text ?? NONE}</td>
    </tr>
  );
}

function Differences({ runs }: { readonly runs: readonly LiveRun[] }) {
  const configs = runs.map((run) => run.detail.value!.config);
  const names = [...new Set(configs.flatMap(Object.keys))];
  const texts = (name: string) => configs.map((config) => written(config[name]));
  const different = names.filter((name) => new Set(texts(name)).size > 1);
  const equal = names.length - different.length;
  if (different.length === 0) return <Note>{t("noDifferences")}</Note>;
  return (
    <Card title={t("differences")} aside={<span class="small muted">{t("equal", { count: equal })}</span>} flush>
      <div class="scroll" tabIndex={0} role="region" aria-label={t("differences")}>
        <table class="table">
          <thead>
            <tr>
              <th>{t("setting")}</th>
              {runs.map((run, i) => (
                <th key={run.name}>
                  <span class="row">
                    <Chip index={i} /> {ownName(run.name)}
                  </span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {different.map((name) => (
              <tr key={name}>
                <th scope="row" class="mono">
                  {name}
                </th>
                {texts(name).map((text, i) => (
                  <td key={runs[i]!.name} class="tabular break">
                    {text}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
