import type { App } from "./context.js";
import { Problem } from "./problem.js";

/** Answers 405 to all methods of an address but those that were given routes before. @param allow as the header says it: "GET, POST" */
export function only(app: App, path: string, allow: string): void {
  app.all(path, (c) => {
    throw new Problem("method-not-allowed", `${c.req.method.slice(0, 20)} is not taken here; ${allow} is.`, { allow });
  });
}
