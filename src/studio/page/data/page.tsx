import { t } from "../texts.js";

export function DataPage() {
  return <h1>{t("data")}</h1>;
}
