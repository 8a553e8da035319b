import { count, figure, NONE, percent } from "../ui/format.js";
import { Icon } from "../ui/icons.js";
import { facts, failure, frame, framed, go, going, reset, setSlow, slow, speed, stepOnce } from "./session.js";
import { t } from "./texts.js";

/** Start, pause, step, start over; and how it goes. */
export function Transport() {
  const goes = going.value;
  const stuck = failure.value !== null;
  return (
    <section class="transport" aria-label={t("controls")}>
      <div class="row buttons">
        <button type="button" class="button primary go" disabled={stuck} onClick={() => go(!goes)}>
          <Icon name={goes ? "pause" : "play"} />
          {goes ? t("pause") : t("start")}
        </button>
        <button
          type="button"
          class="button"
          disabled={goes || stuck}
          title={t("stepHelp")}
          aria-label={t("stepHelp")}
          onClick={stepOnce}
        >
          <Icon name="right" />
          <span class="wide">{t("step")}</span>
        </button>
        <button type="button" class="button" title={t("reset")} aria-label={t("reset")} onClick={reset}>
          <Icon name="refresh" />
          <span class="wide">{t("reset")}</span>
        </button>
        <label class="row slow">
          <input type="checkbox" checked={slow.value} onChange={(event) => setSlow(event.currentTarget.checked)} />
          {t("slow")}
        </label>
      </div>
      <Figures />
    </section>
  );
}

function Figures() {
  const now = frame.value;
  const known = facts.value;
  const share = now && known ? now.loss / known.baseline : null;
  const text = framed.value.problem === "text";
  return (
    <dl class="numbers">
      <Figure name={t("steps")} value={count(now?.step ?? 0)} />
      <Figure name={t("speed")} value={speed.value === null ? NONE : count(speed.value)} extra="wide" />
      <Figure
        name={t("loss")}
        value={figure(now?.loss, 3)}
        note={share === null ? "" : t("ofBaseline", { share: shareText(share) })}
      />
      {now?.right !== null && now && <Figure name={t("right")} value={percent(now.right, 1)} />}
      {text && <Figure name={t("bits")} value={now ? figure(now.loss / Math.LN2, 3) : "–"} />}
    </dl>
  );
}

/** "26%", "6.4%", "< 0.1%", "> 1,000%" */
function shareText(share: number): string {
  if (share < 0.001) return `< ${percent(0.001, 1)}`;
  return share > 10 ? `> ${percent(10)}` : percent(share, share < 0.1 ? 1 : 0);
}

function Figure(props: { name: string; value: string; note?: string; extra?: string }) {
  return (
    <div class={props.extra}>
      <dt>{props.name}</dt>
      <dd>
        {props.value} {props.note && <small>{props.note}</small>}
      </dd>
    </div>
  );
}
