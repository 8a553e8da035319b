/** What models hold and do: a worker opens them. */
import { randomUUID } from "node:crypto";
import type { Context, Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { readJson } from "../../../runs/files.js";
import { RUN_FILES } from "../../../runs/run-folder.js";
import type { GenerateChange, GenerateEvents, GenerateRequest } from "../../api/index.js";
import type { Parts } from "../app.js";
import { jsonOf } from "../bodies.js";
import type { Places } from "../places.js";
import { problemOf, refuseUnless } from "../problems.js";
import type { Given, RunPlace } from "../worker/methods.js";
import type { Workshop } from "../workshop.js";

const SAMPLES_AT_ONCE = 50;

export function modelRoutes(app: Hono, { places, modelWorker }: Parts): void {
  const placed = (c: Context) => placeOf(places, c.req.param("name")!);
  app.get("/api/runs/:name/model", async (c) => c.json(await modelWorker.call("model", { run: placed(c) })));
  app.get("/api/runs/:name/samples", async (c) => {
    const [from, count] = [numberIn(c, "from", 0), Math.min(SAMPLES_AT_ONCE, numberIn(c, "count", SAMPLES_AT_ONCE))];
    return c.json(await modelWorker.call("samples", { run: placed(c), from, count }));
  });
  for (const method of ["inside", "horizon", "attribution", "match", "effects"] as const) {
    app.post(`/api/runs/:name/${method}`, async (c) => {
      const given = { run: placed(c), request: await sampledOf(c) };
      return c.json(await modelWorker.call(method, given as unknown as Given<typeof method>));
    });
  }
  app.get("/api/runs/:name/forecast", async (c) => {
    return c.json(await modelWorker.call("forecast", { run: placed(c), series: c.req.query("series") ?? null }));
  });
  app.post("/api/generations/:id", async (c) => {
    const change = (await jsonOf(c)) as GenerateChange;
    await modelWorker.call("change", { id: c.req.param("id"), change });
    return c.body(null, 204);
  });
  app.post("/api/runs/:name/generate", async (c) => {
    const request = (await jsonOf(c)) as unknown as GenerateRequest;
    return writeText(c, { run: placed(c), request, id: randomUUID() }, modelWorker);
  });
}

/** The text as it is written; whoever goes away ends it. */
function writeText(c: Context, given: Given<"generate">, worker: Workshop): Response {
  return streamSSE(c, async (stream) => {
    const { id } = given;
    const send = <E extends keyof GenerateEvents>(event: E, data: GenerateEvents[E]) =>
      stream.writeSSE({ event, data: JSON.stringify(data) });
    stream.onAbort(() => void worker.call("change", { id, change: { stop: true } }).catch(() => undefined));
    let sent: Promise<unknown> = send("begin", { id });
    try {
      const end = await worker.call("generate", given, (piece) => {
        sent = sent.then(() => send("piece", piece as GenerateEvents["piece"]));
      });
      await sent;
      await send("end", end);
    } catch (error) {
      await sent;
      await send("error", problemOf(error));
    }
  });
}

async function sampledOf(c: Context): Promise<object> {
  const request = await jsonOf(c);
  const input = request["input"];
  const isObject = input !== null && typeof input === "object" && !Array.isArray(input);
  refuseUnless(isObject, 400, () => "expected { input: { text, rows, sample or audio }, … }");
  return request;
}

function placeOf(places: Places, name: string): RunPlace {
  const folder = places.run(name);
  const config = configOf(places.runFile(name, RUN_FILES.config));
  return { folder, root: places.folder, config, data: places.dataOf(config["data"]) };
}

function configOf(path: string | null): Readonly<Record<string, unknown>> {
  const config = path === null ? {} : readJson(path);
  return config !== null && typeof config === "object" && !Array.isArray(config) ? config : {};
}

function numberIn(c: Context, name: string, otherwise: number): number {
  const text = c.req.query(name);
  if (text === undefined) return otherwise;
  refuseUnless(/^\d{1,9}$/.test(text), 400, () => `${name} must be a whole number`);
  return Number(text);
}
