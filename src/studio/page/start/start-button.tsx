/** Starts the run, waits until it has a folder, and goes to its page. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { JobReply } from "../../api/index.js";
import { Icon } from "../../ui/icons.js";
import { Failure } from "../../ui/notices.js";
import { apiPath, get, post, RequestProblem } from "../client.js";
import { goTo } from "../routes.js";
import { requestOf, type FormState } from "./form-state.js";
import { t } from "./texts.js";

const LOOK_EVERY_MS = 300;

type Step =
  | { readonly step: "ready" }
  | { readonly step: "starting" }
  | { readonly step: "failed"; readonly error: unknown; readonly output: string };

export function StartButton({ state, data }: { readonly state: FormState; readonly data: string }) {
  const now = useSignal<Step>({ step: "ready" });
  const gone = useRef(false);
  useEffect(() => () => void (gone.current = true), []);
  const start = async () => {
    now.value = { step: "starting" };
    try {
      let job = await post<JobReply>("/api/runs", requestOf(state, data));
      while (job.run === null && !gone.current && job.state !== "failed" && job.state !== "ended") {
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
        job = await get<JobReply>(apiPath("jobs", job.id));
      }
      if (gone.current) return;
      if (job.run !== null) goTo(["runs", job.run]);
      else now.value = failure({ title: t("failedStart"), detail: job.error ?? "" }, job.output);
    } catch (error) {
      now.value = failure(error, error instanceof RequestProblem ? (error.output ?? "") : "");
    }
  };
  const { space } = state.search.value;
  const invalid = Object.keys(state.problems.value).length + space.filter(({ values }) => values.trim() === "").length;
  return (
    <>
      {now.value.step === "failed" && (
        <>
          <Failure error={now.value.error} />
          {now.value.output && (
            <details class="small">
              <summary>{t("said")}</summary>
              <pre class="output said">{now.value.output}</pre>
            </details>
          )}
        </>
      )}
      {invalid > 0 && (
        <p class="small invalid" role="status">
          {t("invalid", { count: invalid })}
        </p>
      )}
      <button
        type="button"
        class="button primary"
        disabled={invalid > 0 || now.value.step === "starting"}
        onClick={() => void start()}
      >
        <Icon name="play" />
        {t(now.value.step === "starting" ? "starting" : space.length > 0 ? "startSearch" : "start")}
      </button>
    </>
  );
}

const failure = (error: unknown, output: string): Step => ({ step: "failed", error, output });
