/** Which of the outputs is explained. */
import { useId } from "preact/hooks";
import { dictionary } from "../../ui/i18n.js";
import type { Seen } from "./seen.js";
import type { InsideState } from "./state.js";
import { stepName } from "./words.js";

const t = dictionary(
  { output: "Output", largest: "the largest", place: "{name}, step {step}" },
  { output: "输出", largest: "最大的", place: "{name}，第 {step} 步" },
);

/** More than these would be a list that nobody reads. */
const MOST = 200;

export function TargetPicker({ state }: { readonly state: InsideState }) {
  const id = useId();
  const seen = state.seen.value!;
  const choices = targetsOf(seen);
  return (
    <div class="row small target">
      <label for={id} class="muted">
        {t("output")}
      </label>
      <select
        id={id}
        class="select"
        value={state.target.value === null ? "" : String(state.target.value)}
        onChange={(event) => {
          const { value } = event.currentTarget;
          state.target.value = value === "" ? null : Number(value);
        }}
      >
        <option value="">{t("largest")}</option>
        {choices.map((index) => (
          <option key={index} value={String(index)}>
            {targetName(seen, index)}
          </option>
        ))}
      </select>
    </div>
  );
}

/** Those of the last step, where the network answers at every step. */
function targetsOf({ output, outputNames }: Seen): number[] {
  const width = Math.min(outputNames.length, output.length);
  return Array.from({ length: Math.min(MOST, width) }, (_, i) => output.length - width + i);
}

/** @param index flattened, as the server counts outputs */
export function targetName({ outputNames, output }: Seen, index: number): string {
  const name = stepName(outputNames[index % outputNames.length]?.name ?? String(index + 1));
  const steps = output.length / outputNames.length;
  return steps > 1 ? t("place", { name, step: Math.floor(index / outputNames.length) + 1 }) : name;
}
