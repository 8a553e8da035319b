/** What the network answers at the step that is marked, beside what it would answer without pins and silent units. */
import { useMemo } from "preact/hooks";
import type { Answer } from "../../../tasks/task.js";
import { figure, percent } from "../../ui/format.js";
import { dictionary } from "../../ui/i18n.js";
import { answersAt, areShares, type AnswersAt } from "./answers.js";
import type { InsideState } from "./state.js";

const t = dictionary(
  {
    title: "What it answers",
    now: "at step {step}",
    end: "after the last step",
    onlyEnd: "This network can be asked only after the last step.",
    probability: "How probable this is; the rest goes to the other class.",
    probabilities: "Probabilities: together they make 100 %.",
    likely: "What is likely to come next; the {shown} likeliest of {count}.",
    values: "The network's own numbers.",
    scaled: "The network's own numbers, scaled as in training; the answer in the data's units stands below.",
    without: "The mark | shows where it would be without what you changed.",
    answer: "Answer",
    empty: "The network has no answer here.",
  },
  {
    title: "网络的回答",
    now: "第 {step} 步",
    end: "最后一步之后",
    onlyEnd: "这个网络只能在最后一步之后回答。",
    probability: "该类别的概率；其余属于另一类别。",
    probabilities: "概率：合计为 100 %。",
    likely: "接下来可能出现的内容：{count} 个中最可能的 {shown} 个。",
    values: "网络自己的数值。",
    scaled: "网络自己的数值，与训练时一样缩放；数据单位下的答案见下方。",
    without: "标记 | 表示没有改动时的位置。",
    answer: "答案",
    empty: "此处网络没有回答。",
  },
);

export function OutputPanel({ state }: { readonly state: InsideState }) {
  const seen = state.seen.value!;
  const free = state.free.value!;
  const step = state.playhead.step.value;
  const shown = useMemo(() => answersAt(seen, free, step), [seen, free, step]);
  return (
    <section class="card" aria-labelledby="inside-output">
      <div class="head">
        <h2 id="inside-output">{t("title")}</h2>
        <span class="badge accent tabular">{shown.live ? t("now", { step: step + 1 }) : t("end")}</span>
      </div>
      <div class="body stack tight">
        {shown.rows.length === 0 ? (
          <p class="small muted">{t("empty")}</p>
        ) : (
          <Rows shown={shown} touched={seen !== free} />
        )}
        <p class="small muted">
          {sentence(shown, seen.outputNames.length)} {seen !== free && t("without")} {!shown.live && t("onlyEnd")}
        </p>
        <Answers state={state} />
      </div>
    </section>
  );
}

function sentence({ kind, rows }: AnswersAt, count: number): string {
  if (kind === "likely") return t("likely", { shown: rows.length, count });
  return t(kind);
}

function Rows({ shown, touched }: { readonly shown: AnswersAt; readonly touched: boolean }) {
  const { rows, kind } = shown;
  const shares = areShares(shown);
  const size = Math.max(1e-9, ...rows.map(({ value, free }) => Math.max(Math.abs(value), Math.abs(free))));
  const full = shares && kind !== "likely" ? 1 : size;
  const negative = rows.some(({ value, free }) => value < 0 || free < 0);
  const place = (value: number) => (negative ? 50 + (50 * value) / full : (100 * value) / full);
  const text = (value: number) => (shares ? percent(value, 1) : figure(value, 3));
  return (
    <ul class={`answers ${negative ? "signed" : ""}`} aria-label={t("title")}>
      {rows.map(({ name, value, free, change }) => (
        <li key={name}>
          <span class="answers-name break">{name}</span>
          <span class="answers-track" aria-hidden="true">
            <i
              class={value < 0 ? "negative" : ""}
              style={{
                left: `${Math.min(place(0), place(value))}%`,
                width: `${Math.abs(place(value) - place(0))}%`,
              }}
            />
            {touched && <b style={{ left: `${place(free)}%` }} />}
          </span>
          <span class="answers-value tabular">
            {text(value)}
            {touched && (
              <small>
                {text(Math.abs(change)) === text(0) ? "±" : change < 0 ? "−" : "+"}
                {text(Math.abs(change))}
              </small>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** In the data's units, as the network answers without changes. */
function Answers({ state }: { readonly state: InsideState }) {
  const { answers, audio } = state.seen.value!;
  if (answers.length === 0) return null;
  if (answers.length > 1) return <AnswerTable answers={answers} />;
  // A clip that came by itself has no path.
  const shown = Object.entries(answers[0]!).filter(([name]) => !(audio && name === "path"));
  return (
    <dl class="answer small" aria-label={t("answer")}>
      {shown.map(([name, value]) => (
        <div key={name}>
          <dt class="muted break">{name}</dt>
          <dd class="break tabular">{told(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

function AnswerTable({ answers }: { readonly answers: readonly Answer[] }) {
  const names = Object.keys(answers[0]!);
  return (
    <div class="answer-table" tabIndex={0} role="region" aria-label={t("answer")}>
      <table class="table">
        <thead>
          <tr>
            {names.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {answers.map((answer, i) => (
            <tr key={i}>
              {names.map((name) => (
                <td key={name} class="tabular">
                  {told(answer[name])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function told(value: unknown): string {
  if (Array.isArray(value)) return value.join(", ");
  return typeof value === "number" ? figure(value) : String(value ?? "–");
}
