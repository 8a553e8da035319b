/** One option: its name, the control that its schema asks for, what it means, and what is wrong. */
import { useId } from "preact/hooks";
import type { ColumnFacts, OptionForm } from "../../api/index.js";
import { Icon } from "../../ui/icons.js";
import { written } from "../run/run-details.js";
import { Control } from "./controls.js";
import type { FormState } from "./form-state.js";
import { helpOf, nameOf } from "./option-names.js";
import { t } from "./texts.js";

export interface FieldProps {
  readonly option: OptionForm;
  readonly state: FormState;
  /** Of a table; empty where the data have none. */
  readonly columns: readonly ColumnFacts[];
}

export function OptionField({ option, state, columns }: FieldProps) {
  const id = useId();
  const { name, schema } = option;
  const problem = state.problems.value[name];
  const changed = name in state.settings.value;
  const { default: byDefault } = schema;
  return (
    <div class={`field option${changed ? " chosen" : ""}`}>
      <div class="row between">
        <label for={id} id={`${id}-label`}>
          {nameOf(name)}
          {changed && <span class="visually-hidden"> ({t("changed")})</span>}
        </label>
        {(changed || problem !== undefined) && (
          <button
            type="button"
            class="reset"
            title={t("reset")}
            aria-label={`${t("reset")}: ${nameOf(name)}`}
            onClick={() => state.set(option, undefined)}
          >
            <Icon name="close" />
          </button>
        )}
      </div>
      <Control
        option={option}
        columns={columns}
        value={state.settings.value[name]}
        failed={problem !== undefined}
        aria={{
          id,
          "aria-invalid": problem !== undefined,
          "aria-describedby": `${id}-help${problem === undefined ? "" : ` ${id}-error`}`,
        }}
        set={(value) => state.set(option, value)}
        fail={(text) => state.fail(option, text)}
      />
      {problem !== undefined && (
        <p class="error" id={`${id}-error`}>
          {problem}
        </p>
      )}
      <p class="help" id={`${id}-help`}>
        {helpOf(option)}
        {byDefault !== undefined && changed && <> ({t("byDefaultIs", { value: written(byDefault) })})</>}
      </p>
    </div>
  );
}
