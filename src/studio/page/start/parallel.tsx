/** How a training is divided: on how many threads, and whether each series gets a model. */
import { useId } from "preact/hooks";
import { NumberInput } from "../../ui/number-input.js";
import { session } from "../session.js";
import { hasSeries, type FormState } from "./form-state.js";
import { t } from "./texts.js";

/** Of any kind; more than a machine has cores only wait for each other. */
const MOST = 64;

export function ParallelPart({ state }: { readonly state: FormState }) {
  const id = useId();
  const { perSeries = false, workers } = state.parallel.value;
  const searching = state.search.value.space.length > 0;
  const each = perSeries && hasSeries(state) && !searching;
  const cores = session.value.state === "open" ? session.value.studio.cores : null;
  return (
    <details class="fold">
      <summary>
        <h2>{t("parallel")}</h2>
      </summary>
      <div class="fold-body options">
        <div class="field">
          <label for={`${id}-workers`}>{t("workers")}</label>
          <NumberInput
            id={`${id}-workers`}
            least={1}
            most={MOST}
            describedBy={`${id}-workers-help`}
            value={workers ?? null}
            onValue={(wanted) => {
              const { workers: _, ...rest } = state.parallel.value;
              state.parallel.value = wanted === null ? rest : { ...rest, workers: wanted };
            }}
          />
          <p class="help" id={`${id}-workers-help`}>
            {t(searching ? "workersTrials" : each ? "workersSeries" : "workersHelp")}{" "}
            {cores !== null && t("cores", { cores })}
          </p>
        </div>
        {hasSeries(state) && !searching && (
          <div class="field">
            <span class="label">{t("perSeries")}</span>
            <label class="switch">
              <input
                type="checkbox"
                role="switch"
                aria-label={t("perSeries")}
                checked={perSeries}
                onChange={() => (state.parallel.value = { ...state.parallel.value, perSeries: !perSeries })}
              />
              <span class="small muted">{t("perSeriesHelp")}</span>
            </label>
          </div>
        )}
      </div>
    </details>
  );
}
