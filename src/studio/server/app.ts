/** The studio's server: who may ask, and what is answered; each kind of answer has its own file. */
import { Hono, type Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { Access } from "./access.js";
import { jsonOf } from "./bodies.js";
import type { EventStreams } from "./events.js";
import { securityHeaders } from "./headers.js";
import type { Jobs } from "./jobs.js";
import type { PageFile } from "./page.js";
import type { Places } from "./places.js";
import { answerProblem, Refusal, refuseUnless } from "./problems.js";
import { dataRoutes } from "./routes/data.js";
import { modelRoutes } from "./routes/models.js";
import { runRoutes } from "./routes/runs.js";
import type { Summaries } from "./summaries.js";
import type { Workshop } from "./workshop.js";

export interface Parts {
  readonly access: Access;
  readonly places: Places;
  readonly page: ReadonlyMap<string, PageFile>;
  readonly summaries: Summaries;
  readonly jobs: Jobs;
  readonly events: EventStreams;
  /** Reads data; and another one, which opens models, so that neither waits for the other. */
  readonly dataWorker: Workshop;
  readonly modelWorker: Workshop;
  /** Told of faults of the studio itself. */
  readonly log: (line: string) => void;
}

/** Settings and rows; and recordings: a minute of 48 kHz in base64 is 8 MB. */
const MOST_BYTES = 1 << 20;
const MOST_AUDIO_BYTES = 16 << 20;
/** What takes a sample. */
const SAMPLED = /^\/api\/runs\/[^/]+\/(?:inside|horizon|attribution|match|effects)$/;

export function studioApp(parts: Parts): Hono {
  const { access, page, log } = parts;
  const app = new Hono();
  app.onError((error, c) => {
    const answer = answerProblem(c, error);
    if (answer.status === 500) log(error.stack ?? String(error));
    return answer;
  });
  app.notFound((c) => answerProblem(c, nothingAt(c)));
  app.use(securityHeaders, access.checkHost);
  app.use("/api/*", access.checkOrigin, limitedBody);
  app.post("/api/session", (c) => openSession(c, access));
  app.use("/api/*", access.checkSession);
  runRoutes(app, parts);
  dataRoutes(app, parts);
  modelRoutes(app, parts);
  app.get("*", (c) => {
    const file = page.get(c.req.path);
    if (!file) throw nothingAt(c);
    return c.body(file.bytes, 200, { "Content-Type": file.type });
  });
  return app;
}

const nothingAt = (c: Context) => new Refusal(404, `there is nothing at ${c.req.method} ${c.req.path.slice(0, 200)}`);

const small = bodyLimit({ maxSize: MOST_BYTES, onError: tooLarge });
const large = bodyLimit({ maxSize: MOST_AUDIO_BYTES, onError: tooLarge });
const limitedBody: typeof small = (c, next) => (SAMPLED.test(c.req.path) ? large : small)(c, next);

function tooLarge(c: Context): Response {
  return answerProblem(c, new Refusal(413, "the body is too large"));
}

async function openSession(c: Context, access: Access): Promise<Response> {
  const { token } = await jsonOf(c);
  // A page that is loaded again still has the fragment of its address, and a session.
  if (access.hasSession(c)) return c.body(null, 204);
  const cookie = typeof token === "string" ? access.exchange(token) : null;
  refuseUnless(cookie !== null, 401, () => "the token is none of this studio, or was used: it is good for once");
  return c.body(null, 204, { "Set-Cookie": cookie });
}
