import { useState } from "preact/hooks";
import type { Signature } from "../../../../tasks/view.js";
import type { InsideInput } from "../../../api/index.js";
import { dictionary } from "../../../ui/i18n.js";
import { Note } from "../../../ui/notices.js";
import { SeriesCanvas } from "./series-canvas.js";

const t = dictionary(
  {
    field: "Column",
    draw: "Drag over the picture to draw, or use the arrow keys: left and right choose a step, up and down change its value.",
    numbers: "Numbers of “{field}”, one for each step; ? where there is none",
    bad: "“{text}” is no number.",
    fewer: "There must be {least} to {most} numbers, there are {count}.",
    start: "There is no sample to begin with: pick one first, so that dates and other columns are known.",
    reset: "As it was",
  },
  {
    field: "列",
    draw: "在图上拖动即可绘制；也可以用方向键：左右选择一步，上下改变数值。",
    numbers: "“{field}”的数值，每一步一个；缺失处写 ?",
    bad: "“{text}”不是数字。",
    fewer: "需要 {least} 至 {most} 个数，现在有 {count} 个。",
    start: "还没有起始样本：请先选择一个，以便确定日期和其他列。",
    reset: "恢复原样",
  },
);

type Row = NonNullable<InsideInput["rows"]>[number];

interface RowsInputProps {
  readonly signature: Signature;
  readonly start: readonly Row[];
  readonly onRows: (rows: readonly Row[]) => void;
}

/** A series, one column at a time: drawn, moved by keys, or written as numbers. All else is as in the sample it began with. */
export function RowsInput({ signature, start, onRows }: RowsInputProps) {
  const fields = signature.inputs.filter(({ type, list }) => type === "number" && !list);
  const [rows, setRows] = useState(start);
  const [name, setName] = useState(fields[0]?.name ?? "");
  const [text, setText] = useState<string | null>(null);
  if (start.length === 0 || fields.length === 0) return <Note>{t("start")}</Note>;
  const values = rows.map((row) => numberOf(row[name]));
  const origin = start.map((row) => numberOf(row[name]));
  const change = (next: readonly number[]) => {
    const changed = next.map((value, i) => ({
      ...(rows[i] ?? rows.at(-1)!),
      [name]: Number.isNaN(value) ? null : value,
    }));
    setRows(changed);
    onRows(changed);
  };
  const write = (written: string) => {
    setText(written);
    const numbers = readNumbers(written);
    if (numbers && problemOf(numbers.length) === null) change(numbers);
  };
  const problemOf = (count: number): string | null => {
    // A row more would need a date and values of the other columns.
    return count === rows.length ? null : t("fewer", { least: rows.length, most: rows.length, count });
  };
  const shown = text ?? values.map((value) => (Number.isNaN(value) ? MISSING : String(round(value)))).join(" ");
  const bad = text === null ? null : complaint(text, problemOf);
  return (
    <div class="stack tight">
      <div class="row wrap between">
        {fields.length > 1 ? (
          <label class="row small">
            {t("field")}
            <select
              class="select"
              value={name}
              onChange={(event) => {
                setName(event.currentTarget.value);
                setText(null);
              }}
            >
              {fields.map((field) => (
                <option key={field.name}>{field.name}</option>
              ))}
            </select>
          </label>
        ) : (
          <span class="small">
            <strong>{name}</strong>
          </span>
        )}
        <button
          type="button"
          class="button small"
          onClick={() => {
            setText(null);
            setRows(start);
            onRows(start);
          }}
        >
          {t("reset")}
        </button>
      </div>
      {rows.length > 1 && (
        <SeriesCanvas
          label={`${name}: ${t("draw")}`}
          values={values}
          origin={origin}
          onChange={(next) => {
            setText(null);
            change(next);
          }}
        />
      )}
      <span class="small muted">{rows.length > 1 && t("draw")}</span>
      <div class="field">
        <label for="inside-numbers">{t("numbers", { field: name })}</label>
        <textarea
          id="inside-numbers"
          class="textarea mono"
          rows={2}
          spellcheck={false}
          value={shown}
          aria-invalid={bad !== null}
          onInput={(event) => write(event.currentTarget.value)}
        />
        {bad !== null && (
          <span class="error" role="alert">
            {bad}
          </span>
        )}
      </div>
    </div>
  );
}

const SEPARATORS = /[\s,;]+/;
const pieces = (text: string) => text.trim().split(SEPARATORS);

/** NaN where there is none. */
const MISSING = "?";
const read = (piece: string): number => (piece === MISSING ? Number.NaN : Number(piece));
const isNumber = (piece: string): boolean => piece === MISSING || (piece !== "" && Number.isFinite(Number(piece)));

const numberOf = (cell: Row[string] | undefined): number =>
  cell === null || cell === undefined || cell === "" ? Number.NaN : Number(cell);

function readNumbers(text: string): number[] | null {
  return pieces(text).every(isNumber) ? pieces(text).map(read) : null;
}

function complaint(text: string, problemOf: (count: number) => string | null): string | null {
  const wrong = pieces(text).find((piece) => !isNumber(piece));
  return wrong === undefined ? problemOf(pieces(text).length) : t("bad", { text: wrong });
}

/** Five digits: as many as anybody draws. */
const round = (value: number) => Number(value.toPrecision(5));
