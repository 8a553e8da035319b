import { SluiceError } from "../../util/errors.js";
import type { Model } from "sluice";

/** Why a network cannot be run one step at a time, as the network itself says it; null where it can. */
export function whyNotSteppable(model: Model): string | null {
  try {
    model.stream();
    return null;
  } catch (error) {
    if (error instanceof SluiceError) return error.message.replace(/^stream: /, "");
    throw error;
  }
}

/** @throws SluiceError with the reason, where there is one */
export function checkSteppable(reason: string): never;
export function checkSteppable(reason: string | null): void;
export function checkSteppable(reason: string | null): void {
  if (reason !== null) throw new SluiceError(`the model cannot be run one row at a time: ${reason}`);
}
