/** Ctrl-C: the first asks for an orderly end, the second ends at once. */
import { writeSync } from "node:fs";
import { STOP_MESSAGE } from "../runs/stop-message.js";
import { EXIT, type ErrorReply } from "./errors.js";
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
    if (controller.signal.aborted) stopAtOnce(screen);
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

/** Nothing is waited for; whoever asked for an object gets one all the same. */
function stopAtOnce(screen: Screen): never {
  const error: ErrorReply = {
    kind: "interrupted",
    message: "Stopped at once by a second Ctrl-C.",
    exitCode: EXIT.stopped,
  };
  screen.status.clear();
  if (screen.json) writeSync(process.stdout.fd, `${JSON.stringify({ error }, null, 2)}\n`);
  process.exit(EXIT.stopped);
}
