/** How often each class comes, for every column that may be one. */
import type { DataReply } from "../../api/index.js";
import { Card } from "../../ui/card.js";
import { count } from "../../ui/format.js";
import { Bars } from "../../ui/plots/index.js";
import { classNames } from "./columns.js";
import { t } from "./texts.js";

type Facts = DataReply["facts"];

/** Of more, the rest would be bars of one or two. */
const MOST = 24;

interface Classes {
  readonly name: string;
  readonly classes: readonly { readonly value: string; readonly count: number }[];
}

function classesOf(facts: Facts): Classes[] {
  if (facts.kind === "text") return [];
  if (facts.kind !== "table") return facts.classes.length > 0 ? [{ name: "", classes: facts.classes }] : [];
  return facts.columns.flatMap((column) => {
    const classes = classNames(column);
    return classes && classes.length > 1 ? [{ name: column.name, classes }] : [];
  });
}

export function ClassBalance({ facts }: { readonly facts: Facts }) {
  const all = classesOf(facts);
  if (all.length === 0) return null;
  return (
    <Card title={t("balance")}>
      <div class="grid">
        {all.map(({ name, classes }) => (
          <div key={name}>
            {name && <h3 class="break">{name}</h3>}
            <Bars
              label={t("balanceOf", { name })}
              bars={classes.slice(0, MOST).map((one) => ({ label: one.value, value: one.count }))}
              text={count}
            />
          </div>
        ))}
      </div>
    </Card>
  );
}
