/** What can be done with a run: stop it, let it go on, read its report. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { JobReply, ResumeRequest, RunSummary } from "../../api/index.js";
import { Icon } from "../../ui/icons.js";
import { toast, toastError } from "../../ui/toasts.js";
import { apiPath, post } from "../client.js";
import type { LiveRun } from "./live.js";
import { t } from "./texts.js";

/** A run that goes on needs a moment until its folder says so. */
const LOOK_AGAIN_MS = 700;
const LOOKS = 20;

export function RunActions({ live }: { readonly live: LiveRun }) {
  const run = live.summary.value!;
  const report = live.detail.value?.report ?? null;
  const ended = run.verb === null && (run.state === "interrupted" || run.state === "finished");
  // The process that trained it ends a moment after it has said so.
  const leaving = ended && run.job !== null;
  const mayResume = ended && !leaving;
  useEffect(() => {
    if (!leaving) return;
    const timer = setInterval(() => void live.refresh(), LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [leaving]);
  if (run.state !== "running" && !mayResume && report === null) return null;
  return (
    <div class="row wrap actions">
      {run.state === "running" && <StopButton live={live} />}
      {mayResume && <ResumeForm live={live} run={run} />}
      {report !== null && (
        <a class="button" href={report} target="_blank" rel="noreferrer">
          <Icon name="report" />
          {t("report")}
        </a>
      )}
    </div>
  );
}

function StopButton({ live }: { readonly live: LiveRun }) {
  const stopping = useSignal(false);
  const stop = async () => {
    stopping.value = true;
    try {
      await post<RunSummary>(apiPath("runs", live.name, "stop"));
    } catch (error) {
      stopping.value = false;
      toastError(error);
    }
  };
  return (
    <button
      type="button"
      class="button danger"
      disabled={stopping.value}
      title={t("stopHelp")}
      onClick={() => void stop()}
    >
      <Icon name="stop" />
      {t(stopping.value ? "stopping" : "stop")}
    </button>
  );
}

function ResumeForm({ live, run }: { readonly live: LiveRun; readonly run: RunSummary }) {
  const planned = run.epochsPlanned ?? run.epochs;
  // One that has trained all its epochs can only go on beyond them.
  const least = run.epochs + 1;
  const epochs = useSignal(Math.max(planned, run.epochs >= planned ? run.epochs * 2 : least));
  const going = useSignal(false);
  const resume = async (event: Event) => {
    event.preventDefault();
    going.value = true;
    try {
      const body: ResumeRequest = epochs.value === run.epochsPlanned ? {} : { epochs: epochs.value };
      await post<JobReply>(apiPath("runs", live.name, "resume"), body);
      toast(t("resumed", { name: live.name }), "good");
      await untilRunning(live);
    } catch (error) {
      toastError(error);
    }
    going.value = false;
  };
  return (
    <form class="row wrap" onSubmit={(event) => void resume(event)}>
      <button type="submit" class="button" disabled={going.value}>
        <Icon name="play" />
        {t("resume")}
      </button>
      <label class="row small">
        <span>{t("resumeEpochs")}</span>
        <input
          aria-label={t("resumeEpochs")}
          class="input short"
          type="number"
          min={least}
          required
          value={epochs.value}
          onInput={({ currentTarget }) => (epochs.value = currentTarget.valueAsNumber)}
        />
      </label>
    </form>
  );
}

async function untilRunning(live: LiveRun): Promise<void> {
  for (let look = 0; look < LOOKS; look++) {
    await live.refresh();
    if (live.summary.value?.state === "running") return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}
