import { dictionary } from "../i18n.js";

/** The few words in plots. */
export const word = dictionary({ unit: "unit", step: "step" }, { unit: "单元", step: "步" });
