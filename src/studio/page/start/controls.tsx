/** Controls for the kinds of options. What is typed is kept as it is, also while it is no value yet. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { ColumnFacts, OptionForm, OptionSchema } from "../../api/index.js";
import { written } from "../run/run-details.js";
import { parseList, parseOne, type Parsed } from "./check-value.js";
import { MapControl } from "./map-control.js";
import { kindOf } from "./option-kind.js";
import { Several } from "./several.js";
import { t } from "./texts.js";

export interface Aria {
  readonly id: string;
  readonly "aria-invalid": boolean;
  readonly "aria-describedby": string;
}

export interface ControlProps {
  readonly option: OptionForm;
  readonly columns: readonly ColumnFacts[];
  /** Undefined: the default. */
  readonly value: unknown;
  readonly failed: boolean;
  readonly aria: Aria;
  set(value: unknown): void;
  fail(problem: string): void;
}

export function Control(props: ControlProps) {
  const { option, columns } = props;
  const kind = kindOf(option);
  if (kind.kind === "switch") return <Switch {...props} />;
  if (kind.kind === "choice") return <Choice {...props} values={kind.values} />;
  if (kind.kind === "map") return <MapControl {...props} values={kind.values} />;
  if (kind.kind === "list") return <Typed {...props} parse={(text) => parseList(text, kind.item)} list />;
  if (kind.kind === "number") return <Typed {...props} parse={(text) => parseOne(text, kind.schema)} numeric />;
  if (kind.kind === "text") return <Typed {...props} parse={(text) => parseOne(text, kind.schema)} />;
  if (kind.kind === "column") {
    if (columns.length === 0) return <Typed {...props} parse={(text) => parseOne(text, { type: "string" })} />;
    return <Choice {...props} values={columns.map(({ name }) => name)} types={columns} />;
  }
  const values = kind.values === "columns" ? columns.map(({ name }) => name) : kind.values;
  const item: OptionSchema = { type: "string", minLength: 1 };
  if (values.length === 0) return <Typed {...props} parse={(text) => parseList(text, item)} list />;
  return <Several {...props} values={values} alone={kind.alone} />;
}

/** Of a switch whose default is off, most often; of one whose default depends on the data, a choice of three. */
function Switch(props: ControlProps) {
  const { option, value, aria, set } = props;
  const { default: byDefault } = option.schema;
  if (byDefault === undefined) return <Choice {...props} values={[true, false]} />;
  const on = (value ?? byDefault) === true;
  return (
    <label class="switch">
      <input {...aria} type="checkbox" role="switch" checked={on} onChange={() => set(!on)} />
      <span aria-hidden="true">{t(on ? "yes" : "no")}</span>
    </label>
  );
}

interface ChoiceProps extends ControlProps {
  readonly values: readonly (string | number | boolean)[];
  readonly types?: readonly ColumnFacts[];
}

function Choice({ option, value, aria, set, values, types }: ChoiceProps) {
  const { default: byDefault } = option.schema;
  const text = (one: unknown) => (typeof one === "boolean" ? t(one ? "yes" : "no") : String(one));
  const given = value ?? byDefault;
  const unknown = given !== undefined && !values.some((one) => one === given);
  const all = unknown ? [...values, given as string] : values;
  return (
    <select
      {...aria}
      class="select"
      value={given === undefined ? "" : JSON.stringify(given)}
      onChange={({ currentTarget }) =>
        set(currentTarget.value === "" ? undefined : (JSON.parse(currentTarget.value) as unknown))
      }
    >
      {byDefault === undefined && <option value="">{types ? t("notSet") : t("byDefault")}</option>}
      {all.map((one, i) => (
        <option key={i} value={JSON.stringify(one)}>
          {text(one)}
          {types?.[i] && ` · ${types[i].type}`}
        </option>
      ))}
    </select>
  );
}

interface TypedProps extends ControlProps {
  readonly parse: (text: string) => Parsed;
  readonly numeric?: boolean;
  readonly list?: boolean;
}

const textOf = (value: unknown): string => (value === undefined ? "" : written(value));

function Typed({ option, value, failed, aria, set, fail, parse, numeric, list }: TypedProps) {
  const { default: byDefault } = option.schema;
  const [text, setText] = useState(() => textOf(value));
  const mine = useRef<unknown>(value);
  useEffect(() => {
    // Changed from outside, such as by "back to the default".
    if (!failed && JSON.stringify(mine.current) !== JSON.stringify(value)) setText(textOf(value));
    mine.current = value;
  }, [value, failed]);
  const onInput = (next: string) => {
    setText(next);
    const parsed: Parsed = next.trim() === "" ? { value: undefined } : parse(next);
    if ("problem" in parsed) return fail(parsed.problem);
    mine.current = JSON.stringify(parsed.value) === JSON.stringify(byDefault) ? undefined : parsed.value;
    set(parsed.value);
  };
  return (
    <input
      {...aria}
      class="input"
      type="text"
      inputMode={numeric ? "decimal" : "text"}
      autocomplete="off"
      spellcheck={false}
      placeholder={byDefault === undefined ? (list ? t("listHelp") : t("byDefault")) : written(byDefault)}
      value={text}
      onInput={({ currentTarget }) => onInput(currentTarget.value)}
    />
  );
}
