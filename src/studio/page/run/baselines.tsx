/** The network and rules that are simpler, with all metrics. */
import type { Evaluation } from "../../../runs/evaluation.js";
import { Card } from "../../ui/card.js";
import { figure } from "../../ui/format.js";
import { nameBeside } from "./history.js";
import { said } from "./said.js";
import { t } from "./texts.js";

export function Baselines({ evaluation }: { readonly evaluation: Evaluation }) {
  const { judge, entries, count, of, part } = evaluation;
  const names = [...new Set(entries.flatMap(({ values }) => Object.keys(values)))];
  const ordered = [judge.name, ...names.filter((name) => name !== judge.name)];
  const values = entries.map((entry) => entry.values[judge.name] ?? Number.NaN);
  const longest = Math.max(...values.filter((value) => !Number.isNaN(value)).map(Math.abs), 1e-12);
  return (
    <Card
      title={t("judged")}
      aside={<span class="small muted">{t("judgedHelp", { count, of: said(of), part: said(part) })}</span>}
      flush
    >
      <div class="scroll" tabIndex={0} role="region" aria-label={t("judged")}>
        <table class="table baselines">
          <thead>
            <tr>
              <th>{t("who")}</th>
              {ordered.map((name) => (
                <th key={name} class="number mono">
                  {name === judge.name ? nameBeside(judge) : name}
                  {name === judge.name && judge.unit && <span class="muted"> {judge.unit}</span>}
                </th>
              ))}
              <th class="wide" />
            </tr>
          </thead>
          <tbody>
            {entries.map((entry, i) => (
              <tr key={entry.name}>
                <th scope="row">
                  {entry.kind === "network" ? t("network") : said(entry.name)}{" "}
                  {entry.kind !== "network" && <span class="muted small">{t(entry.kind)}</span>}
                </th>
                {ordered.map((name) => (
                  <td key={name} class="number">
                    {figure(entry.values[name])}
                  </td>
                ))}
                <td class="wide" aria-hidden="true">
                  <span
                    class={`measure-bar ${entry.kind}`}
                    style={{ width: `${(100 * Math.abs(values[i]! || 0)) / longest}%` }}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
