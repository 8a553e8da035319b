import { count } from "../../ui/format.js";
import { t } from "./texts.js";

interface ConfusionProps {
  readonly classes: readonly string[];
  /** [truth][predicted] */
  readonly counts: readonly (readonly number[])[];
}

/** How often each class was taken for which: right on the diagonal. */
export function Confusion({ classes, counts }: ConfusionProps) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={t("confusion")}>
      <table class="table confusion">
        <thead>
          <tr>
            <th>{t("truthPredicted")}</th>
            {classes.map((name) => (
              <th key={name} class="number">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {counts.map((row, i) => {
            const total = row.reduce((sum, value) => sum + value, 0);
            return (
              <tr key={classes[i]}>
                <th scope="row">{classes[i]}</th>
                {row.map((value, j) => (
                  <td
                    key={classes[j]}
                    class={`number${i === j ? " right" : ""}`}
                    style={{ "--share": total === 0 ? 0 : value / total }}
                  >
                    {value === 0 ? "·" : count(value)}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
