/** The rounds of a training on shards of the data (DiLoCo): what came, and what it cost. */
import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { Round, RoundsReply } from "../../api/index.js";
import { Card } from "../../ui/card.js";
import { CheckBox } from "../../ui/check-box.js";
import { bytes, count, figure } from "../../ui/format.js";
import { LineChart } from "../../ui/plots/index.js";
import type { LiveRun } from "../run/live.js";
import { t } from "./texts.js";

export function RoundsCard({ live }: { readonly live: LiveRun }) {
  const all = live.detail.value?.rounds;
  const log = useSignal(false);
  const x = useMemo(() => (all?.rounds ?? []).map(({ round }) => round + 1), [all]);
  const norms = useMemo(() => (all?.rounds ?? []).map(({ norm }) => norm), [all]);
  if (!all) return null;
  return (
    <Card title={t("rounds")} aside={<CheckBox label={t("log")} on={log} />} flush>
      <Figures all={all} />
      <div class="rounds-body stack tight">
        <p class="small muted measure">{t("roundsHelp")}</p>
        {x.length > 0 && (
          <LineChart
            label={t("change")}
            x={x}
            lines={[{ label: t("changeLine"), values: norms, colour: 3 }]}
            log={log.value}
            xLabel={t("round")}
            xText={(round) => (Number.isInteger(round) ? count(round) : "")}
            yText={(norm) => figure(norm, 3)}
            height={160}
          />
        )}
        {x.length > 0 && (
          <details>
            <summary class="small">{t("asTable")}</summary>
            <Table rounds={all.rounds} />
          </details>
        )}
      </div>
    </Card>
  );
}

function Figures({ all: { shards, innerSteps, kinds, sent, lost, count: rounds } }: { readonly all: RoundsReply }) {
  return (
    <dl class="figures">
      <div>
        <dt>{t("shards")}</dt>
        <dd>{count(shards)}</dd>
      </div>
      <div>
        <dt>{t("innerSteps")}</dt>
        <dd>{count(innerSteps)}</dd>
      </div>
      <div>
        <dt>{t("roundCount")}</dt>
        <dd>{count(rounds)}</dd>
      </div>
      <div>
        <dt>{t("sent")}</dt>
        <dd>
          {bytes(sent)}
          {kinds
            .filter((one) => one.bytes > 0)
            .map(({ kind, form, bytes: own }) => (
              <small key={kind} class="under">
                {t(kind)} {bytes(own)}, {form}
              </small>
            ))}
        </dd>
      </div>
      <div>
        <dt>{t("lost")}</dt>
        <dd>{count(lost)}</dd>
      </div>
    </dl>
  );
}

/** The newest first. */
function Table({ rounds }: { readonly rounds: readonly Round[] }) {
  return (
    <div class="scroll tall" tabIndex={0} role="region" aria-label={t("rounds")}>
      <table class="table">
        <thead>
          <tr>
            <th class="number">{t("round")}</th>
            <th class="number">{t("epoch")}</th>
            <th class="number">{t("came")}</th>
            <th class="number">{t("loss")}</th>
            <th class="number">{t("norm")}</th>
            <th class="number">{t("data")}</th>
            <th class="number">{t("seconds")}</th>
          </tr>
        </thead>
        <tbody>
          {rounds.toReversed().map((one) => (
            <tr key={one.round}>
              <td class="number">{count(one.round + 1)}</td>
              <td class="number">{count(one.epoch + 1)}</td>
              <td class={`number${one.missing > 0 ? " loses" : ""}`}>
                {count(one.came)}/{count(one.came + one.missing)}
              </td>
              <td class="number">{figure(one.loss)}</td>
              <td class="number">{figure(one.norm, 3)}</td>
              <td class="number">{bytes(one.bytes)}</td>
              <td class="number">{figure(one.seconds, 3)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
