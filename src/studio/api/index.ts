/**
 * What the studio's page and its server say to each other: types alone. All bodies are JSON, names of runs are those of their
 * folders, and numbers that are not finite are null. Whatever fails answers with a `Problem`.
 * A run inside of another one, such as a trial of a sweep, is named by its way there: "2026-03-01T14-05-09-prices-sweep/trials/…".
 *
 * | request                                | body                 | answer                                            |
 * | -------------------------------------- | -------------------- | ------------------------------------------------- |
 * | POST /api/session                      | SessionRequest       | 204 with a cookie that all others need            |
 * | GET /api/state                         |                      | StudioState                                       |
 * | GET /api/schema/:task                  |                      | TaskForm                                          |
 * | GET /api/files?path=…                  |                      | FolderListing                                     |
 * | GET /api/data?path=…&(reading options) |                      | DataReply                                         |
 * | GET /api/data/windows?path=…&settings= |                      | WindowsReply (settings: StartRequest as JSON)     |
 * | GET /api/runs                          |                      | RunsReply                                         |
 * | POST /api/runs                         | StartRequest         | 202 JobReply                                      |
 * | GET /api/jobs/:id                      |                      | JobReply                                          |
 * | POST /api/jobs/:id/stop                |                      | 202 JobReply                                      |
 * | GET /api/runs/:name                    |                      | RunDetail                                         |
 * | GET /api/runs/:name/events             |                      | server-sent events: RunEvents by name             |
 * | GET /api/events?run=…&run=…            |                      | the same of several runs, and RunEvents.runs: one connection for a page |
 * | POST /api/runs/:name/stop              |                      | 202 RunSummary                                    |
 * | POST /api/runs/:name/resume            | ResumeRequest        | 202 JobReply                                      |
 * | GET /api/runs/:name/report             |                      | report.html, in a sandbox                         |
 * | GET /api/runs/:name/model              |                      | ModelReply                                        |
 * | GET /api/runs/:name/samples?from=&count= |                    | SamplesReply                                      |
 * | POST /api/runs/:name/inside            | InsideRequest        | InsideReply                                       |
 * | POST /api/runs/:name/horizon           | HorizonRequest       | HorizonReply                                      |
 * | POST /api/runs/:name/attribution       | AttributionRequest   | AttributionReply                                  |
 * | POST /api/runs/:name/match             | MatchRequest         | MatchReply                                        |
 * | POST /api/runs/:name/effects           | EffectsRequest       | EffectsReply                                      |
 * | POST /api/runs/:name/generate          | GenerateRequest      | server-sent events: GenerateEvents by name        |
 * | POST /api/generations/:id              | GenerateChange       | 204; takes hold at the next piece                 |
 * | GET /api/runs/:name/forecast?series=   |                      | ForecastReply                                     |
 */
export type * from "./common.js";
export type * from "./data.js";
export type * from "./forecast.js";
export type * from "./generate.js";
export type * from "./inside.js";
export type * from "./model.js";
export type * from "./parallel.js";
export type * from "./runs.js";
export type * from "./session.js";
export type * from "./start.js";
export type * from "./sweep.js";
