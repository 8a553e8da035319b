import { lookAtData } from "../../../tasks/inspect/look.js";
import type { DataReply } from "../../api/index.js";
import type { Given } from "./methods.js";

export async function inspect({ path, shown, options }: Given<"inspect">): Promise<DataReply> {
  const { facts, histograms, head } = await lookAtData(path, options);
  return { path: shown, facts: { ...facts, source: shown }, histograms, head };
}
