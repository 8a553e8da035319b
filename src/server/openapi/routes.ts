/** GET /openapi.json, /problems/:name, and a page for people at /. */
import type { App, Extension, ServerContext } from "../context.js";
import { Problem, PROBLEMS, type ProblemName } from "../problem.js";
import { headersOf, reply } from "../reply.js";
import { only } from "../routes.js";
import { openApi } from "./document.js";
import { page, PAGE_POLICY } from "./page.js";

export function descriptionRoutes(app: App, context: ServerContext, extensions: readonly Extension[]): void {
  const { basePath } = context;
  app.get("/openapi.json", (c) => reply(c, openApi(context, extensions)));
  app.get("/problems/:name", (c) => {
    const name = c.req.param("name");
    if (!Object.hasOwn(PROBLEMS, name)) throw new Problem("not-found", "There is no problem of this name.");
    return reply(c, { type: `${basePath}/problems/${name}`, ...PROBLEMS[name as ProblemName] });
  });
  const headers = { "content-type": "text/html; charset=utf-8", "content-security-policy": PAGE_POLICY };
  app.get("/", (c) => c.body(page(context, new URL(c.req.url).origin), 200, headersOf(c, headers)));
  for (const path of ["/openapi.json", "/problems/:name", "/"]) only(app, path, "GET");
}
