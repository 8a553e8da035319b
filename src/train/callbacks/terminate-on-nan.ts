import type { Callback } from "../callback.js";

/**
 * Ends training quietly where `fit` would raise an error: at a loss or gradient that is not finite. The weights are those before
 * that step; `history.stopReason` names epoch, step and layer. Keras's TerminateOnNaN.
 */
export function terminateOnNaN(): Callback {
  return { onNonFinite: () => true };
}
