/** The trainings of a backtest, each a run with its own curves. */
import { useEffect } from "preact/hooks";
import type { RunSummary } from "../../api/index.js";
import { Card } from "../../ui/card.js";
import { count, dateTime, figure, NONE } from "../../ui/format.js";
import { ownName } from "../inner-run.js";
import { linkTo } from "../routes.js";
import { StateBadge } from "../run-frame.js";
import type { LiveRun } from "../run/live.js";
import { t } from "./texts.js";

/** While it runs: the backtest's own files tell nothing of a training that has begun. */
const LOOK_MS = 3000;

export function FitsCard({ live }: { readonly live: LiveRun }) {
  const running = live.summary.value?.state === "running";
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => void live.refresh(), LOOK_MS);
    return () => clearInterval(timer);
  }, [running]);
  const fits = live.detail.value?.fits ?? [];
  if (fits.length === 0) return null;
  return (
    <Card title={t("fits")} aside={<span class="small muted">{t("fitsHelp")}</span>} flush>
      <div class="scroll tall" tabIndex={0} role="region" aria-label={t("fits")}>
        <table class="table">
          <thead>
            <tr>
              <th>{t("fit")}</th>
              <th>{t("state")}</th>
              <th class="number">{t("epochs")}</th>
              <th class="number">{t("best")}</th>
              <th class="number">{t("begun")}</th>
            </tr>
          </thead>
          <tbody>
            {fits.map((fit) => (
              <Row key={fit.name} fit={fit} />
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

function Row({ fit: { name, state, epochs, epochsPlanned, best, date } }: { readonly fit: RunSummary }) {
  return (
    <tr>
      <th scope="row">
        <a class="break" href={linkTo(["runs", name])}>
          {ownName(name)}
        </a>
      </th>
      <td>
        <StateBadge state={state} />
      </td>
      <td class="number">
        {count(epochs)}
        {epochsPlanned !== null && <span class="muted">/{count(epochsPlanned)}</span>}
      </td>
      <td class="number">
        {best ? figure(best.value) : NONE}
        {best && <span class="muted under">{best.metric}</span>}
      </td>
      <td class="number muted">{date ? dateTime(date) : NONE}</td>
    </tr>
  );
}
