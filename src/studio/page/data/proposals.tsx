/** What the data could be used for, with the settings for it. */
import type { DataReply } from "../../api/index.js";
import { Card } from "../../ui/card.js";
import { Icon } from "../../ui/icons.js";
import { Note } from "../../ui/notices.js";
import { linkTo } from "../routes.js";
import { whyOf } from "../start/option-names.js";
import { tIfKnown } from "../start/texts.js";
import { t } from "./texts.js";

export function Proposals({ data }: { readonly data: DataReply }) {
  const { proposals } = data.facts;
  if (proposals.length === 0) return <Note>{t("noProposals")}</Note>;
  return (
    <Card title={t("proposals")} flush>
      <ul class="proposals">
        {proposals.map(({ task, options, why }, i) => (
          <li key={i}>
            <div>
              <span class="row wrap">
                <strong>{tIfKnown(task)}</strong>
                {Object.entries(options).map(([name, value]) => (
                  <code key={name} class="setting break">
                    {name} {Array.isArray(value) ? value.join(", ") : String(value)}
                  </code>
                ))}
              </span>
              <p class="muted small">{whyOf({ task, options, why })}</p>
            </div>
            <a class="button" href={linkTo(["new"], { path: data.path, proposal: String(i) })}>
              {t("use")}
              <Icon name="right" />
            </a>
          </li>
        ))}
      </ul>
    </Card>
  );
}
