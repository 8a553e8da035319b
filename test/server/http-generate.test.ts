// Texts over HTTP: whole and piece by piece, the same for the same seed; who goes away ends the work.
import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import type { ServedModel } from "sluice/server";
import { generate, generateText } from "sluice/tasks";
import { writeNovel } from "../cli/samples.js";
import { client, ok, plain, problem, servedRun, serverFolder } from "./http-support.js";

const folder = serverFolder();
let served: ServedModel;
before(async () => {
  writeNovel(folder);
  const options = { runs: join(folder, "runs"), epochs: 1, units: 8, stepsPerEpoch: 5 };
  served = await servedRun(
    await generate.train(join(folder, "novel.txt"), options, { warn: () => undefined }),
    "novel",
  );
});

interface Event {
  readonly event: string;
  readonly data: { readonly text?: string; readonly model?: string };
}

/** Events of a stream as they come (WHATWG HTML, 9.2.6). */
async function* eventsOf(response: Response): AsyncGenerator<Event> {
  assert.equal(response.status, 200);
  assert.match(response.headers.get("content-type") ?? "", /^text\/event-stream/);
  let waiting = "";
  for await (const bytes of response.body!) {
    waiting += new TextDecoder().decode(bytes);
    for (let end = waiting.indexOf("\n\n"); end >= 0; end = waiting.indexOf("\n\n")) {
      const lines = waiting.slice(0, end).split("\n").map((line) => line.split(/: (.*)/s)); // prettier-ignore
      waiting = waiting.slice(end + 2);
      const fields = Object.fromEntries(lines) as Record<string, string>;
      yield { event: fields["event"]!, data: JSON.parse(fields["data"]!) as Event["data"] };
    }
  }
}

const asked = { prompt: "the quick", length: 60, seed: 7, temperature: 0.9 };

test("whole, and in pieces: what the library writes for that seed", async () => {
  const api = client({ models: [await plain(), served] });
  let wanted = "";
  for await (const piece of generateText(served.model, asked)) wanted += piece;
  const whole = await ok<{ text: string; model: string; version: string }>(await api.post("/v1/generate", asked));
  assert.deepEqual([whole.text, whole.model, whole.version], [wanted, "novel", served.version]);
  for (const [body, headers] of [
    [{ ...asked, stream: true }, {}],
    [asked, { accept: "text/event-stream" }],
  ] as const) {
    // prettier-ignore
    const events: Event[] = [];
    for await (const one of eventsOf(await api.post("/v1/models/novel/generate", body, headers))) events.push(one);
    assert.equal(events.slice(0, -1).map(({ data }) => data.text).join(""), wanted); // prettier-ignore
    assert.ok(events.slice(0, -1).every(({ event }) => event === "piece"));
    assert.deepEqual(events.at(-1), { event: "done", data: { model: "novel", version: served.version } });
  }
  assert.equal((await ok<{ text: string }>(await api.post("/v1/generate", { ...asked, stream: false }, { accept: "text/event-stream" }))).text, wanted); // prettier-ignore
});

test("options that are wrong are told before anything is written", async () => {
  const api = client({ models: [await plain(), served], limits: { maxLength: 100 } });
  const ask = (body: unknown) => api.post("/v1/generate", body);
  await problem(await ask({ length: 101 }), "too-long", 422);
  await problem(await ask({ prompt: "a".repeat(101) }), "too-long", 422);
  assert.match(
    (await problem(await ask({ temprature: 1 }), "invalid-input", 422)).detail,
    /did you mean "temperature"/,
  );
  await problem(await ask({ length: -1 }), "invalid-input", 422);
  await problem(await ask({ prompt: 5 }), "invalid-input", 422);
  await problem(await ask({ prompt: "§", stream: true }), "invalid-input", 422);
  await problem(await ask({ stream: "yes" }), "invalid-input", 422);
  await problem(await ask({ model: "plain" }), "not-supported", 422);
  await problem(await ask([]), "invalid-input", 422);
  // What is left out is no longer than allowed either.
  assert.equal((await ok<{ text: string }>(await ask({ seed: 1 }))).text.length, 100);
});

test("a client that goes away ends the work, and its place is free again", async () => {
  const api = client({ models: [served], limits: { maxQueue: 1, maxLength: 1_000_000 } });
  const response = await api.post("/v1/generate", { length: 1_000_000, stream: true });
  const reader = response.body!.getReader();
  await reader.read();
  await problem(await api.post("/v1/generate", { length: 3 }), "overloaded", 503);
  assert.equal((await api.get("/healthz")).status, 200, "others are answered meanwhile");
  await reader.cancel();
  await free(() => api.post("/v1/generate", { length: 3 }));
});

/** Asks until it is answered. */
async function free(ask: () => Promise<Response>): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if ((await ask()).status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.fail("the place was not given back");
}

test("texts that are being written end at shutdown, and say so", async () => {
  const api = client({ models: [served], limits: { maxLength: 1_000_000 } });
  const events: string[] = [];
  for await (const { event } of eventsOf(await api.post("/v1/generate", { length: 1_000_000, stream: true }))) {
    events.push(event);
    if (events.length === 5) api.app.stop();
  }
  assert.equal(events.at(-1), "stopped");
  assert.ok(events.length < 1000);
});
