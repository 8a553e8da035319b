/** The studio's server: who may ask, and what is answered; each answer has its own file. */
import { availableParallelism } from "node:os";
import { Hono, type Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { sluiceVersion } from "../../runs/environment.js";
import { TASKS } from "../../tasks/registry.js";
import type { RunsReply, StudioState } from "../api.js";
import type { Access } from "./access.js";
import { detailOf } from "./details.js";
import { formOf, taskAsked } from "./forms.js";
import { securityHeaders } from "./headers.js";
import type { PageFile } from "./page.js";
import type { Places } from "./places.js";
import { answerProblem, Refusal, refuseUnless } from "./problems.js";
import type { Summaries } from "./summaries.js";

export interface Parts {
  readonly access: Access;
  readonly places: Places;
  readonly page: ReadonlyMap<string, PageFile>;
  readonly summaries: Summaries;
  /** Told of faults of the studio itself. */
  readonly log: (line: string) => void;
}

export function studioApp(parts: Parts): Hono {
  const { access, page, log } = parts;
  const app = new Hono();
  app.onError((error, c) => {
    const answer = answerProblem(c, error);
    if (answer.status === 500) log(error.stack ?? String(error));
    return answer;
  });
  app.notFound((c) => answerProblem(c, new Refusal(404, `there is nothing at ${c.req.path.slice(0, 200)}`)));
  app.use(securityHeaders, access.checkHost);
  app.use("/api/*", access.checkOrigin, bodyLimit({ maxSize: 64 * 1024, onError: tooLarge }));
  app.post("/api/session", (c) => openSession(c, access));
  app.use("/api/*", access.checkSession);
  addReads(app, parts);
  app.get("*", (c) => {
    const file = page.get(c.req.path);
    refuseUnless(file, 404, () => `there is nothing at ${c.req.path.slice(0, 200)}`);
    return c.body(file.bytes, 200, { "Content-Type": file.type });
  });
  return app;
}

async function openSession(c: Context, access: Access): Promise<Response> {
  const { token } = await bodyOf<{ token?: unknown }>(c);
  // A page that is loaded again still has the fragment of its address, and a session.
  if (access.hasSession(c)) return c.body(null, 204);
  const cookie = typeof token === "string" ? access.exchange(token) : null;
  refuseUnless(cookie !== null, 401, () => "the token is none of this studio, or was used: it is good for once");
  return c.body(null, 204, { "Set-Cookie": cookie });
}

function addReads(app: Hono, { places, summaries }: Parts): void {
  app.get("/api/state", (c) => c.json(stateOf(places)));
  app.get("/api/schema/:task", (c) => c.json(formOf(taskAsked(c.req.param("task")))));
  app.get("/api/runs", (c) => c.json({ runs: summaries.all() } satisfies RunsReply));
  app.get("/api/runs/:name", (c) => {
    const name = c.req.param("name");
    return c.json(detailOf(places.run(name), summaries.of(name)));
  });
}

function stateOf({ folder, runs }: Places): StudioState {
  return {
    version: sluiceVersion(),
    folder,
    runs,
    tasks: Object.values(TASKS).map(({ name, description }) => ({ name, description })),
    node: process.version,
    cores: availableParallelism(),
    jobs: [],
  };
}

async function bodyOf<T>(c: Context): Promise<T> {
  const text = await c.req.text();
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new Refusal(400, "the body is no JSON");
  }
}

function tooLarge(c: Context): Response {
  return answerProblem(c, new Refusal(413, "the body is too large"));
}
