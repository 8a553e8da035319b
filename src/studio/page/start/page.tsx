import { t } from "../texts.js";

export function StartPage() {
  return <h1>{t("start")}</h1>;
}
