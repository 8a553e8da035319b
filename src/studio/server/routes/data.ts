/** Data: what can be chosen, what is in it, how a network would see it. */
import type { Hono } from "hono";
import { z } from "zod";
import { readingOptions, type ReadingOptions } from "../../../tasks/common-options.js";
import { readOptions } from "../../../tasks/options.js";
import type { Parts } from "../app.js";
import { listFolder } from "../files.js";
import { filesAmong, taskAsked } from "../forms.js";
import { checkedStart } from "../jobs.js";
import { Refusal } from "../problems.js";

/** Those that say how a file is read, as a query can have them. */
const READING = z.strictObject(readingOptions()).omit({ types: true, missingMarks: true });

export function dataRoutes(app: Hono, { places, dataWorker }: Parts): void {
  app.get("/api/files", (c) => c.json(listFolder(places, c.req.query("path") ?? "")));
  app.get("/api/data", async (c) => {
    const { path: given = "", ...query } = c.req.query();
    const { path, shown } = places.inside(given);
    return c.json(await dataWorker.call("inspect", { path, shown, options: readingIn(query) }));
  });
  app.get("/api/data/windows", async (c) => {
    const { task: name, data, settings } = checkedStart(parsed(c.req.query("settings") ?? ""));
    const task = taskAsked(name);
    const { path } = places.inside(c.req.query("path") ?? data);
    for (const file of filesAmong(settings)) places.inside(file);
    return c.json(await dataWorker.call("windows", { task: task.name, path, settings }));
  });
}

function readingIn(query: Readonly<Record<string, string>>): Partial<ReadingOptions> {
  const switches: Readonly<Record<string, boolean>> = { true: true, false: false };
  const entries = Object.entries(query).map(([name, text]) => [name, switches[text] ?? text] as const);
  return readOptions("data", READING, Object.fromEntries(entries));
}

function parsed(text: string): object {
  try {
    return JSON.parse(text) as object;
  } catch {
    throw new Refusal(400, "settings: expected JSON of { task, data, settings }");
  }
}
