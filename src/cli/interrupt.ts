/** Ctrl-C: the first asks for an orderly end, the second ends at once. */
import { STOP_MESSAGE } from "../runs/stop-message.js";
import { EXIT } from "./errors.js";
import type { Screen } from "./screen.js";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** Runs work that stops by itself once the signal is aborted. @param ending what is said when it is asked to stop */
export async function interruptible<T>(
  screen: Screen,
  ending: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(EXIT.stopped);
    controller.abort();
    screen.note(`${ending} Press Ctrl-C again to stop at once.`);
  };
  // From a process that has started this one, such as the studio.
  const hear = (message: unknown) => {
    if (message === STOP_MESSAGE) stop();
  };
  for (const signal of SIGNALS) process.on(signal, stop);
  process.on("message", hear);
  try {
    return await work(controller.signal);
  } finally {
    for (const signal of SIGNALS) process.off(signal, stop);
    process.off("message", hear);
  }
}
