/** Small models behind an app, and clients that ask it without a port. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { layers, sequential, type Model } from "sluice";
import { createApp, openServed, type AppOptions, type ProblemDocument, type ServedModel } from "sluice/server";
import type { Run } from "sluice/tasks";

/** A folder that is gone when the tests of the file have ended. */
export function serverFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "sluice-server-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** [batch, time, 3] → [batch, 2]; another seed is another version. */
export function plainModel(seed = 1, units = 8): Model {
  const input = layers.gru({ units, inputShape: [null, 3], name: "gru" });
  return sequential([input, layers.dense({ units: 2, name: "out" })], { seed });
}

export async function plain(
  name = "plain",
  seed = 1,
  more: Partial<Parameters<typeof openServed>[0]> = {},
): Promise<ServedModel> {
  return openServed({ name, bytes: await plainModel(seed).toBytes(), ...more });
}

/** The model of a run, as its file holds it. */
export function servedRun(run: Run, name: string): Promise<ServedModel> {
  return openServed({ name, bytes: new Uint8Array(readFileSync(join(run.folder!, "model.safetensors"))) });
}

/** What a plain model of `plainModel` is asked. */
export const SAMPLE = [
  [
    [1, 2, 3],
    [0.5, -1, 0],
  ],
];
export const plainBody = (served: ServedModel, x: unknown = SAMPLE) => ({ inputs: { [inputName(served)]: x } });
export const inputName = (served: ServedModel) => served.model.inputs[0]!.node.layer.name;

export interface Client {
  readonly app: ReturnType<typeof createApp>;
  /** POST of JSON, or of bytes as they are. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
}

export function client(options: AppOptions): Client {
  const app = createApp(options);
  const fetch = (path: string, init: RequestInit) =>
    Promise.resolve(app.fetch(new Request(`http://localhost${path}`, init)));
  return {
    app,
    post: (path, body, headers = {}) => {
      const raw = typeof body === "string" || body instanceof Uint8Array || body instanceof ReadableStream;
      const sent = (raw ? body : JSON.stringify(body)) as BodyInit;
      const more = body instanceof ReadableStream ? { duplex: "half" as const } : {};
      return fetch(path, {
        method: "POST",
        body: sent,
        headers: { "content-type": "application/json", ...headers },
        ...more,
      });
    },
    get: (path, headers = {}) => fetch(path, { headers }),
  };
}

/** The body of a response of status 200. */
export async function ok<T = Record<string, unknown>>(response: Response): Promise<T> {
  assert.equal(response.status, 200, response.status === 200 ? "" : await response.clone().text());
  return (await response.json()) as T;
}

/** A problem of that kind: status, media type and document agree. */
export async function problem(response: Response, kind: string, status: number): Promise<ProblemDocument> {
  const text = await response.text();
  assert.equal(response.status, status, text);
  assert.equal(response.headers.get("content-type"), "application/problem+json");
  const document = JSON.parse(text) as ProblemDocument;
  assert.equal(document.type.replace(/^.*\/problems\//, ""), kind, text);
  assert.equal(document.status, status);
  assert.ok(document.title.length > 0 && document.detail.length > 0);
  return document;
}
