import { t } from "../texts.js";

export function RunsPage() {
  return <h1>{t("runs")}</h1>;
}
