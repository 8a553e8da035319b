/** GET /v1/models and /v1/models/:name. */
import type { App, ServerContext } from "../context.js";
import { reply } from "../reply.js";
import { only } from "../routes.js";
import { describeModel } from "./describe.js";

export function modelRoutes(app: App, { models }: ServerContext): void {
  const describe = (name: string) => describeModel(models.get(name), name === models.defaultName);
  app.get("/v1/models", (c) => reply(c, { models: models.list().map(({ name }) => describe(name)) }));
  app.get("/v1/models/:name", (c) => reply(c, describe(c.req.param("name"))));
  only(app, "/v1/models", "GET");
  only(app, "/v1/models/:name", "GET");
}
