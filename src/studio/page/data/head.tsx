import type { DataReply } from "../../api/index.js";
import { Card } from "../../ui/card.js";
import { NONE } from "../../ui/format.js";
import { t } from "./texts.js";

/** The first rows as they stand in the file. */
export function Head({ head: { columns, rows } }: { readonly head: NonNullable<DataReply["head"]> }) {
  return (
    <Card title={t("head")} flush>
      <div class="scroll tall" tabIndex={0} role="region" aria-label={t("head")}>
        <table class="table rows">
          <thead>
            <tr>
              {columns.map((name) => (
                <th key={name}>{name}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, i) => (
              <tr key={i}>
                {row.map((cell, j) => (
                  <td key={columns[j]} class={cell === null ? "muted" : "cell"}>
                    {cell ?? NONE}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
