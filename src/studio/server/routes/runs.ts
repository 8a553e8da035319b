/** Runs: the list, one, what happens in them, start, stop and resume. */
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import type { Hono } from "hono";
import { sluiceVersion } from "../../../runs/environment.js";
import { RUN_FILES } from "../../../runs/run-folder.js";
import { TASKS } from "../../../tasks/registry.js";
import type { ResumeRequest, RunsReply, StartRequest, StudioState } from "../../api/index.js";
import type { Parts } from "../app.js";
import { jsonOf } from "../bodies.js";
import { detailOf } from "../details.js";
import { formOf, taskAsked } from "../forms.js";
import { REPORT_HEADERS } from "../headers.js";
import { refuseUnless } from "../problems.js";

export function runRoutes(app: Hono, parts: Parts): void {
  const { places, summaries, jobs, events } = parts;
  app.get("/api/state", (c) => c.json(stateOf(parts)));
  app.get("/api/schema/:task", (c) => c.json(formOf(taskAsked(c.req.param("task")))));
  app.get("/api/events", (c) => events.ofAll(c, c.req.queries("run") ?? []));
  app.get("/api/jobs/:id", (c) => c.json(jobs.of(c.req.param("id"))));
  app.post("/api/jobs/:id/stop", (c) => c.json(jobs.stopJob(c.req.param("id")), 202));
  app.get("/api/runs", (c) => c.json({ runs: summaries.all() } satisfies RunsReply));
  app.post("/api/runs", async (c) => c.json(jobs.start((await jsonOf(c)) as unknown as StartRequest), 202));
  app.get("/api/runs/:name", (c) => {
    const name = c.req.param("name");
    return c.json(detailOf(places.run(name), summaries.fresh(name), (inner) => summaries.of(inner)));
  });
  app.get("/api/runs/:name/events", (c) => events.ofRun(c, c.req.param("name")));
  app.post("/api/runs/:name/stop", (c) => {
    const name = c.req.param("name");
    jobs.stop(name);
    return c.json(summaries.fresh(name), 202);
  });
  app.post("/api/runs/:name/resume", async (c) => {
    const request = (await jsonOf(c)) as ResumeRequest;
    return c.json(jobs.resume(c.req.param("name"), request), 202);
  });
  app.get("/api/runs/:name/report", (c) => {
    const path = places.runFile(c.req.param("name"), RUN_FILES.report);
    refuseUnless(path !== null, 404, () => "the run has no report yet");
    return c.body(Uint8Array.from(readFileSync(path)), 200, REPORT_HEADERS);
  });
}

function stateOf({ places, jobs }: Parts): StudioState {
  return {
    version: sluiceVersion(),
    folder: places.folder,
    runs: places.runs,
    tasks: Object.values(TASKS).map(({ name, description }) => ({ name, description })),
    node: process.version,
    cores: availableParallelism(),
    jobs: jobs.all(),
  };
}
