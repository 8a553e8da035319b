/** What can be done with a run: stop it, let it go on, read its report. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { JobReply, ResumeRequest, RunSummary } from "../../api/index.js";
import { Icon } from "../../ui/icons.js";
import { toast, toastError } from "../../ui/toasts.js";
import { apiPath, post } from "../client.js";
import { isPart, outerName, ownName } from "../inner-run.js";
import type { LiveRun } from "./live.js";
import { t } from "./texts.js";

/** A run that goes on needs a moment until its folder says so. */
const LOOK_AGAIN_MS = 700;
const LOOKS = 20;

export function RunActions({ live }: { readonly live: LiveRun }) {
  const run = live.summary.value!;
  const report = live.detail.value?.report ?? null;
  const ended = (run.verb === null || run.sweep !== null) && !isPart(run.name) && endings(run).includes(run.state);
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
      {/* A trial ends with its sweep. */}
      {run.state === "running" && (outerName(run.name) === null || run.job !== null) && <StopButton live={live} />}
      {mayResume && (run.series ? <ResumeButton live={live} /> : <ResumeForm live={live} run={run} />)}
      {report !== null && (
        <a class="button" href={report} target="_blank" rel="noreferrer">
          <Icon name="report" />
          {t("report")}
        </a>
      )}
    </div>
  );
}

/** A search, or a training of many series, goes on also where it failed, as on a full disk: what is done stays done. */
function endings({ sweep, series }: RunSummary): readonly RunSummary["state"][] {
  if (sweep) return ["interrupted", "finished", "failed"];
  return series ? ["interrupted", "failed"] : ["interrupted", "finished"];
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

interface Budget {
  readonly field: "epochs" | "trials" | "seconds";
  readonly done: number;
  readonly planned: number;
}

const LABELS = { epochs: "resumeEpochs", trials: "resumeTrials", seconds: "resumeSeconds" } as const;

function budgetOf({ sweep, epochs, epochsPlanned }: RunSummary): Budget {
  if (sweep && sweep.seconds !== null && sweep.done < sweep.of)
    return { field: "seconds", done: Math.ceil(sweep.spent), planned: Math.ceil(sweep.seconds) };
  if (sweep) return { field: "trials", done: sweep.done, planned: sweep.of };
  return { field: "epochs", done: epochs, planned: epochsPlanned ?? epochs };
}

function ResumeForm({ live, run }: { readonly live: LiveRun; readonly run: RunSummary }) {
  const { field, done, planned } = budgetOf(run);
  // One that has done all that was planned can only go on beyond it; a search that was cut off may have trials on the way.
  const over = done >= planned && (run.sweep === null || run.state === "finished" || field === "seconds");
  const least = !over && run.sweep ? planned : done + 1;
  const wanted = useSignal(over ? done * 2 : Math.max(planned, least));
  const { going, resume } = useResume(live);
  const submit = (event: Event) => {
    event.preventDefault();
    void resume(wanted.value === planned && !over ? {} : { [field]: wanted.value });
  };
  const label = t(LABELS[field]);
  return (
    <form class="row" onSubmit={submit}>
      <button type="submit" class="button" disabled={going.value}>
        <Icon name="play" />
        {t(run.sweep ? "resumeSweep" : "resume")}
      </button>
      <label class="row small">
        <span class="wide-only">{label}</span>
        <input
          aria-label={label}
          class="input short"
          type="number"
          min={least}
          required
          value={wanted.value}
          onInput={({ currentTarget }) => (wanted.value = currentTarget.valueAsNumber)}
        />
      </label>
    </form>
  );
}

/** Models of series are trained to their end: only what is missing is gone on with. */
function ResumeButton({ live }: { readonly live: LiveRun }) {
  const { going, resume } = useResume(live);
  return (
    <button type="button" class="button" disabled={going.value} onClick={() => void resume({})}>
      <Icon name="play" />
      {t("resume")}
    </button>
  );
}

function useResume(live: LiveRun) {
  const going = useSignal(false);
  const resume = async (request: ResumeRequest) => {
    going.value = true;
    try {
      await post<JobReply>(apiPath("runs", live.name, "resume"), request);
      toast(t("resumed", { name: ownName(live.name) }), "good");
      await untilRunning(live);
    } catch (error) {
      toastError(error);
    }
    going.value = false;
  };
  return { going, resume };
}

async function untilRunning(live: LiveRun): Promise<void> {
  for (let look = 0; look < LOOKS; look++) {
    await live.refresh();
    if (live.summary.value?.state === "running") return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}
