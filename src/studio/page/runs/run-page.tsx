import { t } from "../texts.js";

export function RunPage() {
  return <h1>{t("overview")}</h1>;
}
