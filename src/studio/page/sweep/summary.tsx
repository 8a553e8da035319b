/** How far a sweep is, and its best trial. */
import { useState } from "preact/hooks";
import { showValue } from "../../../distributed/search/show.js";
import type { SweepReply, TrialProgress } from "../../api/index.js";
import { Card } from "../../ui/card.js";
import { count, duration, figure } from "../../ui/format.js";
import { Icon } from "../../ui/icons.js";
import { ProgressCard } from "../../ui/progress-card.js";
import { linkTo } from "../routes.js";
import { t } from "./texts.js";
import { dimensionName, metricTitle, pointInWords } from "./words.js";

export function SweepFigures({ sweep, running }: { readonly sweep: SweepReply; readonly running: boolean }) {
  const { best, trials, judge, jobs, halving, method, asynchronous } = sweep;
  const top = best && trials[best.trial];
  const ended = trials.filter(({ state }) => state !== "waiting").length;
  const failed = trials.filter(({ state }) => state === "failed").length;
  return (
    <dl class="card figures">
      {top && judge && (
        <div>
          <dt>
            {t(running ? "best" : "bestWhole")}: {metricTitle(sweep)}
          </dt>
          <dd>
            {figure(top.value)} <small>{t("ofTrial", { trial: top.trial + 1 })}</small>
          </dd>
        </div>
      )}
      <div>
        <dt>{t("trials")}</dt>
        <dd>
          {count(ended)} <small>{t("trialsDone", { of: sweep.trialsAllowed })}</small>
        </dd>
      </div>
      {halving && (
        <div>
          <dt>{t("trainings")}</dt>
          <dd>
            {count(jobs.done)} <small>{t("trialsDone", { of: jobs.of })}</small>
          </dd>
        </div>
      )}
      {failed > 0 && (
        <div>
          <dt>{t("failed")}</dt>
          <dd>{count(failed)}</dd>
        </div>
      )}
      <div>
        <dt>{t("spent")}</dt>
        <dd>
          {duration(sweep.spent)}{" "}
          {sweep.secondsAllowed !== null && <small>{t("spentOf", { time: duration(sweep.secondsAllowed) })}</small>}
        </dd>
      </div>
      <div>
        <dt>{t("method")}</dt>
        <dd>
          {t(method)}{" "}
          <small>{[halving && t("halved"), asynchronous && "--asynchronous"].filter(Boolean).join(", ")}</small>
        </dd>
      </div>
    </dl>
  );
}

/** The trials that are being trained, and how much of the search is done. */
export function SweepProgress(props: { readonly sweep: SweepReply; readonly training: readonly TrialProgress[] }) {
  const { sweep, training } = props;
  const { done, of } = sweep.jobs;
  const words = t("progressOf", { done, of });
  return (
    <ProgressCard title={t("progress")} words={words} done={done} of={of}>
      {training.length > 0 && (
        <ul class="trials-now" aria-label={t("training")}>
          {training.map((one) => (
            <Now key={one.trial} sweep={sweep} progress={one} />
          ))}
        </ul>
      )}
    </ProgressCard>
  );
}

function Now({ sweep, progress }: { readonly sweep: SweepReply; readonly progress: TrialProgress }) {
  const { trial, run, epoch, epochs, loss } = progress;
  const own = sweep.trials[trial];
  return (
    <li class="small">
      <a href={linkTo(["runs", run])}>{t("trial", { trial: trial + 1 })}</a>
      <span class="muted break">{own && pointInWords(sweep, own)}</span>
      <span class="tabular muted">
        {t("epochOf", { epoch: epoch + 1, epochs })} · {t("lossNow", { loss: figure(loss, 3) })}
      </span>
    </li>
  );
}

export function BestTrial({ sweep }: { readonly sweep: SweepReply }) {
  const own = sweep.best && sweep.trials[sweep.best.trial];
  if (!own) return null;
  const { command } = sweep.best!;
  return (
    <Card
      title={t("bestTitle")}
      aside={
        <div class="row wrap">
          {command !== null && <CopyButton text={command} />}
          {own.run !== null && (
            <a class="button small" href={linkTo(["runs", own.run])}>
              <Icon name="runs" />
              {t("open")}
            </a>
          )}
        </div>
      }
    >
      <div class="stack tight">
        <dl class="pairs">
          {sweep.space
            .filter(({ name }) => name in own.point)
            .map(({ name }) => (
              <div key={name}>
                <dt>{dimensionName(name)}</dt>
                <dd class="tabular">{showValue(own.point[name])}</dd>
              </div>
            ))}
          <div>
            <dt>{metricTitle(sweep)}</dt>
            <dd class="tabular">
              {figure(own.value)} <span class="muted">{t("onValidation")}</span>
            </dd>
          </div>
        </dl>
        {command !== null && (
          <details class="small">
            <summary>{t("commandHelp")}</summary>
            <pre class="output said">{command}</pre>
          </details>
        )}
      </div>
    </Card>
  );
}

const COPIED_MS = 2000;

/** Where the browser gives pages no clipboard (plain http to another machine), the command can be marked by hand. */
function CopyButton({ text }: { readonly text: string }) {
  const [copied, setCopied] = useState(false);
  if (!isSecureContext) return null;
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), COPIED_MS);
  };
  return (
    <button type="button" class="button small" onClick={() => void copy()}>
      <Icon name={copied ? "check" : "copy"} />
      <span aria-live="polite">{t(copied ? "copied" : "copy")}</span>
    </button>
  );
}
