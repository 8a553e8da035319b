/** POST /v1/sessions, GET and DELETE /v1/sessions/:id, POST /v1/sessions/:id/step, POST /v1/step; and what /v1/stream says to HTTP. */
import type { Json } from "../../format/json.js";
import { show } from "../../util/errors.js";
import { readJsonBody } from "../body.js";
import type { App, AppContext } from "../context.js";
import { invalid, isObject, unknownMember } from "../predict/fields.js";
import { modelNamed, refuseWhenStopping } from "../predict/routes.js";
import { Problem } from "../problem.js";
import { headersOf, reply } from "../reply.js";
import { only } from "../routes.js";
import type { Session } from "./session-store.js";
import type { Sessions } from "./sessions.js";
import type { SteppedModel, Steps } from "./stepped-model.js";

type Body = Readonly<Record<string, Json>>;

const STEPS = ["row", "rows", "values"] as const;

export function sessionRoutes(app: App, sessions: Sessions): void {
  const { store } = sessions;
  const [one, step] = ["/v1/sessions/:id", "/v1/sessions/:id/step"] as const;
  app.post("/v1/sessions", (c) => create(c, sessions));
  app.get(one, (c) => reply(c, described(sessions, store.get(c.req.param("id")))));
  app.delete(one, (c) => {
    store.close(store.get(c.req.param("id")));
    return c.body(null, 204, headersOf(c));
  });
  app.post(step, (c) => stepSession(c, sessions, c.req.param("id")));
  app.post("/v1/step", (c) => stepToken(c, sessions));
  // Where upgrades are taken (webSockets() in Node) this is not reached by them.
  app.get("/v1/stream", () => {
    throw new Problem("upgrade-required", "Connect with WebSocket, at a server that takes it.", {
      upgrade: "websocket",
    });
  });
  only(app, "/v1/stream", "GET");
  only(app, "/v1/sessions", "POST");
  only(app, one, "GET, DELETE");
  only(app, step, "POST");
  only(app, "/v1/step", "POST");
}

async function create(c: AppContext, sessions: Sessions): Promise<Response> {
  refuseWhenStopping(sessions.context);
  const body = await bodyOf(c, sessions, ["model", "state", ...STEPS]);
  const { state = "server" } = body;
  if (state !== "server" && state !== "token")
    throw new Problem("invalid-input", `state must be "server" or "token", got ${show(state)}.`);
  const model = sessions.model(modelNamed(body["model"], c.req.query("model")));
  const steps = STEPS.some((name) => body[name] !== undefined) ? model.read(body) : null;
  if (state === "token") return created(c, await carried(sessions, model, steps));
  const session = sessions.store.add(model);
  try {
    const answer = steps ? await run(session, steps) : {};
    const location = `${sessions.context.basePath}/v1/sessions/${session.id}`;
    return created(c, { ...described(sessions, session), ...answer }, { location });
  } catch (error) {
    sessions.store.close(session);
    throw error;
  }
}

async function carried(sessions: Sessions, model: SteppedModel, steps: Steps | null): Promise<object> {
  const { name, version } = model.served;
  const about = { model: name, version, state: "token", ends: sessions.ends() };
  const token = await sessions.begin(model);
  if (!steps) return { ...about, step: 0, token };
  const after = await sessions.stepToken(token, () => steps);
  return { ...about, ...after.answer, token: after.token };
}

const created = (c: AppContext, value: object, more: Readonly<Record<string, string>> = {}) =>
  c.body(JSON.stringify(value), 201, headersOf(c, { "content-type": "application/json", ...more }));

function described({ store }: Sessions, session: Session): object {
  const { id, model, steps, endsAt } = session;
  const { name, version } = model.served;
  const secondsLeft = Math.max(0, Math.round(store.secondsLeft(session)));
  return { session: id, model: name, version, state: "server", step: steps, secondsLeft, replaced: endsAt !== null };
}

async function stepSession(c: AppContext, sessions: Sessions, id: string): Promise<Response> {
  const session = sessions.store.get(id);
  const body = await bodyOf(c, sessions, STEPS);
  return reply(c, await run(session, session.model.read(body)));
}

/** What a session answers to steps; concurrent requests of one session are done in the order in which they came. */
export async function run(session: Session, steps: Steps): Promise<object> {
  const { model, sequence } = session;
  const outputs = await model.run(sequence, steps);
  const before = session.steps;
  session.steps += steps.count;
  return model.answer(steps, outputs, before);
}

async function stepToken(c: AppContext, sessions: Sessions): Promise<Response> {
  const body = await bodyOf(c, sessions, ["token", ...STEPS]);
  if (body["token"] === undefined)
    throw invalid([{ pointer: "#/token", detail: "token is missing: the text that the last step gave." }]);
  const { answer, token, model } = await sessions.stepToken(body["token"], (stepped) => stepped.read(body));
  const { name, version } = model.served;
  return reply(c, { ...answer, model: name, version, ends: sessions.ends(), token });
}

async function bodyOf(c: AppContext, { context }: Sessions, known: readonly string[]): Promise<Body> {
  // A session without anything said needs no body.
  const empty =
    c.req.header("content-length") === "0" || (c.req.header("content-length") === undefined && c.req.raw.body === null);
  const body = empty ? {} : await readJsonBody(c, context.limits.maxBody);
  if (!isObject(body)) throw new Problem("invalid-input", "The body must be a JSON object.");
  for (const name in body) {
    if (!known.includes(name)) throw unknownMember(name, known);
  }
  return body;
}
